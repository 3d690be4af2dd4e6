import {
  type DerElement,
  expectTag,
  readChildren,
  readDer,
  readSequence,
  readUnsignedInteger,
} from "../asn1/der-reader.ts";
import { crlExtensionOids, extensionOids } from "../asn1/oids.ts";
import { contextConstructed, contextPrimitive } from "../asn1/tags.ts";
import { generalNameTags, readAscii } from "../certificate/general-name.ts";
import type { ParsedExtension } from "../certificate/parse.ts";
import { encodeHex } from "../encoding/hex.ts";
import { DerError } from "../errors.ts";

/** What the extensions of a CRL say. */
export interface ParsedCrlExtensions {
  /** Grows from CRL to CRL of an issuer, at most 20 octets. */
  readonly crlNumber: bigint;
  /** Number of the full CRL that this delta CRL builds on; undefined for a full CRL. */
  readonly baseCrlNumber: bigint | undefined;
  /** The issuer's subjectKeyIdentifier; undefined when the issuer's key is named in another way. */
  readonly authorityKeyIdentifier: Uint8Array | undefined;
  /** Which certificates the CRL covers; undefined: all of its issuer. */
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined;
  /** URLs of the delta CRL. */
  readonly freshestCrl: readonly string[];
}

/**
 * Which certificates a CRL covers.
 *
 * @see RFC 5280 section 5.2.5
 */
export interface IssuingDistributionPoint {
  /** URLs of the distribution point, as written; empty when it has none or is named in another way. */
  readonly urls: readonly string[];
  /** The one kind of certificate that is covered; undefined: every kind. */
  readonly only: "attributeCertificates" | "authorityCertificates" | "userCertificates" | undefined;
  /** Whether revocations for some reasons are on another CRL. */
  readonly onlySomeReasons: boolean;
  /** Whether certificates of other issuers are listed too. */
  readonly indirectCrl: boolean;
}

/**
 * Reads the extensions of a CRL.
 *
 * @throws {DerError} One that must be there and is not, a critical one that is not understood, one that must be critical and is
 * not or the reverse, one that does not go with another, or a value that its grammar does not allow.
 * @see RFC 5280 section 5.2
 */
export function readCrlExtensions(extensions: ReadonlyMap<string, ParsedExtension>): ParsedCrlExtensions {
  for (const [oid, { critical }] of extensions) assertCriticality(oid, critical);
  const readValue = (oid: string): DerElement | undefined => {
    const extension = extensions.get(oid);
    return extension && readDer(extension.value);
  };
  const baseCrlNumber = readValue(crlExtensionOids.deltaCrlIndicator);
  const issuingDistributionPoint = readValue(crlExtensionOids.issuingDistributionPoint);
  const freshestCrl = readValue(crlExtensionOids.freshestCrl);
  if (baseCrlNumber !== undefined && freshestCrl !== undefined)
    throw new DerError("a delta CRL has the extension freshestCRL");
  return {
    crlNumber: readNumber(readValue(crlExtensionOids.crlNumber), "cRLNumber"),
    baseCrlNumber: baseCrlNumber && readNumber(baseCrlNumber, "baseCRLNumber"),
    authorityKeyIdentifier: readKeyIdentifier(readValue(extensionOids.authorityKeyIdentifier)),
    issuingDistributionPoint: issuingDistributionPoint && readScope(issuingDistributionPoint),
    freshestCrl: freshestCrl === undefined ? [] : readDistributionPoints(freshestCrl),
  };
}

/** Whether each extension that is understood has to be critical. */
const criticality: ReadonlyMap<string, boolean> = new Map([
  [extensionOids.authorityKeyIdentifier, false],
  [crlExtensionOids.crlNumber, false],
  [crlExtensionOids.deltaCrlIndicator, true],
  [crlExtensionOids.issuingDistributionPoint, true],
  [crlExtensionOids.freshestCrl, false],
]);

function assertCriticality(oid: string, critical: boolean): void {
  const expected = criticality.get(oid);
  if (expected === undefined && critical) throw new DerError(`critical extension ${oid} is not understood`);
  if (expected !== undefined && expected !== critical)
    throw new DerError(`extension ${oid} is ${critical ? "critical" : "not critical"}`);
}

function readNumber(element: DerElement | undefined, what: string): bigint {
  const magnitude = readUnsignedInteger(element, what);
  if (magnitude.length > 20) throw new DerError(`${what} has ${magnitude.length} octets, allowed are 20`);
  return BigInt(`0x${encodeHex(magnitude)}`);
}

function readKeyIdentifier(element: DerElement | undefined): Uint8Array | undefined {
  const fields = readSequence(element, "authorityKeyIdentifier");
  return fields.find(({ tag }) => tag === contextPrimitive(0))?.content;
}

/** The fields of IssuingDistributionPoint by their tags; all are optional, and one at least is there. */
function readScope(element: DerElement): IssuingDistributionPoint {
  const fields = readTagged(element, "issuingDistributionPoint", scopeTags);
  if (fields.size === 0) throw new DerError("issuingDistributionPoint is empty");
  const flags = [...fields].filter(([tag]) => flagTags.has(tag));
  for (const [, { content }] of flags)
    if (content.length !== 1 || content[0] !== 0xff)
      throw new DerError("issuingDistributionPoint has a flag that is not DER TRUE");
  const kinds = kindTags.filter(([tag]) => fields.has(tag));
  if (kinds.length > 1) throw new DerError("issuingDistributionPoint covers only two kinds of certificate");
  return {
    urls: readDistributionPointName(fields.get(contextConstructed(0))),
    only: kinds[0]?.[1],
    onlySomeReasons: fields.has(contextPrimitive(3)),
    indirectCrl: fields.has(contextPrimitive(4)),
  };
}

const kindTags = [
  [contextPrimitive(1), "userCertificates"],
  [contextPrimitive(2), "authorityCertificates"],
  [contextPrimitive(5), "attributeCertificates"],
] as const;

const flagTags: ReadonlySet<number> = new Set([1, 2, 4, 5].map(contextPrimitive));
const scopeTags: readonly number[] = [contextConstructed(0), ...[1, 2, 3, 4, 5].map(contextPrimitive)];

/** CRLDistributionPoints: the URLs of all of them (RFC 5280 sections 4.2.1.13 and 5.2.6). */
function readDistributionPoints(element: DerElement): readonly string[] {
  const points = readSequence(element, "freshestCRL");
  if (points.length === 0) throw new DerError("freshestCRL is empty");
  return points.flatMap((point) => {
    const fields = readTagged(point, "DistributionPoint", pointTags);
    return readDistributionPointName(fields.get(contextConstructed(0)));
  });
}

const pointTags: readonly number[] = [contextConstructed(0), contextPrimitive(1), contextConstructed(2)];

/** Reads a SEQUENCE of optional fields that are told apart by their tags and stand in this order. */
function readTagged(
  element: DerElement,
  what: string,
  order: readonly number[],
): ReadonlyMap<number, DerElement> {
  let next = 0;
  const fields = new Map<number, DerElement>();
  for (const field of readSequence(element, what)) {
    const place = order.indexOf(field.tag, next);
    if (place < 0)
      throw new DerError(`${what} has a field with tag 0x${field.tag.toString(16)} out of place`);
    next = place + 1;
    fields.set(field.tag, field);
  }
  return fields;
}

function readDistributionPointName(field: DerElement | undefined): readonly string[] {
  if (field === undefined) return [];
  const [name, ...rest] = readChildren(field);
  if (name === undefined || rest.length > 0) throw new DerError("distributionPoint is not one name");
  if (name.tag === contextConstructed(1)) return []; // nameRelativeToCRLIssuer: a name, and no URL
  const names = readChildren(expectTag(name, contextConstructed(0), "distributionPoint"));
  if (names.length === 0) throw new DerError("distributionPoint has no name");
  return names.filter(({ tag }) => tag === generalNameTags.uri).map(({ content }) => readAscii(content));
}

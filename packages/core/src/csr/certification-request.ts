import { readDer, readSequence } from "../asn1/der-reader.ts";
import { extensionOids } from "../asn1/oids.ts";
import { readGeneralName } from "../certificate/general-name.ts";
import { attributeValues, type DistinguishedName } from "../certificate/name.ts";
import {
  type ParsedExtension,
  readBasicConstraints,
  readExtKeyUsage,
  readKeyUsage,
} from "../certificate/parse.ts";
import { CsrError, DerError } from "../errors.ts";
import { type Identifier, parseIdentifier, sameIdentifier } from "../identifier/identifier.ts";
import type { AcceptedPublicKey } from "../key/public-key.ts";
import { parseSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { type RequestContents, readSignedRequest } from "./signed-request.ts";

/** In types alone: no object has such a property, so no literal passes for a {@link CertificationRequest}. */
declare const verified: unique symbol;

/**
 * A certification request whose form is right, whose key is strong and whose signature was verified: only
 * {@link parseCertificationRequest} makes one. What it shows are copies: what is certified is what was verified, whatever
 * becomes of them.
 */
export interface CertificationRequest extends RequestedCertificate {
  readonly [verified]: true;
  /** DER, exactly as received. */
  readonly der: Uint8Array;
  /** The one commonName of the subject, if it has one. */
  readonly commonName: string | undefined;
}

/** What a verified request asks to be certified. */
export interface RequestedCertificate {
  readonly subject: DistinguishedName;
  readonly publicKey: AcceptedPublicKey;
  /**
   * The names asked for, canonical and without repetition: the subjectAltName in its order, then a commonName that is a DNS
   * name and not among them (RFC 8555 section 7.4). Beside a subjectAltName, a commonName of one label is no DNS name: it
   * could be anything.
   */
  readonly identifiers: readonly Identifier[];
}

/** Most names in one request; TLS libraries search them linearly at every handshake. */
const maximumIdentifiers = 100;

/**
 * Reads a PKCS#10 certification request and verifies that its sender holds the private key.
 *
 * KeyUsage, extKeyUsage and unknown extensions that are not critical are read for their form and otherwise ignored: the
 * profile decides what a certificate says. What would make a certificate authority is refused.
 *
 * @param input - DER, or PEM text with exactly one `CERTIFICATE REQUEST`.
 * @throws {CsrError} `ERR_CSR_MALFORMED`, `ERR_CSR_SIGNATURE_INVALID`, `ERR_CSR_ALGORITHM_REFUSED` (SHA-1, MD5, unknown),
 * `ERR_CSR_EXTENSION_REFUSED`, `ERR_KEY_WEAK`, `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`.
 * @see RFC 2986 section 4, RFC 2985 section 5.4.2
 */
export async function parseCertificationRequest(input: Uint8Array | string): Promise<CertificationRequest> {
  const contents = await readSignedRequest(input, readNames);
  const request = Object.freeze({
    der: new Uint8Array(contents.der),
    commonName: contents.commonName,
    ...copyContents(contents),
  }) as CertificationRequest;
  contentsOfRequests.set(request, contents);
  return request;
}

/**
 * Finds what {@link parseCertificationRequest} has verified.
 *
 * @param value - What a caller passes for a request.
 * @returns A copy of its own; undefined for somebody's object literal.
 */
export function verifiedContents(value: unknown): RequestedCertificate | undefined {
  const contents = typeof value === "object" && value !== null ? contentsOfRequests.get(value) : undefined;
  return contents && copyContents(contents);
}

/** What was verified, out of everybody's reach: octets cannot be frozen. Gone with the request that it belongs to. */
const contentsOfRequests = new WeakMap<object, RequestedCertificate>();

function copyContents({ subject, publicKey, identifiers }: RequestedCertificate): RequestedCertificate {
  return {
    subject: Object.freeze({ der: new Uint8Array(subject.der), attributes: freezeAll(subject.attributes) }),
    publicKey: Object.freeze({
      // Read again, so that its numbers are views of the copy.
      ...parseSubjectPublicKeyInfo(new Uint8Array(publicKey.der)),
      key: publicKey.key,
      hash: publicKey.hash,
    }),
    identifiers: freezeAll(identifiers),
  };
}

function freezeAll<T extends object>(values: readonly T[]): readonly T[] {
  return Object.freeze(values.map((value) => Object.freeze({ ...value })));
}

function readNames({
  subject,
  extensions,
}: RequestContents): Pick<CertificationRequest, "commonName" | "identifiers"> {
  const extKeyUsage = extensions.get(extensionOids.extKeyUsage);
  if (extKeyUsage !== undefined) readExtKeyUsage(extKeyUsage.value);
  refuseAuthorityExtensions(extensions);
  const commonName = onlyCommonName(subject);
  return { commonName, identifiers: readIdentifiers(extensions, commonName) };
}

/** Extensions whose form is known; any other that is critical cannot be ignored and is refused. */
const understood: ReadonlySet<string> = new Set([
  extensionOids.basicConstraints,
  extensionOids.extKeyUsage,
  extensionOids.keyUsage,
  extensionOids.subjectAltName,
  extensionOids.subjectKeyIdentifier,
]);

function refuseAuthorityExtensions(extensions: ReadonlyMap<string, ParsedExtension>): void {
  const basicConstraints = extensions.get(extensionOids.basicConstraints);
  if (basicConstraints !== undefined && readBasicConstraints(basicConstraints.value).ca)
    throw refused("basicConstraints with cA");
  const keyUsage = extensions.get(extensionOids.keyUsage);
  const usages = keyUsage && readKeyUsage(keyUsage.value);
  if (usages?.has("keyCertSign") === true || usages?.has("cRLSign") === true)
    throw refused("keyUsage of a certificate authority");
  for (const oid of [extensionOids.nameConstraints, extensionOids.authorityKeyIdentifier]) {
    if (extensions.has(oid)) throw refused(`extension ${oid}`);
  }
  for (const [oid, { critical }] of extensions)
    if (critical && !understood.has(oid)) throw refused(`critical extension ${oid}`);
}

function refused(what: string): CsrError {
  return new CsrError(
    "ERR_CSR_EXTENSION_REFUSED",
    `the certification request asks for ${what}, which only the issuer may decide`,
  );
}

function onlyCommonName(subject: DistinguishedName): string | undefined {
  const [commonName, ...others] = attributeValues(subject, "commonName");
  if (others.length > 0) throw new DerError("the subject has more than one commonName");
  return commonName;
}

function readIdentifiers(
  extensions: ReadonlyMap<string, ParsedExtension>,
  commonName: string | undefined,
): readonly Identifier[] {
  const extension = extensions.get(extensionOids.subjectAltName);
  const names = extension === undefined ? [] : readSubjectAltName(extension.value);
  const isName = extension === undefined || commonName?.includes(".") === true;
  const fromCommonName = commonName !== undefined && isName ? dnsNameOf(commonName) : undefined;
  if (fromCommonName !== undefined) names.push(fromCommonName);
  const distinct = names.filter(
    (name, index) => names.findIndex((other) => sameIdentifier(name, other)) === index,
  );
  if (distinct.length > maximumIdentifiers)
    throw new DerError(`${distinct.length} names, allowed are ${maximumIdentifiers}`);
  return distinct;
}

function readSubjectAltName(value: Uint8Array): Identifier[] {
  const names = readSequence(readDer(value), "subjectAltName");
  // Counted before they are read: what follows takes time that grows with the square of their number.
  if (names.length === 0 || names.length > maximumIdentifiers)
    throw new DerError(`subjectAltName has ${names.length} names, allowed are 1 to ${maximumIdentifiers}`);
  return names.map(readGeneralName);
}

function dnsNameOf(commonName: string): Identifier | undefined {
  try {
    return parseIdentifier("dns", commonName);
  } catch {
    return undefined; // a person's name or a device's: whether that is acceptable is for whoever issues
  }
}

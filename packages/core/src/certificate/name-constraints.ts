import { type DerElement, readChildren, readDer, readSequence } from "../asn1/der-reader.ts";
import { encodeDer, encodeSequence } from "../asn1/der-writer.ts";
import { extensionOids } from "../asn1/oids.ts";
import { contextConstructed } from "../asn1/tags.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { DerError } from "../errors.ts";
import type { Identifier, IdentifierType } from "../identifier/identifier.ts";
import { readIpAddress } from "../identifier/ip-address.ts";
import { encodeExtension } from "./extensions.ts";
import { generalNameTags, readAscii } from "./general-name.ts";
import { type DistinguishedName, readName } from "./name.ts";

/**
 * Name constraints of one CA certificate, as GeneralNames by their tag.
 *
 * @see RFC 5280 section 4.2.1.10
 */
export interface NameConstraints {
  readonly permitted: readonly GeneralSubtree[];
  readonly excluded: readonly GeneralSubtree[];
}

/** The base of a GeneralSubtree; `minimum` is 0 and `maximum` absent in every profile of RFC 5280. */
export interface GeneralSubtree {
  readonly tag: number;
  readonly content: Uint8Array;
}

const permittedTag = contextConstructed(0);
const excludedTag = contextConstructed(1);
const directoryNameTag = contextConstructed(4);

/** Encodes a critical nameConstraints extension that permits DNS names at and below the given ones. */
export function encodePermittedDns(names: readonly string[]): Uint8Array {
  const subtrees = names.map((name) =>
    encodeSequence(encodeDer(generalNameTags.dns, new TextEncoder().encode(name))),
  );
  const value = encodeSequence(encodeDer(permittedTag, ...subtrees));
  return encodeExtension(extensionOids.nameConstraints, true, value);
}

/**
 * Reads the value of a nameConstraints extension.
 *
 * @throws {DerError} An empty extension or list, a list twice, a base that is not of its kind's form, or a minimum or
 * maximum, which RFC 5280 does not use.
 */
export function parseNameConstraints(value: Uint8Array): NameConstraints {
  const lists = readSequence(readDer(value), "nameConstraints");
  if (lists.length === 0) throw new DerError("nameConstraints is empty");
  const inPlace = lists.every(
    ({ tag }, index) => tag === contextConstructed(index) || (lists.length === 1 && tag === excludedTag),
  );
  if (!inPlace || lists.length > 2)
    throw new DerError("nameConstraints is not permittedSubtrees and excludedSubtrees, once each");
  return { permitted: readSubtrees(lists, permittedTag), excluded: readSubtrees(lists, excludedTag) };
}

/**
 * Finds the first constraint that a name breaks.
 *
 * @returns A sentence that says which, or undefined when the name is within them.
 */
export function nameConstraintViolation(
  constraints: NameConstraints,
  identifier: Identifier,
): string | undefined {
  const { type, value } = identifier;
  const { within, touches } = matchers[type];
  return violation(constraints, {
    tag: generalNameTags[type],
    name: value,
    within: (base) => within(value, base),
    touches: (base) => touches(value, base),
  });
}

/** As {@link nameConstraintViolation}, for a subject that is not empty (RFC 5280 section 4.2.1.10, directoryName). */
export function subjectConstraintViolation(
  constraints: NameConstraints,
  subject: DistinguishedName,
): string | undefined {
  if (subject.attributes.length === 0) return undefined;
  const startsWith = (base: Uint8Array): boolean => startsWithName(subject.der, base);
  return violation(constraints, {
    tag: directoryNameTag,
    name: "the subject",
    within: startsWith,
    touches: startsWith,
  });
}

interface Constrained {
  readonly tag: number;
  readonly name: string;
  /** Whether all that the name stands for lies in a subtree. */
  within(base: Uint8Array): boolean;
  /** Whether any of what the name stands for lies in a subtree; also true where that cannot be told. */
  touches(base: Uint8Array): boolean;
}

function violation(
  { permitted, excluded }: NameConstraints,
  { tag, name, within, touches }: Constrained,
): string | undefined {
  const ofKind = (subtrees: readonly GeneralSubtree[]): readonly GeneralSubtree[] =>
    subtrees.filter((subtree) => subtree.tag === tag);
  if (ofKind(excluded).some(({ content }) => touches(content)))
    return `${name} is excluded by the issuer's name constraints`;
  const allowed = ofKind(permitted);
  if (allowed.length > 0 && !allowed.some(({ content }) => within(content))) {
    return `${name} is outside the issuer's permitted names`;
  }
  return undefined;
}

function readSubtrees(lists: readonly DerElement[], listTag: number): readonly GeneralSubtree[] {
  const list = lists.find(({ tag }) => tag === listTag);
  if (list === undefined) return [];
  const subtrees = readChildren(list).map((subtree) => {
    const [base, ...bounds] = readSequence(subtree, "GeneralSubtree");
    if (base === undefined || bounds.length > 0) throw new DerError("GeneralSubtree is not a base alone");
    assertBase(base);
    return { tag: base.tag, content: base.content };
  });
  if (subtrees.length === 0) throw new DerError("nameConstraints has an empty list");
  return subtrees;
}

/** Form of a base, judged on import: a constraint that cannot be read must not turn into one that never matches. */
function assertBase({ tag, content }: DerElement): void {
  if (tag === directoryNameTag) readName(readDer(content), "directoryName");
  else if (tag !== generalNameTags.ip) readAscii(content);
  else if (content.length !== 8 && content.length !== 32)
    throw new DerError(`an iPAddress constraint has ${content.length} octets, expected 8 or 32`);
}

interface Matcher {
  within(value: string, base: Uint8Array): boolean;
  touches(value: string, base: Uint8Array): boolean;
}

const matchers: Readonly<Record<IdentifierType, Matcher>> = {
  dns: {
    within: (value, base) => withinDomain(value, readHost(base)),
    touches: (value, base) => withinDomain(value, readHost(base)) || standsForParentOf(value, readHost(base)),
  },
  email: {
    within: (value, base) => emailWithin(value, readAscii(base)),
    touches: (value, base) => base.length === 0 || emailWithin(value, readAscii(base)),
  },
  ip: { within: withinNetwork, touches: withinNetwork },
  uri: {
    within: (value, base) => !hasAddress(value) && hostWithin(uriHost(value), readHost(base)),
    // RFC 5280 section 4.2.1.10: a URI without a host name cannot satisfy any constraint.
    touches: (value, base) =>
      base.length === 0 || hasAddress(value) || hostWithin(uriHost(value), readHost(base)),
  },
};

function readHost(base: Uint8Array): string {
  return readAscii(base).toLowerCase();
}

/**
 * A DNS constraint holds for the name itself and for everything below it; with a leading dot, which many write, only for
 * what is below. A wildcard's star is a label like any other here: all it stands for is below its parent.
 */
function withinDomain(name: string, base: string): boolean {
  return base === "" || name === base || name.endsWith(base.startsWith(".") ? base : `.${base}`);
}

/** Whether `base` is one of the names that a wildcard stands for: `*.a.x` stands for `b.a.x`. */
function standsForParentOf(name: string, base: string): boolean {
  const firstDot = base.indexOf(".");
  return name.startsWith("*.") && firstDot > 0 && base.slice(firstDot) === name.slice(1);
}

/** A host constraint with a leading dot holds below it, one without for that host alone. */
function hostWithin(host: string, base: string): boolean {
  return base.startsWith(".") ? host.endsWith(base) : host === base;
}

/** A mailbox constraint holds for that mailbox; the local part has case, the domain has none. */
function emailWithin(address: string, base: string): boolean {
  const at = base.lastIndexOf("@");
  const domain = base.slice(at + 1).toLowerCase();
  if (at > 0) return address === `${base.slice(0, at)}@${domain}`;
  return hostWithin(address.slice(address.lastIndexOf("@") + 1), domain);
}

function uriHost(uri: string): string {
  return /^[^/]+:\/\/([^/?:]*)/.exec(uri)?.[1]?.replace(/\.$/, "") ?? "";
}

function hasAddress(uri: string): boolean {
  return uri.includes("://[") || readIpAddress(uriHost(uri)) !== undefined;
}

function withinNetwork(value: string, base: Uint8Array): boolean {
  const address = readIpAddress(value);
  if (address === undefined || base.length !== address.length * 2) return false;
  return address.every((octet, index) => {
    const mask = base[address.length + index] ?? 0;
    return (octet & mask) === ((base[index] ?? 0) & mask);
  });
}

/** Compares RDN by RDN on their bytes: stricter than RFC 5280 section 7.1, so nothing gets in by a spelling. */
function startsWithName(subject: Uint8Array, baseContent: Uint8Array): boolean {
  const base = readSequence(readDer(baseContent), "directoryName");
  const rdns = readSequence(readDer(subject), "subject");
  return base.every((rdn, index) => equalBytes(rdn.encoded, rdns[index]?.encoded ?? new Uint8Array()));
}

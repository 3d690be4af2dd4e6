import { type DerElement, readChildren, readDer, readSequence } from "../asn1/der-reader.ts";
import { encodeDer, encodeSequence } from "../asn1/der-writer.ts";
import { extensionOids } from "../asn1/oids.ts";
import { contextConstructed } from "../asn1/tags.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { DerError } from "../errors.ts";
import type { Identifier, IdentifierType } from "../identifier/identifier.ts";
import { formatIpAddress } from "../identifier/ip-address.ts";
import { encodeExtension } from "./extensions.ts";
import { generalNameTags, readAscii } from "./general-name.ts";
import { type DistinguishedName, readName } from "./name.ts";
import { directoryNameMatcher, identifierMatchers } from "./subtree-matchers.ts";

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

/** Encodes a nameConstraints extension, critical; the caller answers for at least one subtree. */
export function encodeNameConstraints({ permitted, excluded }: NameConstraints): Uint8Array {
  const value = encodeSequence(
    ...encodeSubtrees(permittedTag, permitted),
    ...encodeSubtrees(excludedTag, excluded),
  );
  return encodeExtension(extensionOids.nameConstraints, true, value);
}

function encodeSubtrees(listTag: number, subtrees: readonly GeneralSubtree[]): readonly Uint8Array[] {
  if (subtrees.length === 0) return [];
  return [encodeDer(listTag, ...subtrees.map(({ tag, content }) => encodeSequence(encodeDer(tag, content))))];
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
  return violation(constraints, {
    tag: generalNameTags[type],
    name: value,
    within: (base) => identifierMatchers[type].within(value, base),
    touches: (base) => identifierMatchers[type].touches(value, base),
  });
}

/** As {@link nameConstraintViolation}, for a subject that is not empty (RFC 5280 section 4.2.1.10, directoryName). */
export function subjectConstraintViolation(
  constraints: NameConstraints,
  subject: DistinguishedName,
): string | undefined {
  if (subject.attributes.length === 0) return undefined;
  return violation(constraints, {
    tag: directoryNameTag,
    name: "the subject",
    within: (base) => directoryNameMatcher.within(subject.der, base),
    touches: (base) => directoryNameMatcher.touches(subject.der, base),
  });
}

/** As {@link nameConstraintViolation}, for a name as it stands in a CA certificate's subjectAltName, of any kind and in any spelling. */
export function generalNameViolation(
  constraints: NameConstraints,
  { tag, content }: GeneralSubtree,
): string | undefined {
  if (tag === directoryNameTag)
    return subjectConstraintViolation(constraints, readName(readDer(content), "directoryName"));
  const type = identifierTypes.find((candidate) => generalNameTags[candidate] === tag);
  if (type !== undefined)
    return nameConstraintViolation(constraints, { type, value: foldName(type, content) });
  return violation(constraints, {
    tag,
    name: `a name of kind [${tag & 0x1f}]`,
    within: () => false,
    touches: () => true,
  });
}

const identifierTypes = Object.keys(generalNameTags) as IdentifierType[];

/** Only the local part of a mailbox has case that counts; of a URI nothing but the host is compared. */
function foldName(type: IdentifierType, content: Uint8Array): string {
  if (type === "ip") return formatIpAddress(content);
  const text = readAscii(content);
  const start = type === "email" ? text.lastIndexOf("@") : 0;
  return text.slice(0, Math.max(start, 0)) + text.slice(Math.max(start, 0)).toLowerCase();
}

/**
 * Tells whether a subtree lies within constraints: what a CA beneath permits counts for nothing where its issuer permits it not.
 *
 * @returns False when it reaches beyond every permitted subtree of its kind, or when all of it is excluded.
 */
export function permitsSubtree({ permitted, excluded }: NameConstraints, subtree: GeneralSubtree): boolean {
  const nests = nestingByTag.get(subtree.tag) ?? equalBytes;
  const holds = ({ content }: GeneralSubtree): boolean => nests(subtree.content, content);
  const allowed = permitted.filter(({ tag }) => tag === subtree.tag);
  if (allowed.length > 0 && !allowed.some(holds)) return false;
  return !excluded.some((base) => base.tag === subtree.tag && (base.content.length === 0 || holds(base)));
}

const nestingByTag: ReadonlyMap<number, (inner: Uint8Array, outer: Uint8Array) => boolean> = new Map([
  [directoryNameTag, directoryNameMatcher.nests],
  [generalNameTags.dns, identifierMatchers.dns.nests],
  [generalNameTags.email, identifierMatchers.email.nests],
  [generalNameTags.ip, identifierMatchers.ip.nests],
  [generalNameTags.uri, identifierMatchers.uri.nests],
]);

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

import { type DerElement, readDer, readSequence } from "../asn1/der-reader.ts";
import { encodeSequence } from "../asn1/der-writer.ts";
import { equalBytes } from "../encoding/bytes.ts";
import type { IdentifierType } from "../identifier/identifier.ts";
import { readIpAddress } from "../identifier/ip-address.ts";
import { readAscii } from "./general-name.ts";
import { readName } from "./name.ts";

/** How names of one kind lie to the base of a GeneralSubtree (RFC 5280 section 4.2.1.10). Bases are contents octets. */
export interface SubtreeMatcher<Name> {
  /** Whether all that a name stands for lies in the subtree. */
  within(name: Name, base: Uint8Array): boolean;
  /** Whether any of what a name stands for lies in the subtree; also true where that cannot be told. */
  touches(name: Name, base: Uint8Array): boolean;
  /** Whether all of one subtree lies in another. */
  nests(inner: Uint8Array, outer: Uint8Array): boolean;
}

/** Matchers of identifiers in their canonical spelling. */
export const identifierMatchers: Readonly<Record<IdentifierType, SubtreeMatcher<string>>> = {
  dns: {
    within: (value, base) => withinDomain(value, readHost(base)),
    touches: (value, base) => withinDomain(value, readHost(base)) || standsForParentOf(value, readHost(base)),
    nests: (inner, outer) => withinDomain(readHost(inner), readHost(outer)),
  },
  email: {
    within: (value, base) => emailWithin(value, readAscii(base)),
    touches: (value, base) => base.length === 0 || emailWithin(value, readAscii(base)),
    nests: (inner, outer) => mailboxesWithin(readAscii(inner), readAscii(outer)),
  },
  ip: { within: withinNetwork, touches: withinNetwork, nests: networkWithin },
  uri: {
    within: (value, base) => !hasAddress(value) && hostWithin(uriHost(value), readHost(base)),
    // A URI without a host name cannot satisfy any constraint.
    touches: (value, base) =>
      base.length === 0 || hasAddress(value) || hostWithin(uriHost(value), readHost(base)),
    nests: (inner, outer) => hostWithin(readHost(inner), readHost(outer)),
  },
};

/** Matcher of Name DER. */
export const directoryNameMatcher: SubtreeMatcher<Uint8Array> = {
  within: startsWithName,
  touches: resemblesName,
  nests: startsWithName,
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

function mailboxesWithin(inner: string, outer: string): boolean {
  const at = inner.lastIndexOf("@");
  const domain = inner.slice(at + 1).toLowerCase();
  if (at > 0) return emailWithin(`${inner.slice(0, at)}@${domain}`, outer);
  return !outer.includes("@") && hostWithin(domain, outer.toLowerCase());
}

function uriHost(uri: string): string {
  return /^[^/]+:\/\/([^/?:]*)/.exec(uri)?.[1]?.replace(/\.$/, "") ?? "";
}

function hasAddress(uri: string): boolean {
  return uri.includes("://[") || readIpAddress(uriHost(uri)) !== undefined;
}

function withinNetwork(value: string, base: Uint8Array): boolean {
  const address = readIpAddress(value);
  return address !== undefined && base.length === address.length * 2 && isMaskedTo(address, base);
}

/** A network lies in another when its mask has all the bits of the other's and its address is one of the other's. */
function networkWithin(inner: Uint8Array, outer: Uint8Array): boolean {
  const length = outer.length / 2;
  const mask = inner.subarray(length);
  return (
    inner.length === outer.length &&
    mask.every((octet, index) => ((outer[length + index] ?? 0) & ~octet) === 0) &&
    isMaskedTo(inner.subarray(0, length), outer)
  );
}

function isMaskedTo(address: Uint8Array, base: Uint8Array): boolean {
  return address.every((octet, index) => {
    const mask = base[address.length + index] ?? 0;
    return (octet & mask) === ((base[index] ?? 0) & mask);
  });
}

/** Compares RDN by RDN on their bytes: stricter than RFC 5280 section 7.1, so nothing gets in by a spelling. */
function startsWithName(name: Uint8Array, base: Uint8Array): boolean {
  const rdns = readRdns(name);
  return readRdns(base).every((rdn, index) => equalBytes(rdn.encoded, rdns[index]?.encoded ?? nothing));
}

/** Compares RDN by RDN without case, spaces and string types: looser than section 7.1, so nothing gets out by a spelling. */
function resemblesName(name: Uint8Array, base: Uint8Array): boolean {
  const rdns = readRdns(name).map(foldRdn);
  return readRdns(base).every((rdn, index) => foldRdn(rdn) === rdns[index]);
}

function readRdns(name: Uint8Array): DerElement[] {
  return readSequence(readDer(name), "directoryName");
}

function foldRdn({ encoded }: DerElement): string {
  const { attributes } = readName(readDer(encodeSequence(encoded)), "directoryName");
  const folded = attributes.map(({ type, value }) => `${type}=${foldText(value)}`);
  return folded.toSorted().join("+");
}

function foldText(text: string): string {
  return text.normalize("NFKC").toLowerCase().trim().replaceAll(/\s+/g, " ");
}

const nothing = new Uint8Array();

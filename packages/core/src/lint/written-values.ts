import {
  type DerElement,
  expectTag,
  readDer,
  readOctetString,
  readSequence,
  readSmallInteger,
} from "../asn1/der-reader.ts";
import { contextPrimitive } from "../asn1/tags.ts";
import { generalNameTags, readAscii, readGeneralName } from "../certificate/general-name.ts";
import { DerError } from "../errors.ts";
import type { Identifier } from "../identifier/identifier.ts";
import { maximumIdentifiers } from "../profile/identifiers.ts";
import { isTrustDomainId } from "../profile/trust-domain.ts";

/** A GeneralName as it is written. */
export interface WrittenName {
  readonly identifier: Identifier;
  /** Whether it is in the canonical spelling of its kind. */
  readonly canonical: boolean;
}

/** Reads the value of subjectKeyIdentifier. @throws {DerError} Empty. */
export function readSubjectKeyIdentifier(value: Uint8Array): Uint8Array {
  const identifier = readOctetString(readDer(value), "subjectKeyIdentifier");
  if (identifier.length === 0) throw new DerError("subjectKeyIdentifier is empty");
  return identifier;
}

/**
 * Reads the value of authorityKeyIdentifier, the key identifier alone: issuer and serial number tie a certificate to one
 * certificate of its issuer and not to its key.
 *
 * @throws {DerError}
 */
export function readAuthorityKeyIdentifier(value: Uint8Array): Uint8Array {
  const [identifier, ...rest] = readSequence(readDer(value), "authorityKeyIdentifier");
  if (rest.length > 0) throw new DerError("authorityKeyIdentifier has more than a keyIdentifier");
  return expectTag(identifier, contextPrimitive(0), "authorityKeyIdentifier's keyIdentifier").content;
}

/** Reads the value of subjectAltName. @throws {CaError} None or too many names, or one of a kind that identifiers do not cover. */
export function readSubjectAltName(value: Uint8Array): readonly WrittenName[] {
  const names = readSequence(readDer(value), "subjectAltName");
  if (names.length === 0 || names.length > maximumIdentifiers)
    throw new DerError(`subjectAltName has ${names.length} names, allowed are 1 to ${maximumIdentifiers}`);
  return names.map(readName);
}

/**
 * Reads the value of tlsFeature: only status_request, number 5, can be asked of a server's certificate.
 *
 * @throws {DerError}
 * @see RFC 7633 section 4, RFC 6066 section 1.1
 */
export function readTlsFeature(value: Uint8Array): void {
  const features = readSequence(readDer(value), "tlsFeature").map((element) =>
    readSmallInteger(element, "tlsFeature"),
  );
  if (features.length !== 1 || features[0] !== 5)
    throw new DerError(`tlsFeature is ${features.join(", ") || "empty"}, allowed is 5 (status_request)`);
}

function readName(element: DerElement): WrittenName {
  const trustDomain = readTrustDomainId(element);
  if (trustDomain !== undefined) return { identifier: { type: "uri", value: trustDomain }, canonical: true };
  const identifier = readGeneralName(element);
  return { identifier, canonical: isSpelledAs(element, identifier.value) };
}

/** No identifier, because nobody asks for it: an authority says with it which trust domain it serves. */
function readTrustDomainId({ tag, content }: DerElement): string | undefined {
  if (tag !== generalNameTags.uri) return undefined;
  const uri = readAscii(content);
  return isTrustDomainId(uri) ? uri : undefined;
}

/** An address has no other spelling in octets. */
function isSpelledAs({ tag, content }: DerElement, text: string): boolean {
  if (tag === generalNameTags.ip) return true;
  return content.length === text.length && content.every((octet, index) => octet === text.charCodeAt(index));
}

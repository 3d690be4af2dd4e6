import type { DerElement } from "../asn1/der-reader.ts";
import { encodeDer } from "../asn1/der-writer.ts";
import { contextPrimitive } from "../asn1/tags.ts";
import { octetsOf, textOf } from "../encoding/character-codes.ts";
import { DerError } from "../errors.ts";
import { type Identifier, type IdentifierType, parseIdentifier } from "../identifier/identifier.ts";
import { formatIpAddress, readIpAddress } from "../identifier/ip-address.ts";

/** Context tags of GeneralName that identifiers use (RFC 5280 section 4.2.1.6). */
export const generalNameTags: Readonly<Record<IdentifierType, number>> = {
  email: contextPrimitive(1),
  dns: contextPrimitive(2),
  uri: contextPrimitive(6),
  ip: contextPrimitive(7),
};

/** Encodes an identifier as a GeneralName. */
export function encodeGeneralName({ type, value }: Identifier): Uint8Array {
  const content = type === "ip" ? readIpAddress(value) : octetsOf(value);
  if (content === undefined) throw new DerError(`ip address "${value}" is not in canonical form`);
  return encodeDer(generalNameTags[type], content);
}

/**
 * Reads a GeneralName as an identifier.
 *
 * @throws {DerError} A kind of name that identifiers do not cover (otherName, directoryName, registeredID...), or octets
 * outside ASCII.
 * @throws {RequestError} `ERR_IDENTIFIER_MALFORMED`
 */
export function readGeneralName({ tag, content }: DerElement): Identifier {
  const type = typesByTag.get(tag);
  if (type === undefined)
    throw new DerError(
      `subjectAltName has a name of kind [${tag & 0x1f}], which is not one of email, dns, uri, ip`,
    );
  if (type !== "ip") return parseIdentifier(type, readAscii(content));
  if (content.length !== 4 && content.length !== 16)
    throw new DerError(`iPAddress has ${content.length} octets, expected 4 or 16`);
  return parseIdentifier("ip", formatIpAddress(content));
}

/** Reads IA5String contents. @throws {DerError} Octets above 0x7E or control characters. */
export function readAscii(content: Uint8Array): string {
  const codes = new Array<number>(content.length);
  for (let index = 0; index < content.length; index += 1) {
    const octet = content[index] ?? 0;
    if (octet < 0x20 || octet > 0x7e) throw new DerError("a name has octets outside printable ASCII");
    codes[index] = octet;
  }
  return textOf(codes);
}

const typesByTag: ReadonlyMap<number, IdentifierType> = new Map(
  (Object.entries(generalNameTags) as [IdentifierType, number][]).map(([type, tag]) => [tag, type]),
);

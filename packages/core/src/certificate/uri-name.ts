import { type DerElement, expectTag } from "../asn1/der-reader.ts";
import { encodeDer } from "../asn1/der-writer.ts";
import { generalNameTags, readAscii } from "./general-name.ts";

/** Encodes a GeneralName that says where something can be fetched: a URI in ASCII. */
export function encodeUriName(uri: string): Uint8Array {
  return encodeDer(generalNameTags.uri, new TextEncoder().encode(uri));
}

/** Reads a GeneralName that has to be a URI. @throws {DerError} */
export function readUriName(element: DerElement | undefined): string {
  return readAscii(expectTag(element, generalNameTags.uri, "uniformResourceIdentifier").content);
}

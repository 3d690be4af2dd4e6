import { readDer, readOid } from "../asn1/der-reader.ts";
import { encodeOid } from "../asn1/der-writer.ts";
import { DerError } from "../errors.ts";

/** Whether text is an object identifier in dotted decimal that certificates of ours can carry (X.660 section 6, X.690 section 8.19). */
export function isObjectIdentifier(text: string): boolean {
  if (!/^(?:[01]\.[1-3]?[0-9]|2\.(?:0|[1-9][0-9]*))(?:\.(?:0|[1-9][0-9]*))+$/.test(text)) return false;
  try {
    return readOid(readDer(encodeOid(text)), "object identifier") === text;
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return false; // an arc above 2^53 - 1, or too long
  }
}

import { encodeDer } from "../asn1/der-writer.ts";
import { tags } from "../asn1/tags.ts";
import { noExpiry } from "../asn1/time.ts";
import { DerError } from "../errors.ts";

/**
 * Encodes a GeneralizedTime, also where a Time would be UTCTime: whole seconds, `Z`.
 *
 * @param milliseconds - Since 1970 UTC; a fraction of a second is cut off.
 * @throws {DerError} A year that does not have four digits, or no time at all.
 * @see RFC 9919 section 3.2.4
 */
export function encodeGeneralizedTime(milliseconds: number): Uint8Array {
  if (!(milliseconds >= yearZero && milliseconds < noExpiry + 1000))
    throw new DerError(`time ${milliseconds} is not within the years 0000 to 9999`);
  const digits = new Date(milliseconds).toISOString().slice(0, 19).replace(/[-T:]/g, "");
  return encodeDer(tags.generalizedTime, new TextEncoder().encode(`${digits}Z`));
}

const yearZero = Date.UTC(-1, 12, 1);

import type { DerElement } from "../asn1/der-reader.ts";
import { tags } from "../asn1/tags.ts";
import { readTime } from "../asn1/time.ts";
import { DerError } from "../errors.ts";

/**
 * Reads a Time of a CRL as milliseconds since 1970 UTC.
 *
 * @throws {DerError} As `readTime`, and for a GeneralizedTime before 2050, where only UTCTime is allowed.
 * @see RFC 5280 sections 5.1.2.4 to 5.1.2.6
 */
export function readDatedTime(element: DerElement | undefined, what: string): number {
  const time = readTime(element, what);
  if (element?.tag === tags.generalizedTime && time >= utcTimeFrom && time < generalizedTimeFrom)
    throw new DerError(`${what} is before 2050 and not a UTCTime`);
  return time;
}

/** What a UTCTime can say. */
const utcTimeFrom = Date.UTC(1950, 0, 1);
const generalizedTimeFrom = Date.UTC(2050, 0, 1);

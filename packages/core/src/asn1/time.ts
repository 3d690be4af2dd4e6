import { DerError } from "../errors.ts";
import type { DerElement } from "./der-reader.ts";
import { encodeDer } from "./der-writer.ts";
import { tags } from "./tags.ts";

/** First instant that is written as GeneralizedTime (RFC 5280 section 4.1.2.5). */
const generalizedTimeFrom = Date.UTC(2050, 0, 1);

const yearZero = Date.UTC(-1, 12, 1);

/** 9999-12-31T23:59:59Z: the notAfter of a certificate without a well-defined end (RFC 5280 section 4.1.2.5). */
export const noExpiry: number = Date.UTC(9999, 11, 31, 23, 59, 59);

/**
 * Encodes a Time: UTCTime until 2049, GeneralizedTime from 2050, whole seconds, `Z`.
 *
 * @param milliseconds - Since 1970 UTC; a fraction of a second is cut off.
 * @throws {DerError} A year that does not have four digits, or no time at all.
 * @see RFC 5280 section 4.1.2.5
 */
export function encodeTime(milliseconds: number): Uint8Array {
  if (!(milliseconds >= yearZero && milliseconds < noExpiry + 1000))
    throw new DerError(`time ${milliseconds} is not within the years 0000 to 9999`);
  const text = new Date(milliseconds).toISOString().slice(0, 19).replace(/[-T:]/g, "");
  const utc = milliseconds < generalizedTimeFrom && milliseconds >= Date.UTC(1950, 0, 1);
  return encodeDer(utc ? tags.utcTime : tags.generalizedTime, ascii.encode(`${utc ? text.slice(2) : text}Z`));
}

/**
 * Reads a Time as milliseconds since 1970 UTC.
 *
 * @throws {DerError} Another tag; a fraction, an offset, missing seconds, or a date that is not in the calendar.
 */
export function readTime(element: DerElement | undefined, what: string): number {
  if (element?.tag !== tags.utcTime && element?.tag !== tags.generalizedTime)
    throw new DerError(`${what} is not a Time`);
  const text = String.fromCharCode(...element.content.subarray(0, 20));
  const full = element.tag === tags.utcTime ? `${Number(text.slice(0, 2)) >= 50 ? "19" : "20"}${text}` : text;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
  if (match === null)
    throw new DerError(
      `${what} is not of the form ${element.tag === tags.utcTime ? "YY" : "YYYY"}MMDDHHMMSSZ`,
    );
  const [, year, month, day, hour, minute, second] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const milliseconds = Date.parse(iso);
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== iso) {
    throw new DerError(`${what} is not a date of the calendar`);
  }
  return milliseconds;
}

const ascii = new TextEncoder();

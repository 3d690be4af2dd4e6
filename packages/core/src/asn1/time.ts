import { DerError } from "../errors.ts";
import type { DerElement } from "./der-reader.ts";
import { encodeDer } from "./der-writer.ts";
import { tags } from "./tags.ts";

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
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear();
  const isUtcTime = year >= 1950 && year < 2050;
  const pairs = [
    year % 100,
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  if (!isUtcTime) pairs.unshift(Math.floor(year / 100));
  return encodeDer(isUtcTime ? tags.utcTime : tags.generalizedTime, digitsAndZ(pairs));
}

function digitsAndZ(pairs: readonly number[]): Uint8Array {
  const text = new Uint8Array(2 * pairs.length + 1);
  let offset = 0;
  for (const pair of pairs) {
    text[offset] = 0x30 + Math.floor(pair / 10);
    text[offset + 1] = 0x30 + (pair % 10);
    offset += 2;
  }
  text[offset] = 0x5a;
  return text;
}

/**
 * Reads a Time as milliseconds since 1970 UTC.
 *
 * @throws {DerError} Another tag; a fraction, an offset, missing seconds, or a date that is not in the calendar.
 */
export function readTime(element: DerElement | undefined, what: string): number {
  if (element?.tag !== tags.utcTime && element?.tag !== tags.generalizedTime)
    throw new DerError(`${what} is not a Time`);
  const { content } = element;
  const yearDigits = element.tag === tags.utcTime ? 2 : 4;
  if (!isDigitsAndZ(content, yearDigits + 10))
    throw new DerError(`${what} is not of the form ${yearDigits === 2 ? "YY" : "YYYY"}MMDDHHMMSSZ`);
  const pairAt = (index: number): number =>
    ((content[index] ?? 0) - 0x30) * 10 + ((content[index + 1] ?? 0) - 0x30);
  const year = yearDigits === 4 ? pairAt(0) * 100 + pairAt(2) : pairAt(0) + (pairAt(0) >= 50 ? 1900 : 2000);
  const month = pairAt(yearDigits);
  const day = pairAt(yearDigits + 2);
  const hour = pairAt(yearDigits + 4);
  const minute = pairAt(yearDigits + 6);
  const second = pairAt(yearDigits + 8);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // and not Date.UTC, which takes the year 30 for 1930
  const isInCalendar = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isInCalendar || hour > 23 || minute > 59 || second > 59)
    throw new DerError(`${what} is not a date of the calendar`);
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000;
}

function isDigitsAndZ(content: Uint8Array, digits: number): boolean {
  if (content.length !== digits + 1 || content[digits] !== 0x5a) return false;
  for (let index = 0; index < digits; index += 1) {
    const octet = content[index] ?? 0;
    if (octet < 0x30 || octet > 0x39) return false;
  }
  return true;
}

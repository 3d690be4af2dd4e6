import { tags } from "../asn1/tags.ts";
import { encodeTime } from "../asn1/time.ts";

/**
 * Writes times into an array, with the octets that `encodeTime` answers. Each function answers where the next value begins.
 *
 * @throws {DerError} A year that does not have four digits, or no time at all.
 */
export interface TimeWriter {
  /**
   * Writes a Time: UTCTime until 2049, GeneralizedTime from 2050.
   *
   * @param milliseconds - Since 1970 UTC; a fraction of a second is cut off.
   * @see RFC 5280 section 5.1.2.4
   */
  writeTime(octets: Uint8Array, at: number, milliseconds: number): number;
  /** Writes a GeneralizedTime, whatever the year. */
  writeGeneralizedTime(octets: Uint8Array, at: number, milliseconds: number): number;
}

/** Creates a writer that works out the date of each day once: of the many times in a CRL a few are of the same day. */
export function createTimeWriter(): TimeWriter {
  const midnights = new Map<number, Uint8Array>();

  function midnightOf(day: number): Uint8Array {
    const known = midnights.get(day);
    if (known !== undefined) return known;
    const midnight = encodeTime(day * 86_400_000);
    midnights.set(day, midnight);
    return midnight;
  }

  function writeTime(octets: Uint8Array, at: number, milliseconds: number): number {
    const day = Math.floor(milliseconds / 86_400_000);
    const midnight = midnightOf(day);
    const end = at + midnight.length;
    octets.set(midnight, at);
    const second = Math.floor(milliseconds / 1000) - day * 86_400;
    writePair(octets, end - 7, Math.floor(second / 3600));
    writePair(octets, end - 5, Math.floor(second / 60) % 60);
    writePair(octets, end - 3, second % 60);
    return end;
  }

  function writeGeneralizedTime(octets: Uint8Array, at: number, milliseconds: number): number {
    const end = writeTime(octets, at, milliseconds);
    if (octets[at] === tags.generalizedTime) return end;
    octets.copyWithin(at + 4, at + 2, end);
    octets[at] = tags.generalizedTime;
    octets[at + 1] = 15;
    writePair(octets, at + 2, milliseconds < Date.UTC(2000, 0, 1) ? 19 : 20);
    return end + 2;
  }

  return Object.freeze({ writeTime, writeGeneralizedTime });
}

function writePair(octets: Uint8Array, at: number, number: number): void {
  octets[at] = 0x30 + Math.floor(number / 10);
  octets[at + 1] = 0x30 + (number % 10);
}

import { tags } from "../asn1/tags.ts";
import { type RevocationReason, revocationReasons } from "../certificate/revocation-reasons.ts";
import { DerError } from "../errors.ts";
import type { RevokedCertificate } from "../store/certificate-store.ts";
import { printable } from "../text.ts";
import { createTimeWriter, type TimeWriter } from "./time-writer.ts";

/**
 * Writes CRL entries one after the other into one array that grows.
 *
 * Octet by octet and not out of parts, as everything else is encoded: a list of 100 000 entries would be a million small arrays,
 * and take eight times as long.
 */
export interface EntryWriter {
  /** Octets written. */
  readonly length: number;
  /** Where the octets are; another array after the next {@link EntryWriter.append}. Only the first `length` count. */
  readonly octets: Uint8Array;
  /**
   * Writes an entry. Times are cut to whole seconds; the reason `unspecified` is left out.
   *
   * @throws {DerError} A serial number that is not 1 to 20 octets of hexadecimal, or a year that does not have four digits.
   * @see RFC 5280 sections 5.1.2.6 and 5.3
   */
  append(entry: RevokedCertificate): void;
  /** Takes back what was written after `length`. */
  truncate(length: number): void;
}

/** Creates a writer of CRL entries. */
export function createEntryWriter(): EntryWriter {
  let octets = new Uint8Array(4096);
  let length = 0;
  const times = createTimeWriter();
  return Object.freeze<EntryWriter>({
    get length() {
      return length;
    },
    get octets() {
      return octets;
    },
    append(entry) {
      if (octets.length - length < longestEntry) {
        const larger = new Uint8Array(octets.length * 2);
        larger.set(octets);
        octets = larger;
      }
      length = writeEntry(octets, length, entry, times);
    },
    truncate(to) {
      length = to;
    },
  });
}

/** SEQUENCE with a serial number of 20 octets and a sign, a GeneralizedTime, and both extensions: 82 octets. */
const longestEntry = 96;

function writeEntry(
  octets: Uint8Array,
  start: number,
  entry: RevokedCertificate,
  { writeTime, writeGeneralizedTime }: TimeWriter,
): number {
  const { serialNumber, revokedAt, reason, invalidityDate } = entry;
  let at = writeSerialNumber(octets, start + 2, serialNumber);
  at = writeTime(octets, at, revokedAt);
  const isStated = reason !== undefined && reason !== "unspecified";
  if (isStated || invalidityDate !== undefined) {
    const extensions = at + 2;
    at = isStated ? writeReason(octets, extensions, reason) : extensions;
    if (invalidityDate !== undefined) {
      octets.set(invalidityDateHeader, at);
      at = writeGeneralizedTime(octets, at + invalidityDateHeader.length, invalidityDate);
    }
    writeHeader(octets, extensions - 2, tags.sequence, at - extensions);
  }
  writeHeader(octets, start, tags.sequence, at - start - 2);
  return at;
}

/** Every length in an entry is below 128, and so is one octet. */
function writeHeader(octets: Uint8Array, at: number, tag: number, length: number): number {
  octets[at] = tag;
  octets[at + 1] = length;
  return at + 2;
}

function writeSerialNumber(octets: Uint8Array, at: number, hex: string): number {
  let faults = hex.length % 2 === 0 && hex.length >= 2 && hex.length <= 40 ? 0 : invalidDigit;
  let first = 0;
  while (first < hex.length - 2 && hex.startsWith("00", first)) first += 2;
  let next = at + 2;
  if (digitAt(hex, first) > 7) {
    octets[next] = 0; // not a sign
    next += 1;
  }
  for (let index = first; index < hex.length && faults === 0; index += 2) {
    const high = digitAt(hex, index);
    const low = digitAt(hex, index + 1);
    faults = (high | low) & ~0xf;
    octets[next] = (high << 4) | low;
    next += 1;
  }
  if (faults !== 0)
    throw new DerError(`serial number "${printable(hex)}" is not 1 to 20 octets in hexadecimal`);
  writeHeader(octets, at, tags.integer, next - at - 2);
  return next;
}

function digitAt(hex: string, index: number): number {
  return digits[hex.charCodeAt(index)] ?? invalidDigit;
}

/** Has bits that no digit has. */
const invalidDigit = 0xff;

/** Values of hexadecimal digits by their character codes; 0xff where indexOf answers -1. */
const digits = Uint8Array.from({ length: 0x80 }, (_, code) =>
  "0123456789abcdef".indexOf(String.fromCharCode(code)),
);

function writeReason(octets: Uint8Array, at: number, reason: RevocationReason): number {
  octets.set(reasonExtension, at);
  const end = at + reasonExtension.length;
  octets[end - 1] = revocationReasons[reason];
  return end;
}

/** reasonCode, not critical: Extension { 2.5.29.21, OCTET STRING { ENUMERATED } }, the reason in the last octet (RFC 5280 section 5.3.1). */
const reasonExtension = Uint8Array.of(0x30, 10, 0x06, 3, 0x55, 0x1d, 0x15, 0x04, 3, tags.enumerated, 1, 0);

/** invalidityDate, not critical: Extension { 2.5.29.24, OCTET STRING { GeneralizedTime } }, up to the time (RFC 5280 section 5.3.2). */
const invalidityDateHeader = Uint8Array.of(0x30, 24, 0x06, 3, 0x55, 0x1d, 0x18, 0x04, 17);

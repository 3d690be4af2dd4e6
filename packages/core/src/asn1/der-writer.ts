import { octetsOf } from "../encoding/character-codes.ts";
import { compareEncoded } from "./der-reader.ts";
import { tags } from "./tags.ts";

/** Encodes one value: identifier octet, minimal length, and the parts one after the other. */
export function encodeDer(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return writeDer(measureDer(tag, parts));
}

/** A value that is measured and not written yet: what is nested is written into the one array of the outermost. */
export interface MeasuredDer {
  readonly tag: number;
  readonly parts: readonly (MeasuredDer | Uint8Array)[];
  /** Of the contents. */
  readonly contentLength: number;
  /** Of identifier, length and contents octets. */
  readonly length: number;
}

/** Measures a value whose contents are the parts one after the other. */
export function measureDer(tag: number, parts: readonly (MeasuredDer | Uint8Array)[]): MeasuredDer {
  let contentLength = 0;
  for (const part of parts) contentLength += part.length;
  return { tag, parts, contentLength, length: 2 + longLengthOctets(contentLength) + contentLength };
}

/** Writes a value that is measured. */
export function writeDer(value: MeasuredDer): Uint8Array {
  const encoded = new Uint8Array(value.length);
  writeInto(encoded, 0, value);
  return encoded;
}

function writeInto(encoded: Uint8Array, start: number, { tag, parts, contentLength }: MeasuredDer): void {
  const lengthOctets = longLengthOctets(contentLength);
  encoded[start] = tag;
  encoded[start + 1] = lengthOctets === 0 ? contentLength : 0x80 | lengthOctets;
  let offset = start + 2;
  for (let shift = 8 * (lengthOctets - 1); shift >= 0; shift -= 8) {
    encoded[offset] = contentLength >>> shift;
    offset += 1;
  }
  for (const part of parts) {
    if (part instanceof Uint8Array) encoded.set(part, offset);
    else writeInto(encoded, offset, part);
    offset += part.length;
  }
}

/** How many octets follow the first octet of a length (X.690 section 8.1.3). */
function longLengthOctets(length: number): number {
  return length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
}

/** Encodes a SEQUENCE of values that are encoded already. */
export function encodeSequence(...parts: readonly Uint8Array[]): Uint8Array {
  return encodeDer(tags.sequence, ...parts);
}

/** Encodes a SET OF: the elements are put into DER order (X.690 section 11.6). */
export function encodeSet(...parts: readonly Uint8Array[]): Uint8Array {
  return encodeDer(tags.set, ...parts.toSorted(compareEncoded));
}

/** Encodes a BOOLEAN (X.690 section 11.1). */
export function encodeBoolean(value: boolean): Uint8Array {
  return Uint8Array.of(tags.boolean, 1, value ? 0xff : 0x00);
}

/** Encodes a non-negative INTEGER from its big-endian magnitude, leading zero octets allowed. */
export function encodeUnsignedInteger(magnitude: Uint8Array): Uint8Array {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start += 1;
  const minimal = magnitude.subarray(start);
  const needsSign = minimal.length === 0 || ((minimal[0] ?? 0) & 0x80) !== 0;
  return needsSign ? encodeDer(tags.integer, zeroOctet, minimal) : encodeDer(tags.integer, minimal);
}

/** Encodes a non-negative INTEGER below 2^31. */
export function encodeSmallInteger(value: number): Uint8Array {
  return encodeUnsignedInteger(Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value));
}

/** Encodes an OCTET STRING. */
export function encodeOctetString(bytes: Uint8Array): Uint8Array {
  return encodeDer(tags.octetString, bytes);
}

/** Encodes a BIT STRING of whole octets. */
export function encodeBitString(octets: Uint8Array): Uint8Array {
  return encodeDer(tags.bitString, zeroOctet, octets);
}

/** Encodes a named bit list without trailing zero bits (X.690 section 11.2.2). */
export function encodeNamedBits(bits: Iterable<number>): Uint8Array {
  const numbers = [...bits];
  const highest = Math.max(-1, ...numbers);
  const octets = new Uint8Array(Math.floor(highest / 8) + 1);
  for (const bit of numbers) {
    const index = Math.floor(bit / 8);
    octets[index] = (octets[index] ?? 0) | (0x80 >> (bit % 8));
  }
  const unused = highest < 0 ? 0 : 7 - (highest % 8);
  return encodeDer(tags.bitString, Uint8Array.of(unused), octets);
}

/** Encodes an OBJECT IDENTIFIER from dotted decimal; the caller answers for its form. */
export function encodeOid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const octets: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const digits = [arc % 128];
    for (let high = Math.floor(arc / 128); high > 0; high = Math.floor(high / 128))
      digits.unshift((high % 128) | 0x80);
    octets.push(...digits);
  }
  return encodeDer(tags.oid, Uint8Array.from(octets));
}

/** Encodes text as UTF8String. */
export function encodeUtf8String(text: string): Uint8Array {
  return encodeDer(tags.utf8String, octetsOf(text));
}

/** Encodes text that the caller knows to be within PrintableString's alphabet. */
export function encodePrintableString(text: string): Uint8Array {
  return encodeDer(tags.printableString, octetsOf(text));
}

/** Encodes ASCII text as IA5String. */
export function encodeIa5String(text: string): Uint8Array {
  return encodeDer(tags.ia5String, octetsOf(text));
}

/** The DER encoding of NULL. */
export const encodedNull: Uint8Array = Uint8Array.of(tags.null, 0);

const zeroOctet = Uint8Array.of(0);

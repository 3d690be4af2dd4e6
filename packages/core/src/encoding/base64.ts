import { textOf } from "./character-codes.ts";

/** Encodes octets as base64 with padding (RFC 4648 section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  const text = encode(bytes, standardAlphabet);
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/**
 * Decodes base64 with padding (RFC 4648 section 4).
 *
 * @returns Undefined unless the text is exactly what {@link encodeBase64} writes: no white space, no missing
 * padding, no bits set beyond the last octet.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return decode(text, text.length - padding, standardValues);
}

/** Encodes octets as base64url without padding (RFC 4648 section 5, RFC 7515 section 2). */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encode(bytes, urlAlphabet);
}

/**
 * Decodes base64url without padding, strictly.
 *
 * @returns Undefined for padding, white space, `+`, `/`, a length of 4n + 1, or bits set beyond the last octet.
 */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  return decode(text, text.length, urlValues);
}

// Tables and not atob/btoa: those go through strings of one character per octet, five times slower, and forgive
// what a protocol parser has to refuse.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const standardAlphabet = new TextEncoder().encode(`${letters}+/`);
const urlAlphabet = new TextEncoder().encode(`${letters}-_`);
const standardValues = valuesOf(standardAlphabet);
const urlValues = valuesOf(urlAlphabet);

function valuesOf(alphabet: Uint8Array): Uint8Array {
  const values = new Uint8Array(128).fill(0xff);
  for (const [value, code] of alphabet.entries()) values[code] = value;
  return values;
}

function encode(bytes: Uint8Array, alphabet: Uint8Array): string {
  const codes = new Array<number>(Math.ceil((bytes.length * 4) / 3));
  let bits = 0;
  let pending = 0;
  let offset = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    pending = (pending << 8) | (bytes[index] ?? 0);
    for (bits += 8; bits >= 6; offset += 1) {
      bits -= 6;
      codes[offset] = alphabet[(pending >> bits) & 63] ?? 0;
    }
    pending &= 63;
  }
  if (bits > 0) codes[offset] = alphabet[(pending << (6 - bits)) & 63] ?? 0;
  return textOf(codes);
}

function decode(text: string, length: number, values: Uint8Array): Uint8Array | undefined {
  if (length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let bits = 0;
  let pending = 0;
  let offset = 0;
  for (let index = 0; index < length; index += 1) {
    const value = values[text.charCodeAt(index)] ?? 0xff;
    if (value === 0xff) return undefined;
    pending = ((pending << 6) | value) & 0x3fff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[offset] = pending >> bits;
      offset += 1;
    }
  }
  return (pending & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

import { Buffer } from "node:buffer";

/** Reads hexadecimal as the octets that are stored. */
export function octetsFrom(hex: string): Uint8Array {
  const octets = Buffer.from(hex, "hex");
  // Buffer stops at the first character that is no digit.
  if (octets.length * 2 !== hex.length) throw new TypeError("expected whole octets in hexadecimal");
  return octets;
}

/** Writes stored octets as lower-case hexadecimal. */
export function hexFrom(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("hex");
}

/** Copies octets, so that changing the caller's afterwards changes nothing; a Buffer's slice() would not do that. */
export function copyOf(octets: Uint8Array): Uint8Array {
  return new Uint8Array(octets);
}

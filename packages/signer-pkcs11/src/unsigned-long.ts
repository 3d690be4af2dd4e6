import { endianness } from "node:os";

/** Reads a CK_ULONG: 4 or 8 octets, in the byte order of the machine. */
export function readUnsignedLong(octets: Uint8Array): number {
  const bigEndian = endianness() === "BE" ? octets : Uint8Array.from(octets).reverse();
  return bigEndian.reduce((number, octet) => number * 256 + octet, 0);
}

/** Tells whether two arrays hold the same octets. Not for secrets: it stops at the first difference. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((octet, index) => octet === right[index]);
}

/** Joins arrays into a new one. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/**
 * Makes an identifier that sorts by time and cannot be guessed: 48 bits of milliseconds, then 80 random bits.
 *
 * New rows therefore go to the edge of an index instead of into its middle. The first bit stays 0 until the year
 * 6429, so the 16 octets are a positive DER INTEGER.
 *
 * @param now - Milliseconds since 1970 UTC.
 * @param random - Source of random octets.
 */
export function timeOrderedId(now: number, random: (length: number) => Uint8Array): Uint8Array {
  const id = new Uint8Array(16);
  const view = new DataView(id.buffer);
  view.setUint16(0, Math.floor(now / 2 ** 32));
  view.setUint32(2, now % 2 ** 32);
  id.set(random(10), 6);
  return id;
}

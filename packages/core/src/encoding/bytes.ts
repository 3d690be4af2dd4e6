/** Tells whether two arrays hold the same octets. Not for secrets: it stops at the first difference. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) if (left[index] !== right[index]) return false;
  return true;
}

/** Joins arrays into a new one. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
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
  let rest = now;
  for (let index = 5; index >= 0; index -= 1) {
    id[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  id.set(random(10), 6);
  return id;
}

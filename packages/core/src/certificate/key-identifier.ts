import { cryptoProvider } from "#crypto";

/** How a key identifier is derived; `sha-1` is what RFC 5280 proposes and most software before 2015 writes. */
export type KeyIdentifierMethod = "sha-1" | "sha-256";

/**
 * Derives a key identifier from the contents of the subjectPublicKey: the leftmost 160 bits of their SHA-256, or their SHA-1.
 *
 * @see RFC 7093 section 2, method 1; RFC 5280 section 4.2.1.2, method 1
 */
export async function keyIdentifier(
  subjectPublicKey: Uint8Array,
  method: KeyIdentifierMethod = "sha-256",
): Promise<Uint8Array> {
  return (await cryptoProvider.digest(method, subjectPublicKey)).subarray(0, 20);
}

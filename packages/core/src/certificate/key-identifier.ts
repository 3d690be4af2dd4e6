import { cryptoProvider } from "#crypto";

/**
 * Derives a key identifier: the leftmost 160 bits of the SHA-256 of the subjectPublicKey's contents.
 *
 * @see RFC 7093 section 2, method 1
 */
export async function keyIdentifier(subjectPublicKey: Uint8Array): Promise<Uint8Array> {
  return (await cryptoProvider.digest("sha-256", subjectPublicKey)).subarray(0, 20);
}

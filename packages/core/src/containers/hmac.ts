import { cryptoProvider } from "#crypto";
import { concatBytes } from "../encoding/bytes.ts";

/** Length of the blocks that SHA-1 and SHA-256 work on, in octets. */
const blockLength = 64;

/**
 * HMAC with the hash of a PKCS#12 file, under a key of at most 64 octets; the platform's own has SHA-256 alone.
 *
 * @see RFC 2104 section 2
 */
export async function hmac(
  hash: "sha-1" | "sha-256",
  key: Uint8Array,
  data: Uint8Array,
): Promise<Uint8Array> {
  const padded = new Uint8Array(blockLength);
  padded.set(key);
  const inner = await cryptoProvider.digest(
    hash,
    concatBytes(
      padded.map((octet) => octet ^ 0x36),
      data,
    ),
  );
  return cryptoProvider.digest(
    hash,
    concatBytes(
      padded.map((octet) => octet ^ 0x5c),
      inner,
    ),
  );
}

import { cryptoProvider } from "#crypto";
import { concatBytes } from "../encoding/bytes.ts";
import { utf16 } from "./utf16.ts";

/** Hashes that files are written with. */
export type Pkcs12Digest = "sha-1" | "sha-256";

/** What a derived key is for: the diversifier of RFC 7292 appendix B.3. */
const diversifiers = { encryption: 1, initialization: 2, integrity: 3 } as const;

/** Length of the blocks that SHA-1 and SHA-256 work on, in octets. */
const blockLength = 64;

/** Rounds between two turns of the event loop: some five milliseconds. */
const sliceRounds = 4096;

/**
 * Derives a key from a password in the way of PKCS#12.
 *
 * @param options.length - Octets of the key.
 * @see RFC 7292 appendix B
 */
export async function derivePkcs12Key({
  hash,
  purpose,
  password,
  salt,
  iterations,
  length,
}: {
  readonly hash: Pkcs12Digest;
  readonly purpose: keyof typeof diversifiers;
  readonly password: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly length: number;
}): Promise<Uint8Array> {
  const diversifier = new Uint8Array(blockLength).fill(diversifiers[purpose]);
  const terminated = utf16(`${password}\0`);
  let input = concatBytes(fillBlocks(salt), fillBlocks(terminated));
  let derived: Uint8Array = new Uint8Array();
  for (;;) {
    const digest = await digestRepeatedly(hash, concatBytes(diversifier, input), iterations);
    derived = concatBytes(derived, digest);
    if (derived.length >= length) return derived.subarray(0, length);
    input = addToBlocks(input, digest);
  }
}

async function digestRepeatedly(
  hash: Pkcs12Digest,
  data: Uint8Array,
  iterations: number,
): Promise<Uint8Array> {
  let digest = data;
  for (let round = 1; round <= iterations; round += 1) {
    digest = await cryptoProvider.digest(hash, digest);
    if (round % sliceRounds === 0) await turn();
  }
  return digest;
}

/** Lets whatever else waits for this thread go first: a synchronous hash never does. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}

/** Repeats octets until they fill whole blocks, the fewest that hold all of them. */
function fillBlocks(octets: Uint8Array): Uint8Array {
  const length = Math.ceil(octets.length / blockLength) * blockLength;
  return Uint8Array.from({ length }, (_, index) => octets[index % octets.length] ?? 0);
}

/** Adds the digest, repeated to a block, and 1 to every block, as big-endian numbers without the last carry. */
function addToBlocks(input: Uint8Array, digest: Uint8Array): Uint8Array {
  const sum = new Uint8Array(input.length);
  for (let start = 0; start < input.length; start += blockLength) {
    let carry = 1;
    for (let index = blockLength - 1; index >= 0; index -= 1) {
      carry += (input[start + index] ?? 0) + (digest[index % digest.length] ?? 0);
      sum[start + index] = carry;
      carry >>= 8;
    }
  }
  return sum;
}

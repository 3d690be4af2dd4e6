import type { PrivateKey } from "../crypto/provider.ts";
import { signatureAlgorithmFor } from "../key/signature-algorithm.ts";
import type { Signer } from "./signer.ts";

/**
 * Makes a signer from a private key in memory.
 *
 * P-256 and Ed25519 sign at once, in tens of microseconds; RSA, P-384 and P-521 sign in the thread pool and take from a
 * fifth of a millisecond (RSA-2048) to several.
 */
export function createLocalSigner(privateKey: PrivateKey): Signer {
  const algorithm = signatureAlgorithmFor(privateKey.algorithm);
  return Object.freeze({
    algorithm,
    publicKey: privateKey.publicKey,
    sign: (data: Uint8Array) => privateKey.sign(algorithm, data),
  });
}

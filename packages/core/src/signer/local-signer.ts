import { nameOfKey } from "../crypto/algorithms.ts";
import type { PrivateKey, SignatureAlgorithm } from "../crypto/provider.ts";
import { ConfigurationError } from "../errors.ts";
import {
  keyFitsSignature,
  signatureAlgorithmFor,
  signatureAlgorithmIdentifiers,
} from "../key/signature-algorithm.ts";
import type { Signer } from "./signer.ts";

/** Input of {@link createLocalSigner} beside the key. */
export interface LocalSignerOptions {
  /**
   * Default: what the key decides. RSA signs with PKCS#1 v1.5 and SHA-256, which everything verifies, and can be told to use
   * RSASSA-PSS; a curve takes the hash of its strength.
   */
  readonly algorithm?: SignatureAlgorithm;
}

/**
 * Makes a signer from a private key in memory.
 *
 * P-256 and Ed25519 sign at once, in tens of microseconds; RSA, P-384, P-521 and ML-DSA sign in the thread pool and take from
 * a fifth of a millisecond (ML-DSA-44, RSA-2048) to several.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: an algorithm that the key cannot sign with.
 */
export function createLocalSigner(privateKey: PrivateKey, options: LocalSignerOptions = {}): Signer {
  const { algorithm = signatureAlgorithmFor(privateKey.algorithm) } = options;
  if (!Object.hasOwn(signatureAlgorithmIdentifiers, algorithm))
    throw new ConfigurationError("ERR_OPTION_INVALID", `algorithm "${algorithm}" is not known`);
  if (!keyFitsSignature(privateKey.algorithm, algorithm)) {
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `algorithm ${algorithm} does not fit a private key of kind ${nameOfKey(privateKey.algorithm)}`,
    );
  }
  const signer: Signer & { [inMemory]?: Signer } = {
    algorithm,
    publicKey: privateKey.publicKey,
    sign: (data: Uint8Array) => privateKey.sign(algorithm, data),
  };
  signer[inMemory] = signer;
  return Object.freeze(signer);
}

/**
 * Whether a signer is one of {@link createLocalSigner}: its signatures come from this process's own cryptography and need not be
 * verified.
 */
export function signsInMemory(signer: Signer & { [inMemory]?: Signer }): boolean {
  return signer[inMemory] === signer;
}

/** Marks a local signer with itself: a copy with another `sign` carries the mark of the original and so is none. */
const inMemory: unique symbol = Symbol("signer in memory");

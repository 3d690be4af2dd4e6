import type { MaybePromise, SignatureAlgorithm } from "../crypto/provider.ts";

/**
 * Whatever holds an issuer's private key: memory, an HSM, a remote KMS.
 *
 * `sign` may answer a value (a local key) or a promise (everything else). It may be called concurrently. Throwing
 * anything makes the issuance fail with `ERR_SIGNER_FAILED`; the reserved serial number stays reserved and the
 * same `requestId` completes it later.
 */
export interface Signer {
  /** Fixed for the life of the signer; the caller of an issuance never chooses it. */
  readonly algorithm: SignatureAlgorithm;
  /** SubjectPublicKeyInfo, DER (RFC 5280 section 4.1.2.7). */
  readonly publicKey: Uint8Array;
  /** Signs `data` as it is. ECDSA answers a DER `Ecdsa-Sig-Value`; RSA, Ed25519 and ML-DSA the raw signature. */
  sign(data: Uint8Array): MaybePromise<Uint8Array>;
}

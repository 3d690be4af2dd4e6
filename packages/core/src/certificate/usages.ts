import type { extKeyUsageOids } from "../asn1/oids.ts";
import type { KeyAlgorithm } from "../crypto/provider.ts";

/** Bits of KeyUsage by name (RFC 5280 section 4.2.1.3). */
export const keyUsageBits = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
} as const;

/** One use of a key (RFC 5280 section 4.2.1.3). */
export type KeyUsage = keyof typeof keyUsageBits;

/** One purpose of a certificate (RFC 5280 section 4.2.1.12). `any` can be read but is never written. */
export type ExtKeyUsage = Exclude<keyof typeof extKeyUsageOids, "any">;

/** A kind of public key, whatever its size or curve. */
export type KeyType = KeyAlgorithm["type"];

const signatures: readonly KeyUsage[] = ["digitalSignature", "nonRepudiation", "keyCertSign", "cRLSign"];

/**
 * What keys of each type can be used for at all. encipherOnly and decipherOnly only narrow keyAgreement and are left out.
 *
 * @see RFC 3279 section 2.3.1 (RSA), RFC 5480 section 3 and RFC 8813 section 3 (EC), RFC 9295 section 3 (Ed25519), RFC 9881
 * section 5 (ML-DSA)
 */
export const usagesOfKeys: Readonly<Record<KeyType, readonly KeyUsage[]>> = {
  ec: [...signatures, "keyAgreement"],
  ed25519: signatures,
  "ml-dsa": signatures,
  rsa: [...signatures, "keyEncipherment", "dataEncipherment"],
};

/**
 * Key usages that agree with each purpose; a certificate is of use for the purpose when its key usage has one of them.
 *
 * @see RFC 5280 section 4.2.1.12
 */
export const usagesForPurposes: Readonly<Record<ExtKeyUsage, readonly KeyUsage[]>> = {
  serverAuth: ["digitalSignature", "keyEncipherment", "keyAgreement"],
  clientAuth: ["digitalSignature", "keyAgreement"],
  codeSigning: ["digitalSignature"],
  emailProtection: ["digitalSignature", "nonRepudiation", "keyEncipherment", "keyAgreement"],
  timeStamping: ["digitalSignature", "nonRepudiation"],
  ocspSigning: ["digitalSignature", "nonRepudiation"],
};

import { curveOids, keyAlgorithmOids, signatureAlgorithmOids as oids } from "../asn1/oids.ts";
import type { EllipticCurve, KeyAlgorithm, MlDsaParameterSet, SignatureAlgorithm } from "./provider.ts";

/** Keys that make the same signatures; every hash goes with every curve, and every padding with every RSA key. */
export type KeyFamily = "rsa" | "ec" | "ed25519" | `ml-dsa-${MlDsaParameterSet}`;

/** What is fixed about a signature algorithm. */
export interface SignatureAlgorithmFacts {
  readonly oid: string;
  readonly family: KeyFamily;
  /** Absent where the scheme does its own hashing. */
  readonly hash?: "sha-256" | "sha-384" | "sha-512";
  /** Octets of salt of RSASSA-PSS, as many as the hash has (RFC 4055 section 3.1); absent for every other scheme. */
  readonly saltLength?: number;
}

/** Every signature algorithm. */
export const signatureAlgorithms: Readonly<Record<SignatureAlgorithm, SignatureAlgorithmFacts>> = frozen({
  "ecdsa-sha256": { oid: oids["ecdsa-sha256"], family: "ec", hash: "sha-256" },
  "ecdsa-sha384": { oid: oids["ecdsa-sha384"], family: "ec", hash: "sha-384" },
  "ecdsa-sha512": { oid: oids["ecdsa-sha512"], family: "ec", hash: "sha-512" },
  ed25519: { oid: oids.ed25519, family: "ed25519" },
  "ml-dsa-44": { oid: oids["ml-dsa-44"], family: "ml-dsa-44" },
  "ml-dsa-65": { oid: oids["ml-dsa-65"], family: "ml-dsa-65" },
  "ml-dsa-87": { oid: oids["ml-dsa-87"], family: "ml-dsa-87" },
  "rsa-pkcs1-sha256": { oid: oids["rsa-pkcs1-sha256"], family: "rsa", hash: "sha-256" },
  "rsa-pkcs1-sha384": { oid: oids["rsa-pkcs1-sha384"], family: "rsa", hash: "sha-384" },
  "rsa-pkcs1-sha512": { oid: oids["rsa-pkcs1-sha512"], family: "rsa", hash: "sha-512" },
  "rsa-pss-sha256": { oid: oids["rsa-pss"], family: "rsa", hash: "sha-256", saltLength: 32 },
  "rsa-pss-sha384": { oid: oids["rsa-pss"], family: "rsa", hash: "sha-384", saltLength: 48 },
  "rsa-pss-sha512": { oid: oids["rsa-pss"], family: "rsa", hash: "sha-512", saltLength: 64 },
});

/** What is fixed about a curve. */
export interface CurveFacts {
  readonly oid: string;
  readonly key: KeyAlgorithm & { readonly type: "ec" };
  /** Octets of a coordinate, and of r and s (RFC 7518 sections 3.4 and 6.2.1.2). */
  readonly coordinateLength: number;
  /** ECDSA with the hash of the curve's strength. */
  readonly signature: SignatureAlgorithm;
}

/** Every curve. */
export const curves: Readonly<Record<EllipticCurve, CurveFacts>> = frozen({
  "P-256": {
    oid: curveOids["P-256"],
    key: { type: "ec", curve: "P-256" },
    coordinateLength: 32,
    signature: "ecdsa-sha256",
  },
  "P-384": {
    oid: curveOids["P-384"],
    key: { type: "ec", curve: "P-384" },
    coordinateLength: 48,
    signature: "ecdsa-sha384",
  },
  "P-521": {
    oid: curveOids["P-521"],
    key: { type: "ec", curve: "P-521" },
    coordinateLength: 66,
    signature: "ecdsa-sha512",
  },
});

/** What is fixed about a parameter set of ML-DSA. */
export interface MlDsaFacts {
  readonly oid: string;
  readonly key: KeyAlgorithm & { readonly type: "ml-dsa" };
  /** Octets of pk (FIPS 204 table 2). */
  readonly publicKeyLength: number;
  /** Octets of sk, which RFC 9881 section 6 calls the expanded key (FIPS 204 table 2). */
  readonly expandedKeyLength: number;
}

/** Every parameter set of ML-DSA. */
export const mlDsaParameterSets: Readonly<Record<MlDsaParameterSet, MlDsaFacts>> = frozen({
  44: {
    oid: keyAlgorithmOids["ml-dsa-44"],
    key: { type: "ml-dsa", parameterSet: 44 },
    publicKeyLength: 1312,
    expandedKeyLength: 2560,
  },
  65: {
    oid: keyAlgorithmOids["ml-dsa-65"],
    key: { type: "ml-dsa", parameterSet: 65 },
    publicKeyLength: 1952,
    expandedKeyLength: 4032,
  },
  87: {
    oid: keyAlgorithmOids["ml-dsa-87"],
    key: { type: "ml-dsa", parameterSet: 87 },
    publicKeyLength: 2592,
    expandedKeyLength: 4896,
  },
});

/** The kinds of key that {@link KeyAlgorithm} knows, for messages. */
export const acceptedKeys = "RSA, EC on P-256, P-384 or P-521, Ed25519, ML-DSA";

/**
 * The algorithm that an issuer with such a key signs with: the hash matches the curve; RSA takes PKCS#1 v1.5 with
 * SHA-256.
 */
export function signatureAlgorithmFor(key: KeyAlgorithm): SignatureAlgorithm {
  switch (key.type) {
    case "rsa":
      return "rsa-pkcs1-sha256";
    case "ec":
      return curves[key.curve].signature;
    case "ed25519":
      return "ed25519";
    case "ml-dsa":
      return `ml-dsa-${key.parameterSet}`;
  }
}

/** Whether a key of this kind can make such a signature. */
export function keyFitsSignature(key: KeyAlgorithm, signature: SignatureAlgorithm): boolean {
  return signatureAlgorithms[signature].family === familyOf(key);
}

/** Name of a kind of key, for messages: `RSA-2048`, `P-256`, `Ed25519`, `ML-DSA-44`. */
export function nameOfKey(key: KeyAlgorithm): string {
  switch (key.type) {
    case "rsa":
      return `RSA-${key.bits}`;
    case "ec":
      return key.curve;
    case "ed25519":
      return "Ed25519";
    case "ml-dsa":
      return `ML-DSA-${key.parameterSet}`;
  }
}

function familyOf(key: KeyAlgorithm): KeyFamily {
  return key.type === "ml-dsa" ? `ml-dsa-${key.parameterSet}` : key.type;
}

/** Freezes facts all the way down: keys that are handed to policies and callers are these very objects. */
function frozen<Facts extends object>(facts: Facts): Facts {
  for (const fact of Object.values(facts)) if (typeof fact === "object" && fact !== null) frozen(fact);
  return Object.freeze(facts);
}

import {
  ecdsaRawToDer,
  type KeyAlgorithm,
  type PublicKey,
  type SignatureAlgorithm,
} from "@chancery/core/crypto";
import { AcmeProblem } from "../problem.ts";
import type { Jws } from "./jws.ts";

/** A signature algorithm of JOSE that the server accepts (RFC 7518 section 3.1, RFC 8037 section 3.1). */
export type JwsAlgorithm = "ES256" | "ES384" | "ES512" | "EdDSA" | "PS256" | "RS256";

/**
 * Reads the `alg` of a protected header.
 *
 * @throws {AcmeProblem} `badSignatureAlgorithm`, listing what is accepted: RFC 8555 section 6.2.
 */
export function requireAlgorithm(alg: string): JwsAlgorithm {
  if (Object.hasOwn(algorithms, alg)) return alg as JwsAlgorithm;
  throw new AcmeProblem("badSignatureAlgorithm", `alg is not one of ${Object.keys(algorithms).join(", ")}`, {
    algorithms: Object.keys(algorithms),
  });
}

/** Whether a key of this kind makes signatures of this algorithm. */
export function fitsKey(alg: JwsAlgorithm, key: KeyAlgorithm): boolean {
  return algorithms[alg].key === (key.type === "ec" ? key.curve : key.type);
}

/**
 * Verifies the signature of a JWS under a key that {@link fitsKey}.
 *
 * @throws {AcmeProblem} `unauthorized`: any signature that is not exactly one by this key over these octets.
 * @see RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1
 */
export async function verifySignature(jws: Jws, alg: JwsAlgorithm, key: PublicKey): Promise<void> {
  const signature = signatureForX509(jws.signature, key.algorithm);
  const good =
    signature !== undefined && (await key.verify(algorithms[alg].signature, jws.signingInput, signature));
  if (!good)
    throw new AcmeProblem("unauthorized", "the signature does not verify under the key of the request");
}

/** What is accepted. The key decides as well as the name, and a MAC is not in the list: RFC 8555 section 6.2. */
const algorithms: Readonly<Record<JwsAlgorithm, { signature: SignatureAlgorithm; key: string }>> = {
  ES256: { signature: "ecdsa-sha256", key: "P-256" },
  ES384: { signature: "ecdsa-sha384", key: "P-384" },
  ES512: { signature: "ecdsa-sha512", key: "P-521" },
  EdDSA: { signature: "ed25519", key: "ed25519" },
  RS256: { signature: "rsa-pkcs1-sha256", key: "rsa" },
  PS256: { signature: "rsa-pss-sha256", key: "rsa" },
};

/** The form that the platform verifies: DER for ECDSA, nothing else changes. Undefined for a length that cannot be. */
function signatureForX509(signature: Uint8Array, key: KeyAlgorithm): Uint8Array | undefined {
  if (signature.length !== signatureOctets(key)) return undefined;
  if (key.type !== "ec") return signature;
  const half = signature.length / 2;
  const zero = isZero(signature.subarray(0, half)) || isZero(signature.subarray(half));
  return zero ? undefined : ecdsaRawToDer(signature);
}

/** Undefined for a kind of key that makes no signature of JOSE here. */
function signatureOctets(key: KeyAlgorithm): number | undefined {
  switch (key.type) {
    case "rsa":
      return Math.ceil(key.bits / 8);
    case "ed25519":
      return 64;
    case "ec":
      return { "P-256": 64, "P-384": 96, "P-521": 132 }[key.curve];
    case "ml-dsa":
      return undefined;
  }
}

function isZero(octets: Uint8Array): boolean {
  return octets.every((octet) => octet === 0);
}

import { nameOfKey, signatureAlgorithms } from "./algorithms.ts";
import type { KeyAlgorithm, SignatureAlgorithm } from "./provider.ts";

/**
 * Parameters with which WebCrypto imports and generates keys; RSA keys are bound to the scheme and hash of one signature
 * algorithm.
 */
export function keyParameters(
  algorithm: KeyAlgorithm,
  signature: SignatureAlgorithm,
): EcKeyImportParams | RsaHashedImportParams | Algorithm {
  switch (algorithm.type) {
    case "rsa":
      return { ...signParameters(signature), hash: hashFor(signature) };
    case "ec":
      return { name: "ECDSA", namedCurve: algorithm.curve };
    case "ed25519":
    case "ml-dsa":
      return { name: nameOfKey(algorithm) };
  }
}

/** Parameters with which WebCrypto signs and verifies. */
export function signParameters(signature: SignatureAlgorithm): EcdsaParams | RsaPssParams | Algorithm {
  const { family, saltLength } = signatureAlgorithms[signature];
  switch (family) {
    case "rsa":
      return saltLength === undefined ? { name: "RSASSA-PKCS1-v1_5" } : { name: "RSA-PSS", saltLength };
    case "ec":
      return { name: "ECDSA", hash: hashFor(signature) };
    case "ed25519":
      return { name: "Ed25519" };
    case "ml-dsa-44":
    case "ml-dsa-65":
    case "ml-dsa-87":
      return { name: family.toUpperCase() };
  }
}

function hashFor(signature: SignatureAlgorithm): string {
  return (signatureAlgorithms[signature].hash ?? "").toUpperCase();
}

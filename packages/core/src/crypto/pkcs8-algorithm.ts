import {
  type DerElement,
  readDer,
  readOctetString,
  readSequence,
  readUnsignedInteger,
} from "../asn1/der-reader.ts";
import { ConfigurationError, DerError } from "../errors.ts";
import { bitLength } from "./bit-length.ts";
import { readKeyKind } from "./key-kind.ts";
import type { KeyAlgorithm } from "./provider.ts";

/**
 * Reads what kind of key a PKCS#8 structure holds (RFC 5958 section 2).
 *
 * @throws {ConfigurationError} `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`.
 */
export function privateKeyAlgorithm(pkcs8: Uint8Array): KeyAlgorithm {
  return readPrivateKeyInfo(pkcs8, (identifier, privateKey) => {
    const answer = readKeyKind(identifier, "private key algorithm");
    if ("refusal" in answer)
      throw new ConfigurationError(
        "ERR_KEY_UNSUPPORTED",
        `the private key is not accepted: ${answer.refusal}`,
      );
    if (answer.kind.type !== "rsa") return answer.kind;
    const [, modulus] = readSequence(readDer(privateKey), "RSAPrivateKey");
    return Object.freeze({ type: "rsa", bits: bitLength(readUnsignedInteger(modulus, "RSA modulus")) });
  });
}

/**
 * Hands the two fields that matter, the AlgorithmIdentifier and the contents of `privateKey`, to a reader.
 *
 * @throws {ConfigurationError} `ERR_KEY_MALFORMED`: bytes that are not PKCS#8, or that the reader found not to be DER.
 */
export function readPrivateKeyInfo<T>(
  pkcs8: Uint8Array,
  read: (identifier: DerElement | undefined, privateKey: Uint8Array) => T,
): T {
  try {
    const [, identifier, privateKey] = readSequence(readDer(pkcs8), "PrivateKeyInfo");
    return read(identifier, readOctetString(privateKey, "privateKey"));
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw new ConfigurationError("ERR_KEY_MALFORMED", `the private key is not PKCS#8: ${cause.message}`, {
      cause,
    });
  }
}

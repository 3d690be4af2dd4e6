import { readDer, readOid, readSequence } from "../asn1/der-reader.ts";
import { curveOids, keyAlgorithmOids } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";
import { ConfigurationError, DerError } from "../errors.ts";
import type { EllipticCurve, KeyAlgorithm } from "./provider.ts";

/**
 * Reads what kind of key a PKCS#8 structure holds (RFC 5958 section 2); an RSA key's size is not in its header and is
 * given as 0 bits.
 *
 * @throws {ConfigurationError} `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`.
 */
export function privateKeyAlgorithm(pkcs8: Uint8Array): KeyAlgorithm {
  const { algorithm, parameter } = readAlgorithm(pkcs8);
  if (algorithm === keyAlgorithmOids.rsaEncryption) return { type: "rsa", bits: 0 };
  if (algorithm === keyAlgorithmOids.ed25519) return { type: "ed25519" };
  const curve = Object.entries(curveOids).find(([, oid]) => oid === parameter)?.[0] as
    | EllipticCurve
    | undefined;
  if (algorithm === keyAlgorithmOids.ecPublicKey && curve !== undefined) return { type: "ec", curve };
  throw new ConfigurationError(
    "ERR_KEY_UNSUPPORTED",
    `private key algorithm ${algorithm} is not one of RSA, P-256, P-384, P-521, Ed25519`,
  );
}

function readAlgorithm(pkcs8: Uint8Array): { algorithm: string; parameter: string | undefined } {
  try {
    const [, identifier] = readSequence(readDer(pkcs8), "PrivateKeyInfo");
    const [algorithm, parameters] = readSequence(identifier, "privateKeyAlgorithm");
    return {
      algorithm: readOid(algorithm, "private key algorithm"),
      parameter: parameters?.tag === tags.oid ? readOid(parameters, "curve") : undefined,
    };
  } catch (cause) {
    if (cause instanceof DerError)
      throw new ConfigurationError("ERR_KEY_MALFORMED", "the private key is not PKCS#8", { cause });
    throw cause;
  }
}

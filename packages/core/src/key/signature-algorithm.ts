import { type DerElement, readNull, readOid, readSequence } from "../asn1/der-reader.ts";
import { encodeDer, encodedNull, encodeOid, encodeSequence, encodeSmallInteger } from "../asn1/der-writer.ts";
import { digestOids, signatureAlgorithmOids } from "../asn1/oids.ts";
import { contextConstructed } from "../asn1/tags.ts";
import type { KeyAlgorithm, SignatureAlgorithm } from "../crypto/provider.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { DerError } from "../errors.ts";

/**
 * The algorithm an issuer with such a key signs with: the hash matches the curve; RSA takes PKCS#1 v1.5 with SHA-256.
 */
export function signatureAlgorithmFor(key: KeyAlgorithm): SignatureAlgorithm {
  if (key.type === "rsa") return "rsa-pkcs1-sha256";
  if (key.type === "ed25519") return "ed25519";
  return key.curve === "P-256" ? "ecdsa-sha256" : key.curve === "P-384" ? "ecdsa-sha384" : "ecdsa-sha512";
}

/** Whether a key of this kind can make such a signature. */
export function keyFitsSignature(key: KeyAlgorithm, signature: SignatureAlgorithm): boolean {
  return signature.startsWith(key.type === "ec" ? "ecdsa-" : key.type);
}

/**
 * AlgorithmIdentifier DER of each signature algorithm. PKCS#1 v1.5 carries NULL, ECDSA and Ed25519 carry nothing, PSS
 * names hash, mask generation and salt length and leaves the trailer out.
 *
 * @see RFC 4055 sections 3.1 and 5, RFC 5758 section 3.2, RFC 8410 section 3
 */
export const signatureAlgorithmIdentifiers: Readonly<Record<SignatureAlgorithm, Uint8Array>> = {
  "ecdsa-sha256": encodeSequence(encodeOid(signatureAlgorithmOids["ecdsa-sha256"])),
  "ecdsa-sha384": encodeSequence(encodeOid(signatureAlgorithmOids["ecdsa-sha384"])),
  "ecdsa-sha512": encodeSequence(encodeOid(signatureAlgorithmOids["ecdsa-sha512"])),
  ed25519: encodeSequence(encodeOid(signatureAlgorithmOids.ed25519)),
  "rsa-pkcs1-sha256": encodeSequence(encodeOid(signatureAlgorithmOids["rsa-pkcs1-sha256"]), encodedNull),
  "rsa-pkcs1-sha384": encodeSequence(encodeOid(signatureAlgorithmOids["rsa-pkcs1-sha384"]), encodedNull),
  "rsa-pkcs1-sha512": encodeSequence(encodeOid(signatureAlgorithmOids["rsa-pkcs1-sha512"]), encodedNull),
  "rsa-pss-sha256": encodePssSha256(),
};

/**
 * Reads an AlgorithmIdentifier of a signature.
 *
 * @returns The algorithm, or the OID as text when it is one that Chancery does not accept (MD5, SHA-1, DSA, unknown).
 * @throws {DerError} Parameters that the algorithm's RFC forbids.
 */
export function readSignatureAlgorithm(
  element: DerElement | undefined,
  what: string,
): { algorithm?: SignatureAlgorithm; oid: string } {
  const [oidElement, parameters, ...rest] = readSequence(element, what);
  const oid = readOid(oidElement, what);
  if (rest.length > 0) throw new DerError(`${what} has more than an OID and its parameters`);
  if (oid === signatureAlgorithmOids["rsa-pss"] && isPssSha256(element))
    return { algorithm: "rsa-pss-sha256", oid };
  const algorithm = byOid.get(oid);
  if (algorithm === undefined) return { oid };
  if (algorithm.startsWith("rsa")) readNull(parameters, `${what} parameters`);
  else if (parameters !== undefined)
    throw new DerError(`${what} has parameters where its algorithm has none`);
  return { algorithm, oid };
}

const byOid: ReadonlyMap<string, SignatureAlgorithm> = new Map(
  Object.entries(signatureAlgorithmOids).flatMap(([algorithm, oid]): [string, SignatureAlgorithm][] =>
    algorithm === "rsa-pss" ? [] : [[oid, algorithm as SignatureAlgorithm]],
  ),
);

function encodePssSha256(parametersOfHash = encodedNull, parametersOfMaskHash = encodedNull): Uint8Array {
  const hash = encodeSequence(encodeOid(digestOids["sha-256"]), parametersOfHash);
  const maskHash = encodeSequence(encodeOid(digestOids["sha-256"]), parametersOfMaskHash);
  const parameters = encodeSequence(
    encodeDer(contextConstructed(0), hash),
    encodeDer(contextConstructed(1), encodeSequence(encodeOid(digestOids.mgf1), maskHash)),
    encodeDer(contextConstructed(2), encodeSmallInteger(32)),
  );
  return encodeSequence(encodeOid(signatureAlgorithmOids["rsa-pss"]), parameters);
}

function isPssSha256(element: DerElement | undefined): boolean {
  return (
    element !== undefined && pssSha256Spellings.some((spelling) => equalBytes(spelling, element.encoded))
  );
}

/** A hash without parameters means the same as one with NULL: RFC 4055 section 2.1 has both accepted. */
const pssSha256Spellings: readonly Uint8Array[] = [encodedNull, new Uint8Array()].flatMap((ofHash) =>
  [encodedNull, new Uint8Array()].map((ofMaskHash) => encodePssSha256(ofHash, ofMaskHash)),
);

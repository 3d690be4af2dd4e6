import { type DerElement, readNull, readOid, readSequence } from "../asn1/der-reader.ts";
import { encodeDer, encodedNull, encodeOid, encodeSequence, encodeSmallInteger } from "../asn1/der-writer.ts";
import { digestOids, signatureAlgorithmOids } from "../asn1/oids.ts";
import { contextConstructed } from "../asn1/tags.ts";
import { signatureAlgorithms } from "../crypto/algorithms.ts";
import type { SignatureAlgorithm } from "../crypto/provider.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { DerError } from "../errors.ts";

export { keyFitsSignature, signatureAlgorithmFor } from "../crypto/algorithms.ts";

const names = Object.keys(signatureAlgorithms) as readonly SignatureAlgorithm[];

/**
 * AlgorithmIdentifier DER of each signature algorithm. PKCS#1 v1.5 carries NULL; ECDSA, Ed25519 and ML-DSA carry nothing;
 * PSS names hash, mask generation and salt length and leaves the trailer out.
 *
 * @see RFC 4055 sections 3.1 and 5, RFC 5758 section 3.2, RFC 8410 section 3, RFC 9881 section 2
 */
export const signatureAlgorithmIdentifiers: Readonly<Record<SignatureAlgorithm, Uint8Array>> =
  Object.fromEntries(names.map((name) => [name, encodeIdentifier(name)])) as Record<
    SignatureAlgorithm,
    Uint8Array
  >;

/**
 * Reads an AlgorithmIdentifier of a signature.
 *
 * @returns The algorithm, or the OID as text when it is one that Chancery does not accept (MD5, SHA-1, DSA, HashML-DSA,
 * PSS with other parameters, unknown).
 * @throws {DerError} Parameters that the algorithm's RFC forbids.
 */
export function readSignatureAlgorithm(
  element: DerElement | undefined,
  what: string,
): { algorithm?: SignatureAlgorithm; oid: string } {
  const [oidElement, parameters, ...rest] = readSequence(element, what);
  const oid = readOid(oidElement, what);
  if (element === undefined || rest.length > 0)
    throw new DerError(`${what} has more than an OID and its parameters`);
  const algorithm =
    oid === signatureAlgorithmOids["rsa-pss"] ? findPss(element.encoded) : namesByOid.get(oid);
  if (algorithm === undefined) return { oid };
  assertParameters(algorithm, parameters, what);
  return { algorithm, oid };
}

const namesByOid: ReadonlyMap<string, SignatureAlgorithm> = new Map(
  names.map((name) => [signatureAlgorithms[name].oid, name]),
);

function assertParameters(
  algorithm: SignatureAlgorithm,
  parameters: DerElement | undefined,
  what: string,
): void {
  const { family, saltLength } = signatureAlgorithms[algorithm];
  if (saltLength !== undefined) return; // found by its parameters
  if (family === "rsa") readNull(parameters, `${what} parameters`);
  else if (parameters !== undefined)
    throw new DerError(`${what} has parameters where its algorithm has none`);
}

function findPss(encoded: Uint8Array): SignatureAlgorithm | undefined {
  return names.find((name) => {
    const { saltLength } = signatureAlgorithms[name];
    return saltLength !== undefined && spellPss(name).some((spelling) => equalBytes(spelling, encoded));
  });
}

/** A hash without parameters means the same as one with NULL: RFC 4055 section 2.1 has both accepted. */
function spellPss(algorithm: SignatureAlgorithm): readonly Uint8Array[] {
  const nothing = new Uint8Array();
  return [
    encodePss(algorithm, encodedNull, encodedNull),
    encodePss(algorithm, encodedNull, nothing),
    encodePss(algorithm, nothing, encodedNull),
    encodePss(algorithm, nothing, nothing),
  ];
}

function encodeIdentifier(algorithm: SignatureAlgorithm): Uint8Array {
  const { oid, family, saltLength } = signatureAlgorithms[algorithm];
  if (saltLength !== undefined) return encodePss(algorithm, encodedNull, encodedNull);
  return family === "rsa" ? encodeSequence(encodeOid(oid), encodedNull) : encodeSequence(encodeOid(oid));
}

function encodePss(
  algorithm: SignatureAlgorithm,
  parametersOfHash: Uint8Array,
  parametersOfMaskHash: Uint8Array,
): Uint8Array {
  const { oid, hash = "sha-256", saltLength = 0 } = signatureAlgorithms[algorithm];
  const digest = encodeOid(digestOids[hash]);
  const parameters = encodeSequence(
    encodeDer(contextConstructed(0), encodeSequence(digest, parametersOfHash)),
    encodeDer(
      contextConstructed(1),
      encodeSequence(encodeOid(digestOids.mgf1), encodeSequence(digest, parametersOfMaskHash)),
    ),
    encodeDer(contextConstructed(2), encodeSmallInteger(saltLength)),
  );
  return encodeSequence(encodeOid(oid), parameters);
}

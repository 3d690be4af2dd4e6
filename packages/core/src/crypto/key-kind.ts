import { type DerElement, readNull, readOid, readSequence } from "../asn1/der-reader.ts";
import { encodedNull, encodeOid, encodeSequence } from "../asn1/der-writer.ts";
import { keyAlgorithmOids } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";
import { DerError } from "../errors.ts";
import { acceptedKeys, curves, mlDsaParameterSets } from "./algorithms.ts";
import type { KeyAlgorithm, MlDsaParameterSet } from "./provider.ts";

/** A {@link KeyAlgorithm} as its AlgorithmIdentifier gives it: the size of an RSA key is in the key. */
export type KeyKind = { readonly type: "rsa" } | Exclude<KeyAlgorithm, { readonly type: "rsa" }>;

/**
 * Reads the AlgorithmIdentifier of a public or private key.
 *
 * @returns The kind, or for a kind that is not accepted a sentence that says which and why.
 * @throws {DerError} Parameters that the algorithm's RFC forbids.
 * @see RFC 3279 section 2.3.1, RFC 5480 section 2.1.1, RFC 8410 section 3, RFC 9881 section 2
 */
export function readKeyKind(
  element: DerElement | undefined,
  what: string,
): { readonly kind: KeyKind } | { readonly refusal: string } {
  const [oidElement, parameters, ...rest] = readSequence(element, what);
  if (rest.length > 0) throw new DerError(`${what} has more than an OID and its parameters`);
  const oid = readOid(oidElement, what);
  if (oid === keyAlgorithmOids.ecPublicKey) return readCurve(parameters);
  const kind = kindsByOid.get(oid);
  if (kind === undefined) return { refusal: refusals.get(oid) ?? `its algorithm ${oid} is ${notAccepted}` };
  if (kind.type === "rsa") readNull(parameters, `${what} parameters`);
  else if (parameters !== undefined)
    throw new DerError(`${what} has parameters where its algorithm has none`);
  return { kind };
}

/** AlgorithmIdentifier of keys of a kind, DER. */
export function encodeKeyKind(kind: KeyKind): Uint8Array {
  switch (kind.type) {
    case "rsa":
      return encodeSequence(encodeOid(keyAlgorithmOids.rsaEncryption), encodedNull);
    case "ec":
      return encodeSequence(encodeOid(keyAlgorithmOids.ecPublicKey), encodeOid(curves[kind.curve].oid));
    case "ed25519":
      return encodeSequence(encodeOid(keyAlgorithmOids.ed25519));
    case "ml-dsa":
      return encodeSequence(encodeOid(mlDsaParameterSets[kind.parameterSet].oid));
  }
}

function readCurve(parameters: DerElement | undefined): { kind: KeyKind } | { refusal: string } {
  if (parameters?.tag === tags.sequence) return { refusal: "its curve is spelled out in numbers, not named" };
  const oid = readOid(parameters, "named curve");
  const kind = curvesByOid.get(oid);
  return kind === undefined ? { refusal: `its curve ${oid} is not one of P-256, P-384, P-521` } : { kind };
}

const curvesByOid: ReadonlyMap<string, KeyKind> = new Map(
  Object.values(curves).map(({ oid, key }) => [oid, key]),
);

const kindsByOid: ReadonlyMap<string, KeyKind> = new Map<string, KeyKind>([
  [keyAlgorithmOids.rsaEncryption, Object.freeze({ type: "rsa" })],
  [keyAlgorithmOids.ed25519, Object.freeze({ type: "ed25519" })],
  ...Object.values(mlDsaParameterSets).map(({ oid, key }): [string, KeyKind] => [oid, key]),
]);

const notAccepted = `not one of those that are accepted: ${acceptedKeys}`;

const cannotSign = (name: string): string =>
  `it is an ${name} key, which cannot sign, so its holder cannot prove possession by a signature; accepted are ${acceptedKeys}`;

const hashMlDsa = (parameterSet: MlDsaParameterSet): string =>
  `it is for HashML-DSA, which certificates do not use (RFC 9881 section 8.3); accepted is pure ML-DSA-${parameterSet}`;

/**
 * Kinds of key that people do send, told by name.
 *
 * id-RSASSA-PSS is refused although its keys are RSA keys: WebCrypto neither imports nor exports it, and relying parties
 * (Go's crypto/x509, browsers) do not read it in a certificate. A key under rsaEncryption makes the same PSS signatures.
 */
const refusals: ReadonlyMap<string, string> = new Map([
  [
    "1.2.840.113549.1.1.10",
    "it is marked for RSASSA-PSS alone (id-RSASSA-PSS), which many relying parties do not read; mark it rsaEncryption, which makes PSS signatures as well",
  ],
  ["1.2.840.113549.1.1.7", cannotSign("RSAES-OAEP")],
  ["1.3.101.110", cannotSign("X25519")],
  ["1.3.101.111", cannotSign("X448")],
  ["1.3.132.1.12", cannotSign("ECDH")],
  ["2.16.840.1.101.3.4.4.1", cannotSign("ML-KEM-512")],
  ["2.16.840.1.101.3.4.4.2", cannotSign("ML-KEM-768")],
  ["2.16.840.1.101.3.4.4.3", cannotSign("ML-KEM-1024")],
  ["2.16.840.1.101.3.4.3.32", hashMlDsa(44)],
  ["2.16.840.1.101.3.4.3.33", hashMlDsa(65)],
  ["2.16.840.1.101.3.4.3.34", hashMlDsa(87)],
  ["1.2.840.10040.4.1", `it is a DSA key; accepted are ${acceptedKeys}`],
  ["1.3.101.113", `it is an Ed448 key; accepted are ${acceptedKeys}`],
]);

import {
  type DerElement,
  readBitStringOctets,
  readDer,
  readSequence,
  readUnsignedInteger,
} from "../asn1/der-reader.ts";
import { encodeBitString, encodeSequence, encodeUnsignedInteger } from "../asn1/der-writer.ts";
import { curves, mlDsaParameterSets, nameOfKey } from "../crypto/algorithms.ts";
import { bitLength } from "../crypto/bit-length.ts";
import { encodeKeyKind, type KeyKind, readKeyKind } from "../crypto/key-kind.ts";
import type { EllipticCurve, KeyAlgorithm, MlDsaParameterSet } from "../crypto/provider.ts";
import { concatBytes } from "../encoding/bytes.ts";
import { DerError, RequestError } from "../errors.ts";

/** The numbers of a public key. Coordinates have their curve's full length; RSA integers have no leading zero octet. */
export type PublicKeyNumbers =
  | { readonly type: "rsa"; readonly modulus: Uint8Array; readonly exponent: Uint8Array }
  | { readonly type: "ec"; readonly curve: EllipticCurve; readonly x: Uint8Array; readonly y: Uint8Array }
  | { readonly type: "ed25519"; readonly x: Uint8Array }
  | {
      readonly type: "ml-dsa";
      readonly parameterSet: MlDsaParameterSet;
      /** pk of FIPS 204 table 2: 1312, 1952 or 2592 octets. */
      readonly encodedKey: Uint8Array;
    };

/** A SubjectPublicKeyInfo that has been read: its bytes, its kind and its numbers. */
export interface SubjectPublicKeyInfo {
  /** DER, exactly as received. */
  readonly der: Uint8Array;
  readonly algorithm: KeyAlgorithm;
  readonly numbers: PublicKeyNumbers;
  /** Contents of the BIT STRING; key identifiers are hashes of it (RFC 7093 section 2). */
  readonly subjectPublicKey: Uint8Array;
}

/**
 * Reads a SubjectPublicKeyInfo: RSA, P-256, P-384, P-521 (uncompressed points), Ed25519 or ML-DSA.
 *
 * Form only; whether the key is strong is for `assertStrongKey`, whether a point is on its curve for the platform. RSA keys
 * are those under rsaEncryption. One under id-RSASSA-PSS (RFC 4055 section 3) is refused: WebCrypto does not import it and
 * relying parties such as Go and the browsers do not read it, while a key under rsaEncryption makes the same signatures.
 *
 * @throws {RequestError} `ERR_KEY_UNSUPPORTED`: another algorithm, curve or point form; a key that cannot sign.
 * @throws {DerError} Bytes that are not a SubjectPublicKeyInfo of their algorithm.
 * @see RFC 5280 section 4.1.2.7, RFC 3279 section 2.3.1, RFC 5480 section 2, RFC 8410 section 4, RFC 9881 section 4
 */
export function parseSubjectPublicKeyInfo(der: Uint8Array): SubjectPublicKeyInfo {
  return readSubjectPublicKeyInfo(readDer(der));
}

/** As {@link parseSubjectPublicKeyInfo}, for an element inside a larger structure. */
export function readSubjectPublicKeyInfo(element: DerElement | undefined): SubjectPublicKeyInfo {
  const [identifier, bits, ...rest] = readSequence(element, "subjectPublicKeyInfo");
  if (element === undefined || rest.length > 0) throw new DerError("subjectPublicKeyInfo has extra values");
  const answer = readKeyKind(identifier, "public key algorithm");
  if ("refusal" in answer)
    throw new RequestError("ERR_KEY_UNSUPPORTED", `the public key is not accepted: ${answer.refusal}`);
  const subjectPublicKey = readBitStringOctets(bits, "subjectPublicKey");
  const numbers = readNumbers(answer.kind, subjectPublicKey);
  return { der: element.encoded, algorithm: algorithmOf(numbers), numbers, subjectPublicKey };
}

/**
 * Encodes a SubjectPublicKeyInfo from the numbers of a key.
 *
 * @throws {RequestError} `ERR_KEY_MALFORMED`: an ML-DSA key of another length than its parameter set has.
 */
export function encodeSubjectPublicKeyInfo(numbers: PublicKeyNumbers): Uint8Array {
  return encodeSequence(encodeKeyKind(kindOf(numbers)), encodeBitString(encodeNumbers(numbers)));
}

/** First octet of an uncompressed point (SEC 1 section 2.3.3). */
const uncompressedPoint = 0x04;

function encodeNumbers(numbers: PublicKeyNumbers): Uint8Array {
  switch (numbers.type) {
    case "rsa":
      return encodeSequence(encodeUnsignedInteger(numbers.modulus), encodeUnsignedInteger(numbers.exponent));
    case "ec":
      return concatBytes(Uint8Array.of(uncompressedPoint), numbers.x, numbers.y);
    case "ed25519":
      return numbers.x;
    case "ml-dsa": {
      const complaint = wrongLength(numbers.parameterSet, numbers.encodedKey);
      if (complaint !== undefined) throw new RequestError("ERR_KEY_MALFORMED", complaint);
      return numbers.encodedKey;
    }
  }
}

function readNumbers(kind: KeyKind, key: Uint8Array): PublicKeyNumbers {
  switch (kind.type) {
    case "rsa":
      return readRsa(key);
    case "ec":
      return readPoint(kind.curve, key);
    case "ed25519":
      if (key.length !== 32)
        throw new DerError(`the Ed25519 public key has ${key.length} octets, expected 32`);
      return { type: "ed25519", x: key };
    case "ml-dsa": {
      const complaint = wrongLength(kind.parameterSet, key);
      if (complaint !== undefined) throw new DerError(complaint);
      return { ...kind, encodedKey: key };
    }
  }
}

function readRsa(key: Uint8Array): PublicKeyNumbers {
  const [modulus, exponent, ...rest] = readSequence(readDer(key), "RSAPublicKey");
  if (rest.length > 0) throw new DerError("RSAPublicKey has more than a modulus and an exponent");
  return {
    type: "rsa",
    modulus: readUnsignedInteger(modulus, "RSA modulus"),
    exponent: readUnsignedInteger(exponent, "RSA exponent"),
  };
}

function readPoint(curve: EllipticCurve, key: Uint8Array): PublicKeyNumbers {
  const length = curves[curve].coordinateLength;
  if (key[0] !== uncompressedPoint)
    throw new RequestError("ERR_KEY_UNSUPPORTED", `the ${curve} public key is not an uncompressed point`);
  if (key.length !== 1 + 2 * length)
    throw new DerError(`the ${curve} public key has ${key.length} octets, expected ${1 + 2 * length}`);
  return { type: "ec", curve, x: key.subarray(1, 1 + length), y: key.subarray(1 + length) };
}

/** A sentence about a key that does not have the length of its parameter set. */
function wrongLength(parameterSet: MlDsaParameterSet, key: Uint8Array): string | undefined {
  const { publicKeyLength, key: algorithm } = mlDsaParameterSets[parameterSet];
  return key.length === publicKeyLength
    ? undefined
    : `the ${nameOfKey(algorithm)} public key has ${key.length} octets, expected ${publicKeyLength}`;
}

function kindOf(numbers: PublicKeyNumbers): KeyKind {
  return numbers.type === "rsa" ? { type: "rsa" } : algorithmOf(numbers);
}

function algorithmOf(numbers: PublicKeyNumbers): KeyAlgorithm {
  switch (numbers.type) {
    case "rsa":
      return Object.freeze({ type: "rsa", bits: bitLength(numbers.modulus) });
    case "ec":
      return curves[numbers.curve].key;
    case "ed25519":
      return Object.freeze({ type: "ed25519" });
    case "ml-dsa":
      return mlDsaParameterSets[numbers.parameterSet].key;
  }
}

import {
  type DerElement,
  readBitStringOctets,
  readDer,
  readNull,
  readOid,
  readSequence,
  readUnsignedInteger,
} from "../asn1/der-reader.ts";
import {
  encodeBitString,
  encodedNull,
  encodeOid,
  encodeSequence,
  encodeUnsignedInteger,
} from "../asn1/der-writer.ts";
import { curveOids, keyAlgorithmOids } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";
import { coordinateLengths } from "../crypto/ecdsa-signature.ts";
import type { EllipticCurve, KeyAlgorithm } from "../crypto/provider.ts";
import { DerError, RequestError } from "../errors.ts";

/** The numbers of a public key. Coordinates have their curve's full length; RSA integers have no leading zero octet. */
export type PublicKeyNumbers =
  | { readonly type: "rsa"; readonly modulus: Uint8Array; readonly exponent: Uint8Array }
  | { readonly type: "ec"; readonly curve: EllipticCurve; readonly x: Uint8Array; readonly y: Uint8Array }
  | { readonly type: "ed25519"; readonly x: Uint8Array };

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
 * Reads a SubjectPublicKeyInfo: RSA, P-256, P-384, P-521 (uncompressed points) or Ed25519.
 *
 * Form only; whether the key is strong is for `assertStrongKey`, whether a point is on its curve for the platform.
 *
 * @throws {RequestError} `ERR_KEY_UNSUPPORTED`: another algorithm, curve or point form.
 * @throws {DerError} Bytes that are not a SubjectPublicKeyInfo of their algorithm.
 * @see RFC 5280 section 4.1.2.7, RFC 3279 section 2.3.1, RFC 5480 section 2, RFC 8410 section 4
 */
export function parseSubjectPublicKeyInfo(der: Uint8Array): SubjectPublicKeyInfo {
  return readSubjectPublicKeyInfo(readDer(der));
}

/** As {@link parseSubjectPublicKeyInfo}, for an element inside a larger structure. */
export function readSubjectPublicKeyInfo(element: DerElement | undefined): SubjectPublicKeyInfo {
  const [identifier, bits, ...rest] = readSequence(element, "subjectPublicKeyInfo");
  const [algorithm, parameters, ...others] = readSequence(identifier, "public key algorithm");
  if (element === undefined || rest.length + others.length > 0)
    throw new DerError("subjectPublicKeyInfo has extra values");
  const subjectPublicKey = readBitStringOctets(bits, "subjectPublicKey");
  const numbers = readNumbers(readOid(algorithm, "public key algorithm"), parameters, subjectPublicKey);
  return { der: element.encoded, algorithm: algorithmOf(numbers), numbers, subjectPublicKey };
}

/** Encodes a SubjectPublicKeyInfo from the numbers of a key. */
export function encodeSubjectPublicKeyInfo(numbers: PublicKeyNumbers): Uint8Array {
  switch (numbers.type) {
    case "rsa":
      return encodeSequence(
        rsaIdentifier,
        encodeBitString(
          encodeSequence(encodeUnsignedInteger(numbers.modulus), encodeUnsignedInteger(numbers.exponent)),
        ),
      );
    case "ec":
      return encodeSequence(
        curveIdentifiers[numbers.curve],
        encodeBitString(Uint8Array.of(uncompressedPoint, ...numbers.x, ...numbers.y)),
      );
    case "ed25519":
      return encodeSequence(ed25519Identifier, encodeBitString(numbers.x));
  }
}

/** First octet of an uncompressed point (SEC 1 section 2.3.3). */
const uncompressedPoint = 0x04;

const rsaIdentifier = encodeSequence(encodeOid(keyAlgorithmOids.rsaEncryption), encodedNull);
const ed25519Identifier = encodeSequence(encodeOid(keyAlgorithmOids.ed25519));
const curveIdentifiers: Readonly<Record<EllipticCurve, Uint8Array>> = {
  "P-256": encodeSequence(encodeOid(keyAlgorithmOids.ecPublicKey), encodeOid(curveOids["P-256"])),
  "P-384": encodeSequence(encodeOid(keyAlgorithmOids.ecPublicKey), encodeOid(curveOids["P-384"])),
  "P-521": encodeSequence(encodeOid(keyAlgorithmOids.ecPublicKey), encodeOid(curveOids["P-521"])),
};

function readNumbers(
  algorithm: string,
  parameters: DerElement | undefined,
  key: Uint8Array,
): PublicKeyNumbers {
  if (algorithm === keyAlgorithmOids.rsaEncryption) return readRsa(parameters, key);
  if (algorithm === keyAlgorithmOids.ecPublicKey) return readEllipticCurve(parameters, key);
  if (algorithm === keyAlgorithmOids.ed25519) return readEd25519(parameters, key);
  throw new RequestError(
    "ERR_KEY_UNSUPPORTED",
    `public key algorithm ${algorithm} is none of those that can sign here: RSA, EC, Ed25519`,
  );
}

function readRsa(parameters: DerElement | undefined, key: Uint8Array): PublicKeyNumbers {
  readNull(parameters, "RSA parameters");
  const [modulus, exponent, ...rest] = readSequence(readDer(key), "RSAPublicKey");
  if (rest.length > 0) throw new DerError("RSAPublicKey has more than a modulus and an exponent");
  return {
    type: "rsa",
    modulus: readUnsignedInteger(modulus, "RSA modulus"),
    exponent: readUnsignedInteger(exponent, "RSA exponent"),
  };
}

function readEllipticCurve(parameters: DerElement | undefined, key: Uint8Array): PublicKeyNumbers {
  if (parameters?.tag === tags.sequence)
    throw new RequestError("ERR_KEY_UNSUPPORTED", "the curve is spelled out in numbers instead of named");
  const oid = readOid(parameters, "named curve");
  const curve = curveNames.get(oid);
  if (curve === undefined)
    throw new RequestError("ERR_KEY_UNSUPPORTED", `named curve ${oid} is not one of P-256, P-384, P-521`);
  const length = coordinateLengths[curve];
  if (key[0] !== uncompressedPoint)
    throw new RequestError("ERR_KEY_UNSUPPORTED", `the ${curve} public key is not an uncompressed point`);
  if (key.length !== 1 + 2 * length)
    throw new DerError(`the ${curve} public key has ${key.length} octets, expected ${1 + 2 * length}`);
  return { type: "ec", curve, x: key.subarray(1, 1 + length), y: key.subarray(1 + length) };
}

function readEd25519(parameters: DerElement | undefined, key: Uint8Array): PublicKeyNumbers {
  if (parameters !== undefined) throw new DerError("Ed25519 has parameters");
  if (key.length !== 32) throw new DerError(`the Ed25519 public key has ${key.length} octets, expected 32`);
  return { type: "ed25519", x: key };
}

const curveNames: ReadonlyMap<string, EllipticCurve> = new Map(
  Object.entries(curveOids).map(([curve, oid]) => [oid, curve as EllipticCurve]),
);

function algorithmOf(numbers: PublicKeyNumbers): KeyAlgorithm {
  switch (numbers.type) {
    case "rsa":
      return { type: "rsa", bits: numbers.modulus.length * 8 - Math.clz32(numbers.modulus[0] ?? 0) + 24 };
    case "ec":
      return { type: "ec", curve: numbers.curve };
    case "ed25519":
      return { type: "ed25519" };
  }
}

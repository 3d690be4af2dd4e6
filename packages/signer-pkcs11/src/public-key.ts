import { ConfigurationError, DerError, isCaError, type KeyAlgorithm, parseCertificate } from "@chancery/core";
import { readDer, readOctetString, readOid } from "@chancery/core/asn1";
import {
  type AcceptedPublicKey,
  acceptPublicKey,
  coordinateLengths,
  type EllipticCurve,
  encodeSubjectPublicKeyInfo,
  type PublicKeyNumbers,
} from "@chancery/core/crypto";
import type { Session, SessionObject } from "graphene-pk11";
import { type AttributeName, readAttribute } from "./attributes.ts";
import type { Graphene } from "./library.ts";
import { readUnsignedLong } from "./unsigned-long.ts";

/**
 * Reads the public key that a token keeps beside a private key under the same CKA_ID: a public key object, else a
 * certificate. Weak keys are refused.
 *
 * @param name - The private key, for messages.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: there is neither; `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`,
 * `ERR_KEY_WEAK`.
 */
export async function readPublicKey(
  session: Session,
  graphene: Graphene,
  privateKey: SessionObject,
  name: string,
): Promise<AcceptedPublicKey> {
  const id = readAttribute(privateKey, "id");
  if (id === undefined || id.length === 0) {
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `${name} has no CKA_ID, so its public key cannot be found`,
    );
  }
  try {
    const { PUBLIC_KEY, CERTIFICATE } = graphene.ObjectClass;
    const publicKey = findFirst(session, PUBLIC_KEY, id);
    if (publicKey !== undefined)
      return await acceptPublicKey(encodeSubjectPublicKeyInfo(readNumbers(publicKey)));
    const certificate = findFirst(session, CERTIFICATE, id);
    if (certificate !== undefined) {
      return await acceptPublicKey(parseCertificate(required(certificate, "value")).publicKey.der);
    }
  } catch (cause) {
    throw refusal(cause, name);
  }
  throw new ConfigurationError(
    "ERR_OPTION_INVALID",
    `beside ${name} the token has neither a public key nor a certificate with its CKA_ID`,
  );
}

/** CKA_EC_PARAMS of the curves: a named curve. PKCS#11 v3.0 allows a name in text for Edwards curves besides. */
export const curveOids: Readonly<Record<EllipticCurve | "Ed25519", string>> = {
  "P-256": "1.2.840.10045.3.1.7",
  "P-384": "1.3.132.0.34",
  "P-521": "1.3.132.0.35",
  Ed25519: "1.3.101.112",
};

/** CKK_RSA, CKK_EC, CKK_EC_EDWARDS. */
const keyTypes: Readonly<Record<number, KeyAlgorithm["type"]>> = { 0: "rsa", 3: "ec", 64: "ed25519" };

function readNumbers(publicKey: SessionObject): PublicKeyNumbers {
  const keyType = readUnsignedLong(required(publicKey, "keyType"));
  switch (keyTypes[keyType]) {
    case "rsa":
      return {
        type: "rsa",
        modulus: required(publicKey, "modulus"),
        exponent: required(publicKey, "publicExponent"),
      };
    case "ec":
      return readPoint(readCurve(publicKey), required(publicKey, "ecPoint"));
    case "ed25519":
      return { type: "ed25519", x: unwrap(required(publicKey, "ecPoint"), 32) };
    default:
      throw unsupported(`key type ${keyType} is not one of CKK_RSA, CKK_EC, CKK_EC_EDWARDS`);
  }
}

function readCurve(publicKey: SessionObject): EllipticCurve {
  const oid = readOid(readDer(required(publicKey, "ecParams")), "CKA_EC_PARAMS");
  for (const curve of ["P-256", "P-384", "P-521"] as const) if (curveOids[curve] === oid) return curve;
  throw unsupported(`curve ${oid} is not one of P-256, P-384, P-521`);
}

function readPoint(curve: EllipticCurve, value: Uint8Array): PublicKeyNumbers {
  const length = coordinateLengths[curve];
  const point = unwrap(value, 1 + 2 * length);
  if (point[0] !== 0x04) throw unsupported("CKA_EC_POINT is not an uncompressed point");
  return { type: "ec", curve, x: point.subarray(1, 1 + length), y: point.subarray(1 + length) };
}

/** CKA_EC_POINT is an OCTET STRING around the point; some tokens leave that out. */
function unwrap(value: Uint8Array, length: number): Uint8Array {
  const point = value.length === length ? value : readOctetString(readDer(value), "CKA_EC_POINT");
  if (point.length === length) return point;
  throw new DerError(`CKA_EC_POINT has ${point.length} octets, expected ${length}`);
}

function findFirst(session: Session, objectClass: number, id: Uint8Array): SessionObject | undefined {
  const found = session.find({ class: objectClass, id: Buffer.from(id) });
  return found.length === 0 ? undefined : found.items(0);
}

function required(object: SessionObject, name: AttributeName): Uint8Array {
  const value = readAttribute(object, name);
  if (value === undefined || value.length === 0) throw new DerError(`the attribute ${name} is missing`);
  // A copy of plain octets: what is found here outlives the session.
  return Uint8Array.from(value);
}

function unsupported(message: string): ConfigurationError {
  return new ConfigurationError("ERR_KEY_UNSUPPORTED", message);
}

function refusal(cause: unknown, name: string): unknown {
  if (!isCaError(cause)) return cause;
  const code = cause.code.startsWith("ERR_KEY_") ? cause.code : "ERR_KEY_MALFORMED";
  return new ConfigurationError(code, `the public key of ${name} cannot be used: ${cause.message}`, {
    cause,
  });
}

import { isCaError, printable } from "@chancery/core";
import {
  acceptPublicKey,
  coordinateLengths,
  cryptoProvider,
  decodeBase64Url,
  encodeBase64Url,
  encodeSubjectPublicKeyInfo,
  type KeyAlgorithm,
  type PublicKey,
  type PublicKeyNumbers,
} from "@chancery/core/crypto";
import { AcmeProblem } from "../problem.ts";
import type { JsonObject, JsonValue } from "./strict-json.ts";

/** A public key in the form that JOSE gives it, read and in canonical form. */
export interface Jwk {
  /** Required members only, in the order of RFC 7638 section 3: what the thumbprint is taken of. */
  readonly canonical: string;
  /** RFC 7638 thumbprint with SHA-256, base64url. */
  readonly thumbprint: string;
  readonly algorithm: KeyAlgorithm;
  /** The same key as SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
}

/** Kinds of key that requests can be signed with. Certificates have others too. */
type JwkAlgorithm = Exclude<KeyAlgorithm, { readonly type: "ml-dsa" }>;

type JwkNumbers = Exclude<PublicKeyNumbers, { readonly type: "ml-dsa" }>;

/**
 * Reads the public key of a protected header. Form only; see {@link importStrongKey} for its strength.
 *
 * @param alg - The `alg` of the JWS, which an `alg` in the key must not contradict.
 * @throws {AcmeProblem} `badPublicKey`: private members, an unknown kind or curve, a coordinate of the wrong length, an
 * RSA integer with leading zeros, `use`, `key_ops` or `alg` of another purpose.
 * @see RFC 7517 section 4, RFC 7518 section 6, RFC 8037 section 2
 */
export async function parseJwk(jwk: JsonObject, alg: string): Promise<Jwk> {
  assertPublic(jwk);
  assertPurpose(jwk, alg);
  return describeKey(readNumbers(jwk));
}

/** Reads a key that an account keeps: {@link Jwk.canonical}. */
export function parseStoredJwk(canonical: string): Promise<Jwk> {
  return describeKey(readNumbers(JSON.parse(canonical) as JsonObject));
}

/** Thumbprint of a key that did not come as a JWK, to find out whether a certified key is an account's. */
export function thumbprintOfKey(numbers: PublicKeyNumbers): Promise<string> {
  return thumbprint(canonicalForm(numbers));
}

/**
 * Imports a key that is going to be trusted with an account.
 *
 * @throws {AcmeProblem} `badPublicKey`: weak, off its curve, of small order.
 */
export async function importStrongKey({ spki }: Jwk): Promise<PublicKey> {
  return importOrRefuse(async () => (await acceptPublicKey(spki)).key);
}

/**
 * Imports a key whatever its strength: one that was accepted earlier, or one that wants its own certificate revoked.
 *
 * @throws {AcmeProblem} `badPublicKey`: off its curve.
 */
export async function importAnyKey({ spki, algorithm }: Jwk): Promise<PublicKey> {
  return importOrRefuse(() => cryptoProvider.importPublicKey(spki, algorithm));
}

async function importOrRefuse(load: () => PublicKey | Promise<PublicKey>): Promise<PublicKey> {
  try {
    return await load();
  } catch (error) {
    if (!isCaError(error) || !error.code.startsWith("ERR_KEY_")) throw error;
    throw new AcmeProblem("badPublicKey", error.message, { cause: error });
  }
}

/** Members of private and symmetric keys (RFC 7518 sections 6.2.2, 6.3.2, 6.4.1; RFC 9964 section 3). */
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] as const;

function assertPublic(jwk: JsonObject): void {
  const member = privateMembers.find((name) => name in jwk);
  if (member === undefined) return;
  throw refuse(`jwk has the private member "${member}"; that key is no longer a secret`);
}

function assertPurpose(jwk: JsonObject, alg: string): void {
  const { use, key_ops: operations, alg: keyAlgorithm } = jwk;
  if (use !== undefined && use !== "sig") throw refuse("jwk has a use other than sig");
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify"))) {
    throw refuse("jwk has key_ops without verify");
  }
  if (keyAlgorithm !== undefined && keyAlgorithm !== alg)
    throw refuse("jwk has an alg other than that of the JWS");
}

function readNumbers(jwk: JsonObject): JwkNumbers {
  const { kty } = jwk;
  if (kty === "EC") return readEllipticCurve(jwk);
  if (kty === "RSA") return readRsa(jwk);
  if (kty === "OKP") return readOctetKeyPair(jwk);
  throw refuse(`kty ${shown(kty)} is not one of EC, RSA, OKP`);
}

function readEllipticCurve(jwk: JsonObject): JwkNumbers {
  const { crv } = jwk;
  if (crv !== "P-256" && crv !== "P-384" && crv !== "P-521") {
    throw refuse(`crv ${shown(crv)} is not one of P-256, P-384, P-521`);
  }
  const octets = coordinateLengths[crv];
  return { type: "ec", curve: crv, x: readOctets(jwk, "x", octets), y: readOctets(jwk, "y", octets) };
}

/** 8192 bits and 64 bits: larger numbers would make one verification cost what thousands should. */
const maximumModulusOctets = 1024;
const maximumExponentOctets = 8;

function readRsa(jwk: JsonObject): JwkNumbers {
  const modulus = readInteger(jwk, "n", maximumModulusOctets);
  const exponent = readInteger(jwk, "e", maximumExponentOctets);
  return { type: "rsa", modulus, exponent };
}

function readOctetKeyPair(jwk: JsonObject): JwkNumbers {
  const { crv } = jwk;
  if (crv !== "Ed25519") throw refuse(`crv ${shown(crv)} is not Ed25519`);
  return { type: "ed25519", x: readOctets(jwk, "x", 32) };
}

function readOctets(jwk: JsonObject, name: string, length: number): Uint8Array {
  const octets = readMember(jwk, name);
  if (octets.length === length) return octets;
  throw refuse(`jwk member "${name}" has ${octets.length} octets, expected ${length}`);
}

/** A Base64urlUInt: no leading zero octet (RFC 7518 section 2), so that one key has one spelling. */
function readInteger(jwk: JsonObject, name: string, maximum: number): Uint8Array {
  const octets = readMember(jwk, name);
  if (octets.length > maximum) throw refuse(`jwk member "${name}" has more than ${maximum} octets`);
  if (octets.length === 0 || octets[0] === 0)
    throw refuse(`jwk member "${name}" is empty or begins with a zero octet`);
  return octets;
}

function readMember(jwk: JsonObject, name: string): Uint8Array {
  const value = jwk[name];
  const octets = typeof value === "string" ? decodeBase64Url(value) : undefined;
  if (octets === undefined) throw refuse(`jwk member "${name}" is not base64url without padding`);
  return octets;
}

async function describeKey(numbers: JwkNumbers): Promise<Jwk> {
  const canonical = canonicalForm(numbers);
  return {
    canonical,
    thumbprint: await thumbprint(canonical),
    algorithm: algorithmOf(numbers),
    spki: encodeSubjectPublicKeyInfo(numbers),
  };
}

function algorithmOf(numbers: JwkNumbers): JwkAlgorithm {
  if (numbers.type === "ec") return { type: "ec", curve: numbers.curve };
  if (numbers.type === "ed25519") return { type: "ed25519" };
  // The first octet is not zero; clz32 counts in 32 bits, of which an octet has 8.
  const [first = 0] = numbers.modulus;
  return { type: "rsa", bits: numbers.modulus.length * 8 - (Math.clz32(first) - 24) };
}

/** RFC 7638 section 3.2, RFC 8037 section 2, RFC 9964. base64url needs no escaping. */
function canonicalForm(numbers: PublicKeyNumbers): string {
  switch (numbers.type) {
    case "ec": {
      const [x, y] = [encodeBase64Url(numbers.x), encodeBase64Url(numbers.y)];
      return `{"crv":"${numbers.curve}","kty":"EC","x":"${x}","y":"${y}"}`;
    }
    case "rsa":
      return `{"e":"${encodeBase64Url(numbers.exponent)}","kty":"RSA","n":"${encodeBase64Url(numbers.modulus)}"}`;
    case "ed25519":
      return `{"crv":"Ed25519","kty":"OKP","x":"${encodeBase64Url(numbers.x)}"}`;
    case "ml-dsa":
      return `{"alg":"ML-DSA-${numbers.parameterSet}","kty":"AKP","pub":"${encodeBase64Url(numbers.encodedKey)}"}`;
  }
}

async function thumbprint(canonical: string): Promise<string> {
  return encodeBase64Url(await cryptoProvider.digest("sha-256", utf8.encode(canonical)));
}

const utf8 = new TextEncoder();

function shown(value: JsonValue | undefined): string {
  return typeof value === "string" ? `"${printable(value)}"` : "of the jwk";
}

function refuse(detail: string): AcmeProblem {
  return new AcmeProblem("badPublicKey", detail);
}

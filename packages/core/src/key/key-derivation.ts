import { cryptoProvider } from "#crypto";
import {
  type DerElement,
  readOctetString,
  readOid,
  readSequence,
  readSmallInteger,
} from "../asn1/der-reader.ts";
import { passwordEncryptionOids as oids } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";
import type { DigestAlgorithm } from "../crypto/provider.ts";
import { ConfigurationError, DerError } from "../errors.ts";

/** Most rounds that we run for a key that we read, some seconds of work: a file must not occupy the process for hours. */
const maximumIterations = 10_000_000;

/** Most memory that scrypt may take, octets; 16 MiB is usual. */
const maximumMemory = 256 * 1024 * 1024;

/** Most work of scrypt, N times r times p, as much time as the rounds above; 2^17 is usual. */
const maximumWork = 2 ** 23;

/** How a passphrase becomes a key: parameters that were read and whose cost is bearable. */
export type KeyDerivation = Pbkdf2Parameters | ScryptParameters;

interface Pbkdf2Parameters {
  readonly function: "pbkdf2";
  /** Undefined for one that only the platform may know. */
  readonly hash: DigestAlgorithm | undefined;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly keyLength: number | undefined;
}

interface ScryptParameters {
  readonly function: "scrypt";
  readonly salt: Uint8Array;
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly keyLength: number | undefined;
}

/**
 * Reads the key derivation of PBES2.
 *
 * @throws {ConfigurationError} `ERR_KEY_UNSUPPORTED`: another function, or a cost above what is allowed.
 * @throws {DerError} Parameters that the function does not have.
 * @see RFC 8018 appendix A.2, RFC 7914 section 7
 */
export function readKeyDerivation(element: DerElement | undefined): KeyDerivation {
  const [oid, parameters] = readSequence(element, "key derivation");
  const name = readOid(oid, "key derivation");
  if (name === oids.pbkdf2) return readPbkdf2(parameters);
  if (name === oids.scrypt) return readScrypt(parameters);
  throw unsupported(`its key derivation ${name} is neither PBKDF2 nor scrypt`);
}

/**
 * Checks the rounds of a scheme older than PBES2, which the platform runs.
 *
 * @throws {ConfigurationError} `ERR_KEY_UNSUPPORTED`: another scheme, or more rounds than are allowed.
 * @throws {DerError} Parameters that are not a salt and a number of rounds.
 * @see RFC 8018 appendix A.3, RFC 7292 appendix C
 */
export function assertOlderScheme(scheme: string, parameters: DerElement | undefined): void {
  if (!olderSchemes.test(scheme)) throw unsupported(`its encryption ${scheme} is not known`);
  const [, iterations] = readSequence(parameters, "encryption parameters");
  boundIterations(readSmallInteger(iterations, "rounds"));
}

/** PBES1 and the password-based encryptions of PKCS#12. */
const olderSchemes = /^1\.2\.840\.113549\.1\.(?:5\.(?:1|3|4|6|10|11)|12\.1\.[1-6])$/;

/**
 * Derives a key.
 *
 * @returns Undefined where our side does not have the function or its hash.
 * @throws {DerError} The parameters are for a key of another length.
 */
export async function deriveKey(
  derivation: KeyDerivation,
  passphrase: string,
  length: number,
): Promise<Uint8Array | undefined> {
  if (derivation.keyLength !== undefined && derivation.keyLength !== length)
    throw new DerError(`the key derivation is for ${derivation.keyLength} octets, the cipher has ${length}`);
  const password = utf8.encode(passphrase);
  if (derivation.function === "scrypt") return cryptoProvider.scrypt?.({ ...derivation, password, length });
  const { hash } = derivation;
  return hash && cryptoProvider.pbkdf2({ ...derivation, hash, password, length });
}

function readPbkdf2(parameters: DerElement | undefined): KeyDerivation {
  const [salt, iterations, ...rest] = readSequence(parameters, "PBKDF2 parameters");
  const keyLength = rest[0]?.tag === tags.integer ? rest.shift() : undefined;
  const [pseudorandom, ...more] = rest;
  if (more.length > 0) throw new DerError("PBKDF2 has more parameters than four");
  return {
    function: "pbkdf2",
    hash: hashes.get(readPseudorandom(pseudorandom)),
    salt: readOctetString(salt, "salt"),
    iterations: boundIterations(readSmallInteger(iterations, "PBKDF2 iterations")),
    keyLength: keyLength && readSmallInteger(keyLength, "key length"),
  };
}

function readPseudorandom(element: DerElement | undefined): string {
  if (element === undefined) return oids.hmacSha1;
  const [oid] = readSequence(element, "PBKDF2 hash");
  return readOid(oid, "PBKDF2 hash");
}

function boundIterations(iterations: number): number {
  if (iterations < 1) throw new DerError("the key derivation has no rounds");
  if (iterations > maximumIterations)
    throw unsupported(`its passphrase takes ${iterations} rounds, allowed are ${maximumIterations}`);
  return iterations;
}

function readScrypt(parameters: DerElement | undefined): KeyDerivation {
  const [salt, ...numbers] = readSequence(parameters, "scrypt parameters");
  const [cost = 0, blockSize = 0, parallelization = 0, keyLength, ...more] = numbers.map((number) =>
    readSmallInteger(number, "scrypt parameter"),
  );
  if (more.length > 0) throw new DerError("scrypt has more parameters than five");
  const isPowerOfTwo = Number.isInteger(Math.log2(cost)) && cost > 1;
  if (!isPowerOfTwo || blockSize < 1 || parallelization < 1 || Math.log2(cost) >= 16 * blockSize)
    throw new DerError(`scrypt has no N of ${cost}, r of ${blockSize} and p of ${parallelization}`);
  boundScrypt(cost, blockSize, parallelization);
  return {
    function: "scrypt",
    salt: readOctetString(salt, "salt"),
    cost,
    blockSize,
    parallelization,
    keyLength,
  };
}

function boundScrypt(cost: number, blockSize: number, parallelization: number): void {
  const memory = 128 * blockSize * (cost + parallelization);
  if (memory > maximumMemory)
    throw unsupported(`its passphrase takes ${memory} octets of memory, allowed are ${maximumMemory}`);
  const work = cost * blockSize * parallelization;
  if (work > maximumWork)
    throw unsupported(
      `its passphrase takes scrypt with N times r times p of ${work}, allowed is ${maximumWork}`,
    );
}

function unsupported(reason: string): ConfigurationError {
  return new ConfigurationError("ERR_KEY_UNSUPPORTED", `the private key cannot be opened: ${reason}`);
}

const hashes: ReadonlyMap<string, DigestAlgorithm> = new Map([
  [oids.hmacSha1, "sha-1"],
  [oids.hmacSha256, "sha-256"],
  [oids.hmacSha384, "sha-384"],
  [oids.hmacSha512, "sha-512"],
]);

const utf8 = new TextEncoder();

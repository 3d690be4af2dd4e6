import { cryptoProvider } from "#crypto";
import {
  type DerElement,
  readDer,
  readOctetString,
  readOid,
  readSequence,
  readSmallInteger,
} from "../asn1/der-reader.ts";
import {
  encodedNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSmallInteger,
} from "../asn1/der-writer.ts";
import { passwordEncryptionOids as oids } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";
import type { DigestAlgorithm } from "../crypto/provider.ts";
import { DerError } from "../errors.ts";

/** Rounds of PBKDF2-HMAC-SHA256 for keys that we write; OWASP's figure for this function. */
const writtenIterations = 600_000;

/** Most rounds that we run for a key that we read: a file must not be able to occupy the process for minutes. */
const maximumIterations = 10_000_000;

/**
 * Encrypts PKCS#8 with PBES2: PBKDF2-HMAC-SHA256 with 600 000 rounds, AES-256-CBC.
 *
 * @returns EncryptedPrivateKeyInfo, DER.
 * @see RFC 5958 section 3, RFC 8018 section 6.2 and appendix A.4
 */
export async function encryptPkcs8(pkcs8: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const salt = cryptoProvider.randomBytes(16);
  const iv = cryptoProvider.randomBytes(16);
  const key = await cryptoProvider.pbkdf2({
    hash: "sha-256",
    password: utf8.encode(passphrase),
    salt,
    iterations: writtenIterations,
    length: 32,
  });
  const derivation = encodeSequence(
    encodeOid(oids.pbkdf2),
    encodeSequence(
      encodeOctetString(salt),
      encodeSmallInteger(writtenIterations),
      encodeSequence(encodeOid(oids.hmacSha256), encodedNull),
    ),
  );
  const scheme = encodeSequence(encodeOid(oids.aes256Cbc), encodeOctetString(iv));
  return encodeSequence(
    encodeSequence(encodeOid(oids.pbes2), encodeSequence(derivation, scheme)),
    encodeOctetString(await cryptoProvider.encryptAesCbc(key, iv, pkcs8)),
  );
}

/** Outcome of {@link decryptPkcs8}. */
export type DecryptedPkcs8 =
  | { readonly outcome: "decrypted"; readonly pkcs8: Uint8Array }
  | { readonly outcome: "unsupportedScheme" }
  | { readonly outcome: "wrongPassphrase" };

/**
 * Decrypts an EncryptedPrivateKeyInfo made with PBES2, PBKDF2 and AES-CBC.
 *
 * `wrongPassphrase` is what the padding tells; one wrong passphrase in 256 passes it and shows as a malformed key.
 *
 * @throws {DerError} Bytes that are not an EncryptedPrivateKeyInfo.
 */
export async function decryptPkcs8(der: Uint8Array, passphrase: string): Promise<DecryptedPkcs8> {
  const [algorithm, encrypted] = readSequence(readDer(der), "EncryptedPrivateKeyInfo");
  const [schemeOid, parameters] = readSequence(algorithm, "encryption algorithm");
  if (readOid(schemeOid, "encryption algorithm") !== oids.pbes2) return { outcome: "unsupportedScheme" };
  const [derivation, scheme] = readSequence(parameters, "PBES2 parameters");
  const cipher = readCipher(scheme);
  const derive = readDerivation(derivation);
  if (cipher === undefined || derive === undefined) return { outcome: "unsupportedScheme" };
  const key = await cryptoProvider.pbkdf2({
    ...derive,
    password: utf8.encode(passphrase),
    length: cipher.keyLength,
  });
  const pkcs8 = await cryptoProvider.decryptAesCbc(
    key,
    cipher.iv,
    readOctetString(encrypted, "encryptedData"),
  );
  return pkcs8 === undefined ? { outcome: "wrongPassphrase" } : { outcome: "decrypted", pkcs8 };
}

function readCipher(scheme: DerElement | undefined): { keyLength: number; iv: Uint8Array } | undefined {
  const [oid, iv] = readSequence(scheme, "encryption scheme");
  const keyLength = keyLengths.get(readOid(oid, "encryption scheme"));
  if (keyLength === undefined) return undefined;
  const octets = readOctetString(iv, "initialization vector");
  if (octets.length !== 16)
    throw new DerError(`the initialization vector has ${octets.length} octets, expected 16`);
  return { keyLength, iv: octets };
}

function readDerivation(
  element: DerElement | undefined,
): { hash: DigestAlgorithm; salt: Uint8Array; iterations: number } | undefined {
  const [oid, parameters] = readSequence(element, "key derivation");
  if (readOid(oid, "key derivation") !== oids.pbkdf2) return undefined;
  const [salt, iterations, ...rest] = readSequence(parameters, "PBKDF2 parameters");
  const pseudorandom = rest.find(({ tag }) => tag === tags.sequence);
  const [hashOid] = pseudorandom === undefined ? [] : readSequence(pseudorandom, "PBKDF2 hash");
  const hash = hashes.get(hashOid === undefined ? oids.hmacSha1 : readOid(hashOid, "PBKDF2 hash"));
  const rounds = readSmallInteger(iterations, "PBKDF2 iterations");
  if (rounds < 1 || rounds > maximumIterations)
    throw new DerError(`PBKDF2 with ${rounds} rounds is not within 1 to ${maximumIterations}`);
  return hash && { hash, salt: readOctetString(salt, "salt"), iterations: rounds };
}

const keyLengths: ReadonlyMap<string, number> = new Map([
  [oids.aes128Cbc, 16],
  [oids.aes192Cbc, 24],
  [oids.aes256Cbc, 32],
]);

const hashes: ReadonlyMap<string, DigestAlgorithm> = new Map([
  [oids.hmacSha1, "sha-1"],
  [oids.hmacSha256, "sha-256"],
  [oids.hmacSha384, "sha-384"],
  [oids.hmacSha512, "sha-512"],
]);

const utf8 = new TextEncoder();

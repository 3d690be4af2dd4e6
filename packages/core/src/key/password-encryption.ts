import { cryptoProvider } from "#crypto";
import { type DerElement, readDer, readOctetString, readOid, readSequence } from "../asn1/der-reader.ts";
import {
  encodedNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSmallInteger,
} from "../asn1/der-writer.ts";
import { passwordEncryptionOids as oids } from "../asn1/oids.ts";
import { DerError } from "../errors.ts";
import { assertOlderScheme, deriveKey, readKeyDerivation } from "./key-derivation.ts";

/** Rounds of PBKDF2-HMAC-SHA256 for keys that we write; OWASP's figure for this function. */
const writtenIterations = 600_000;

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
 * Decrypts an EncryptedPrivateKeyInfo made with PBES2, PBKDF2 or scrypt, and AES-CBC.
 *
 * `wrongPassphrase` is what the padding tells; one wrong passphrase in 256 passes it and shows as a malformed key.
 * `unsupportedScheme` is one that the platform may know; its key derivation costs no more than is allowed.
 *
 * @throws {ConfigurationError} `ERR_KEY_UNSUPPORTED`: a scheme that nobody should try, because it is not known or costs too
 * much. Nothing has been computed then.
 * @throws {DerError} Bytes that are not an EncryptedPrivateKeyInfo.
 */
export async function decryptPkcs8(der: Uint8Array, passphrase: string): Promise<DecryptedPkcs8> {
  const [algorithm, encrypted] = readSequence(readDer(der), "EncryptedPrivateKeyInfo");
  const ciphertext = readOctetString(encrypted, "encryptedData");
  const [schemeOid, parameters] = readSequence(algorithm, "encryption algorithm");
  const scheme = readOid(schemeOid, "encryption algorithm");
  if (scheme !== oids.pbes2) {
    assertOlderScheme(scheme, parameters);
    return { outcome: "unsupportedScheme" };
  }
  const [derivation, encryption] = readSequence(parameters, "PBES2 parameters");
  const parametersOfKey = readKeyDerivation(derivation);
  const cipher = readCipher(encryption);
  const key = cipher && (await deriveKey(parametersOfKey, passphrase, cipher.keyLength));
  if (cipher === undefined || key === undefined) return { outcome: "unsupportedScheme" };
  const pkcs8 = await cryptoProvider.decryptAesCbc(key, cipher.iv, ciphertext);
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

const keyLengths: ReadonlyMap<string, number> = new Map([
  [oids.aes128Cbc, 16],
  [oids.aes192Cbc, 24],
  [oids.aes256Cbc, 32],
]);

const utf8 = new TextEncoder();

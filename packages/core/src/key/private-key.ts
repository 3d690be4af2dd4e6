import { cryptoProvider } from "#crypto";
import { decodePemBlock, encodePem, readPemBlocks } from "../asn1/pem.ts";
import type { KeySpecification, PrivateKey } from "../crypto/provider.ts";
import { CaError, ConfigurationError, DerError } from "../errors.ts";
import { decryptPkcs8, encryptPkcs8 } from "./password-encryption.ts";

/**
 * Generates a private key.
 *
 * @param specification - Default: an EC key on P-256, which signs thirty times faster than P-384 and is accepted everywhere.
 */
export async function generatePrivateKey(
  specification: KeySpecification = { type: "ec", curve: "P-256" },
): Promise<PrivateKey> {
  return cryptoProvider.generatePrivateKey(specification);
}

/** Writes a private key as unencrypted PKCS#8 PEM (RFC 7468 section 10); whoever holds the text holds the key. */
export async function encodePrivateKeyPem(key: PrivateKey): Promise<string> {
  return encodePem("PRIVATE KEY", await key.exportPkcs8());
}

/**
 * Writes a private key as encrypted PKCS#8 PEM: PBES2 with PBKDF2-HMAC-SHA256 (600 000 rounds) and AES-256-CBC.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: an empty passphrase.
 * @see RFC 7468 section 11, RFC 8018 section 6.2
 */
export async function encryptPrivateKeyPem(key: PrivateKey, passphrase: string): Promise<string> {
  if (passphrase === "")
    throw new ConfigurationError("ERR_OPTION_INVALID", "the passphrase for a private key is empty");
  return encodePem("ENCRYPTED PRIVATE KEY", await encryptPkcs8(await key.exportPkcs8(), passphrase));
}

/**
 * Reads a private key from PEM text that holds exactly one: PKCS#8, plain or encrypted; on Node also SEC 1
 * (`EC PRIVATE KEY`), PKCS#1 (`RSA PRIVATE KEY`) and the older `DEK-Info` encryption.
 *
 * @param passphrase - Ignored when the key is not encrypted.
 * @throws {ConfigurationError} `ERR_PASSPHRASE_WRONG` (wrong or missing), `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`.
 */
export async function decodePrivateKeyPem(pem: string, passphrase?: string): Promise<PrivateKey> {
  try {
    const blocks = readPemBlocks(pem).filter(({ label }) => label !== "EC PARAMETERS");
    const [block] = blocks;
    if (block === undefined || blocks.length !== 1)
      throw new DerError(`${blocks.length} PEM blocks, expected one private key`);
    if (block.label === "PRIVATE KEY") return await cryptoProvider.importPkcs8(decodePemBlock(block));
    if (block.label !== "ENCRYPTED PRIVATE KEY")
      return await cryptoProvider.importForeignPem(pem, passphrase);
    return await decodeEncrypted(pem, decodePemBlock(block), passphrase);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw new ConfigurationError("ERR_KEY_MALFORMED", `the private key is malformed: ${cause.message}`, {
      cause,
    });
  }
}

async function decodeEncrypted(
  pem: string,
  der: Uint8Array,
  passphrase: string | undefined,
): Promise<PrivateKey> {
  if (passphrase === undefined)
    throw wrongPassphrase("the private key is encrypted and no passphrase is given");
  const decrypted = await decryptPkcs8(der, passphrase);
  if (decrypted.outcome === "unsupportedScheme") return cryptoProvider.importForeignPem(pem, passphrase);
  if (decrypted.outcome === "wrongPassphrase")
    throw wrongPassphrase("the passphrase does not open the private key");
  try {
    return await cryptoProvider.importPkcs8(decrypted.pkcs8);
  } catch (cause) {
    if (cause instanceof CaError && cause.code === "ERR_KEY_UNSUPPORTED") throw cause;
    throw wrongPassphrase("the passphrase does not open the private key", cause);
  }
}

function wrongPassphrase(message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError("ERR_PASSPHRASE_WRONG", message, { cause });
}

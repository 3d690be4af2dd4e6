import { cryptoProvider } from "#crypto";
import { decodePemBlock, encodePem, type PemBlock, readPemBlocks } from "../asn1/pem.ts";
import type { KeySpecification, PrivateKey } from "../crypto/provider.ts";
import { CaError, ConfigurationError, DerError } from "../errors.ts";
import { decryptPkcs8, encryptPkcs8 } from "./password-encryption.ts";

/**
 * Generates a private key.
 *
 * @param specification - Default: an EC key on P-256, which signs thirty times faster than P-384 and is accepted everywhere.
 * @throws {ConfigurationError} `ERR_KEY_UNSUPPORTED`: the runtime does not have the algorithm; Node has ML-DSA from 24.7.
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
 * (`EC PRIVATE KEY`), PKCS#1 (`RSA PRIVATE KEY`) and the older `DEK-Info` encryption with AES or 3DES.
 *
 * Encrypted PKCS#8 is PBES2 with AES-CBC and PBKDF2 (HMAC with SHA-1, SHA-256, SHA-384, SHA-512) everywhere; on Node also
 * with scrypt, 3DES and what else its OpenSSL reads. A passphrase that would take more than ten million rounds or 256 MiB
 * is refused before anything is computed. DES and RC2 are in OpenSSL's legacy provider, which Node loads only when told to
 * (`--openssl-legacy-provider`).
 *
 * @param passphrase - Taken as it is: whoever reads it from a file takes the line end off. Ignored when the key is not
 * encrypted.
 * @throws {ConfigurationError} `ERR_PASSPHRASE_WRONG` (wrong or missing), `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`.
 * @see RFC 7468 sections 10, 11 and 13, RFC 8018, RFC 7914, RFC 9881 section 6
 */
export async function decodePrivateKeyPem(pem: string, passphrase?: string): Promise<PrivateKey> {
  try {
    const blocks = readPemBlocks(pem).filter(({ label }) => label !== "EC PARAMETERS");
    const [block] = blocks;
    if (block === undefined || blocks.length !== 1)
      throw new DerError(`${blocks.length} PEM blocks, expected one private key`);
    return await decodeBlock(block, passphrase);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw new ConfigurationError("ERR_KEY_MALFORMED", `the private key is malformed: ${cause.message}`, {
      cause,
    });
  }
}

async function decodeBlock(block: PemBlock, passphrase: string | undefined): Promise<PrivateKey> {
  switch (block.label) {
    case "PRIVATE KEY":
      return cryptoProvider.importPkcs8(decodePemBlock(block));
    case "ENCRYPTED PRIVATE KEY":
      return decodeEncrypted(decodePemBlock(block), passphrase);
    case "OPENSSH PRIVATE KEY":
      throw new ConfigurationError(
        "ERR_KEY_UNSUPPORTED",
        "the private key is in OpenSSH's own format; ssh-keygen -p -m PKCS8 rewrites it",
      );
    default:
      // Written anew, so that the platform sees the block that was found here and nothing around it.
      return cryptoProvider.importForeignPem(
        `-----BEGIN ${block.label}-----\n${block.body}\n-----END ${block.label}-----\n`,
        passphrase,
      );
  }
}

async function decodeEncrypted(der: Uint8Array, passphrase: string | undefined): Promise<PrivateKey> {
  if (passphrase === undefined)
    throw wrongPassphrase("the private key is encrypted and no passphrase is given");
  const decrypted = await decryptPkcs8(der, passphrase);
  if (decrypted.outcome === "unsupportedScheme")
    return cryptoProvider.importForeignPem(encodePem("ENCRYPTED PRIVATE KEY", der), passphrase);
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

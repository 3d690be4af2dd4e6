import { cryptoProvider } from "#crypto";
import { readDer, readOctetString, readSequence } from "../asn1/der-reader.ts";
import {
  encodedNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSmallInteger,
} from "../asn1/der-writer.ts";
import { digestOids, pkcs12Oids } from "../asn1/oids.ts";
import { ConfigurationError } from "../errors.ts";
import { encryptPkcs8 } from "../key/password-encryption.ts";
import { hmac } from "./hmac.ts";
import { derivePkcs12Key, type Pkcs12Digest } from "./pkcs12-key-derivation.ts";

/** How a PKCS#12 file keeps its secrets and shows that nobody changed it. */
export interface Protection {
  /** Encrypts under a salt of its own; `algorithm` is the AlgorithmIdentifier DER. */
  readonly encrypt: (plaintext: Uint8Array) => Promise<{ algorithm: Uint8Array; ciphertext: Uint8Array }>;
  /** Authenticates the AuthenticatedSafe; answers MacData DER. */
  readonly mac: (authenticatedSafe: Uint8Array) => Promise<Uint8Array>;
}

/**
 * As many rounds as the encryption has: whoever guesses passwords does so where a guess is cheapest, so a MAC with the usual 2048
 * would undo all that PBKDF2 adds.
 */
const modernMacIterations = 600_000;

/** What OpenSSL, Windows and macOS write themselves; more would not save SHA-1 and triple DES, and old readers may balk. */
const legacyIterations = 2048;

/** PBES2 as for private key files, and a MAC with HMAC-SHA-256. */
export function modernProtection(password: string): Protection {
  return {
    async encrypt(plaintext) {
      // EncryptedPrivateKeyInfo is the same pair of algorithm and ciphertext, whatever the plaintext is.
      const [algorithm, ciphertext] = readSequence(
        readDer(await encryptPkcs8(plaintext, password)),
        "PBES2 encryption",
      );
      return {
        algorithm: algorithm?.encoded ?? new Uint8Array(),
        ciphertext: readOctetString(ciphertext, "PBES2 ciphertext"),
      };
    },
    mac: (content) => encodeMac({ hash: "sha-256", password, iterations: modernMacIterations, content }),
  };
}

/**
 * Triple DES with three keys, and a MAC with HMAC-SHA-1 (RFC 7292 appendix C).
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the platform has no triple DES.
 */
export function legacyProtection(password: string): Protection {
  const { encryptTripleDesCbc } = cryptoProvider;
  if (encryptTripleDesCbc === undefined)
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      'compatibility is "legacy", and this platform has no triple DES: only "modern" can be written here',
    );
  return {
    async encrypt(plaintext) {
      const salt = cryptoProvider.randomBytes(8);
      const derive = (purpose: "encryption" | "initialization", length: number): Promise<Uint8Array> =>
        derivePkcs12Key({ hash: "sha-1", purpose, password, salt, iterations: legacyIterations, length });
      const parameters = encodeSequence(encodeOctetString(salt), encodeSmallInteger(legacyIterations));
      return {
        algorithm: encodeSequence(encodeOid(pkcs12Oids.pbeWithShaAnd3KeyTripleDesCbc), parameters),
        ciphertext: encryptTripleDesCbc(
          await derive("encryption", 24),
          await derive("initialization", 8),
          plaintext,
        ),
      };
    },
    mac: (content) => encodeMac({ hash: "sha-1", password, iterations: legacyIterations, content }),
  };
}

/** MacData (RFC 7292 section 4 and appendix A). */
async function encodeMac({
  hash,
  password,
  iterations,
  content,
}: {
  hash: Pkcs12Digest;
  password: string;
  iterations: number;
  content: Uint8Array;
}): Promise<Uint8Array> {
  const salt = cryptoProvider.randomBytes(16);
  const length = hash === "sha-1" ? 20 : 32;
  const key = await derivePkcs12Key({ hash, purpose: "integrity", password, salt, iterations, length });
  const digestInfo = encodeSequence(
    encodeSequence(encodeOid(digestOids[hash]), encodedNull),
    encodeOctetString(await hmac(hash, key, content)),
  );
  return encodeSequence(digestInfo, encodeOctetString(salt), encodeSmallInteger(iterations));
}

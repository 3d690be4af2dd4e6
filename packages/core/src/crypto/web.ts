import { ConfigurationError, RequestError } from "../errors.ts";
import { ecdsaDerToRaw, ecdsaRawToDer } from "./ecdsa-signature.ts";
import { privateKeyAlgorithm } from "./pkcs8-algorithm.ts";
import type {
  CryptoProvider,
  DigestAlgorithm,
  KeyAlgorithm,
  KeySpecification,
  PrivateKey,
  PublicKey,
  SignatureAlgorithm,
} from "./provider.ts";

/** {@link CryptoProvider} over WebCrypto, for runtimes without node:crypto; everything but chance is asynchronous. */
export const cryptoProvider: CryptoProvider = Object.freeze({
  randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  digest: async (algorithm: DigestAlgorithm, data: Uint8Array) =>
    new Uint8Array(await crypto.subtle.digest(algorithm.toUpperCase(), own(data))),
  async importHmacKey(key: Uint8Array) {
    const secret = await crypto.subtle.importKey("raw", own(key), { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
    ]);
    return async (data: Uint8Array) => new Uint8Array(await crypto.subtle.sign("HMAC", secret, own(data)));
  },
  timingSafeEqual(left: Uint8Array, right: Uint8Array) {
    if (left.length !== right.length) return false;
    let difference = 0;
    for (const [index, octet] of left.entries()) difference |= octet ^ (right[index] ?? 0);
    return difference === 0;
  },
  importPublicKey,
  generatePrivateKey,
  importPkcs8,
  importForeignPem() {
    throw new ConfigurationError(
      "ERR_KEY_UNSUPPORTED",
      "this runtime reads private keys as PKCS#8 only, plain or with PBES2",
    );
  },
  async pbkdf2({ hash, password, salt, iterations, length }: Parameters<CryptoProvider["pbkdf2"]>[0]) {
    const key = await crypto.subtle.importKey("raw", own(password), "PBKDF2", false, ["deriveBits"]);
    const parameters = { name: "PBKDF2", hash: hash.toUpperCase(), salt: own(salt), iterations };
    return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, length * 8));
  },
  async encryptAesCbc(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array) {
    const aes = await crypto.subtle.importKey("raw", own(key), "AES-CBC", false, ["encrypt"]);
    return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv: own(iv) }, aes, own(plaintext)));
  },
  async decryptAesCbc(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array) {
    const aes = await crypto.subtle.importKey("raw", own(key), "AES-CBC", false, ["decrypt"]);
    return crypto.subtle.decrypt({ name: "AES-CBC", iv: own(iv) }, aes, own(ciphertext)).then(
      (plaintext) => new Uint8Array(plaintext),
      () => undefined,
    );
  },
});

/** WebCrypto's types want an array over its own ArrayBuffer; a copy is the price. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function importParameters(
  algorithm: KeyAlgorithm,
  signature: SignatureAlgorithm,
): EcKeyImportParams | RsaHashedImportParams | Algorithm {
  if (algorithm.type === "ec") return { name: "ECDSA", namedCurve: algorithm.curve };
  if (algorithm.type === "ed25519") return { name: "Ed25519" };
  const name = signature === "rsa-pss-sha256" ? "RSA-PSS" : "RSASSA-PKCS1-v1_5";
  return { name, hash: hashName(signature) };
}

function signParameters(
  algorithm: KeyAlgorithm,
  signature: SignatureAlgorithm,
): EcdsaParams | RsaPssParams | Algorithm {
  if (algorithm.type === "ec") return { name: "ECDSA", hash: hashName(signature) };
  if (algorithm.type === "ed25519") return { name: "Ed25519" };
  return signature === "rsa-pss-sha256" ? { name: "RSA-PSS", saltLength: 32 } : { name: "RSASSA-PKCS1-v1_5" };
}

function hashName(signature: SignatureAlgorithm): string {
  return `SHA-${signature.slice(-3)}`;
}

async function importPublicKey(spki: Uint8Array, algorithm: KeyAlgorithm): Promise<PublicKey> {
  // WebCrypto binds RSA keys to one hash, so the key is imported again for each signature algorithm it meets.
  const importFor = (signature: SignatureAlgorithm): Promise<CryptoKey> =>
    crypto.subtle.importKey("spki", own(spki), importParameters(algorithm, signature), true, ["verify"]);
  await importFor(algorithm.type === "rsa" ? "rsa-pkcs1-sha256" : "ecdsa-sha256").catch((cause: unknown) => {
    throw new RequestError("ERR_KEY_MALFORMED", `the platform refuses the ${algorithm.type} public key`, {
      cause,
    });
  });
  return Object.freeze({
    algorithm,
    async verify(signatureAlgorithm: SignatureAlgorithm, data: Uint8Array, signature: Uint8Array) {
      if (!signatureAlgorithm.startsWith(algorithm.type === "ec" ? "ecdsa-" : algorithm.type)) return false;
      const raw = algorithm.type === "ec" ? ecdsaDerToRaw(signature, algorithm.curve) : signature;
      if (raw === undefined) return false;
      const key = await importFor(signatureAlgorithm);
      return crypto.subtle.verify(signParameters(algorithm, signatureAlgorithm), key, own(raw), own(data));
    },
  });
}

async function generatePrivateKey(specification: KeySpecification): Promise<PrivateKey> {
  const parameters =
    specification.type === "rsa"
      ? {
          name: "RSASSA-PKCS1-v1_5",
          hash: "SHA-256",
          modulusLength: specification.bits,
          publicExponent: Uint8Array.of(1, 0, 1),
        }
      : importParameters(specification, "ecdsa-sha256");
  const pair = await crypto.subtle.generateKey(parameters, true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new TypeError("the platform generated no key pair");
  return importPkcs8(new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)));
}

async function importPkcs8(pkcs8: Uint8Array): Promise<PrivateKey> {
  const algorithm = privateKeyAlgorithm(pkcs8);
  const importFor = (signature: SignatureAlgorithm): Promise<CryptoKey> =>
    crypto.subtle.importKey("pkcs8", own(pkcs8), importParameters(algorithm, signature), true, ["sign"]);
  const key = await importFor("rsa-pkcs1-sha256").catch((cause: unknown) => {
    throw new ConfigurationError(
      "ERR_KEY_MALFORMED",
      "the private key is not PKCS#8 that the platform can read",
      { cause },
    );
  });
  const publicKey = await exportPublicHalf(key, algorithm);
  return Object.freeze({
    algorithm: publicKey.algorithm,
    publicKey: publicKey.spki,
    async sign(signatureAlgorithm: SignatureAlgorithm, data: Uint8Array) {
      const raw = await crypto.subtle.sign(
        signParameters(algorithm, signatureAlgorithm),
        await importFor(signatureAlgorithm),
        own(data),
      );
      return algorithm.type === "ec" ? ecdsaRawToDer(new Uint8Array(raw)) : new Uint8Array(raw);
    },
    exportPkcs8: () => own(pkcs8),
  });
}

/** WebCrypto derives no public key from a private one; the JWK of the private key holds both halves. */
async function exportPublicHalf(
  key: CryptoKey,
  algorithm: KeyAlgorithm,
): Promise<{ algorithm: KeyAlgorithm; spki: Uint8Array }> {
  const { kty, crv, x, y, n, e } = await crypto.subtle.exportKey("jwk", key);
  const jwk = Object.fromEntries(
    Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined),
  );
  const publicKey = await crypto.subtle.importKey(
    "jwk",
    jwk,
    importParameters(algorithm, "rsa-pkcs1-sha256"),
    true,
    ["verify"],
  );
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
  const bits = "modulusLength" in publicKey.algorithm ? Number(publicKey.algorithm.modulusLength) : 0;
  return { algorithm: algorithm.type === "rsa" ? { type: "rsa", bits } : algorithm, spki };
}

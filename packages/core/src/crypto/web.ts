import { ConfigurationError, RequestError } from "../errors.ts";
import { curves, keyFitsSignature, nameOfKey, signatureAlgorithmFor } from "./algorithms.ts";
import { ecdsaDerToRaw, ecdsaRawToDer } from "./ecdsa-signature.ts";
import { type MlDsaPrivateKey, readMlDsaPrivateKey } from "./ml-dsa-private-key.ts";
import { isOnCurve } from "./on-curve.ts";
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
import { keyParameters, signParameters } from "./web-parameters.ts";

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
      "this runtime reads private keys as PKCS#8 only, plain or with PBES2, PBKDF2 and AES-CBC",
    );
  },
  async pbkdf2({ hash, password, salt, iterations, length }: Parameters<CryptoProvider["pbkdf2"]>[0]) {
    const key = await crypto.subtle.importKey("raw", own(password), "PBKDF2", false, ["deriveBits"]);
    const parameters = { name: "PBKDF2", hash: hash.toUpperCase(), salt: own(salt), iterations };
    return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, length * 8));
  },
  scrypt: undefined,
  encryptTripleDesCbc: undefined,
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

async function importPublicKey(spki: Uint8Array, algorithm: KeyAlgorithm): Promise<PublicKey> {
  // WebCrypto binds RSA keys to one hash, so the key is imported again for each signature algorithm it meets.
  const importFor = (signature: SignatureAlgorithm): Promise<CryptoKey> =>
    crypto.subtle.importKey("spki", own(spki), keyParameters(algorithm, signature), true, ["verify"]);
  assertOnCurve(spki, algorithm);
  await importFor(signatureAlgorithmFor(algorithm)).catch((cause: unknown) => {
    throw isUnsupported(cause)
      ? new RequestError("ERR_KEY_UNSUPPORTED", absent(algorithm), { cause })
      : new RequestError("ERR_KEY_MALFORMED", refused(algorithm, "public"), { cause });
  });
  return Object.freeze({
    algorithm,
    async verify(signatureAlgorithm: SignatureAlgorithm, data: Uint8Array, signature: Uint8Array) {
      if (!keyFitsSignature(algorithm, signatureAlgorithm)) return false;
      const raw = algorithm.type === "ec" ? ecdsaDerToRaw(signature, algorithm.curve) : signature;
      if (raw === undefined) return false;
      const key = await importFor(signatureAlgorithm);
      return crypto.subtle.verify(signParameters(signatureAlgorithm), key, own(raw), own(data));
    },
  });
}

/** WebCrypto wants the platform to check this; it costs little next to trusting that every platform does. */
function assertOnCurve(spki: Uint8Array, algorithm: KeyAlgorithm): void {
  if (algorithm.type !== "ec") return;
  const point = spki.subarray(-2 * curves[algorithm.curve].coordinateLength);
  if (!isOnCurve(algorithm.curve, point))
    throw new RequestError("ERR_KEY_MALFORMED", `the public key is not a point of ${algorithm.curve}`);
}

function isUnsupported(cause: unknown): boolean {
  return cause instanceof Error && cause.name === "NotSupportedError";
}

function absent(algorithm: KeyAlgorithm): string {
  return `the WebCrypto of this runtime does not have ${nameOfKey(algorithm)}`;
}

function refused(algorithm: KeyAlgorithm, half: "public" | "private"): string {
  return `the platform refuses the ${nameOfKey(algorithm)} ${half} key`;
}

async function generatePrivateKey(specification: KeySpecification): Promise<PrivateKey> {
  const parameters = keyParameters(specification, signatureAlgorithmFor(specification));
  const pair = await crypto.subtle
    .generateKey({ ...parameters, ...rsaSize(specification) }, true, ["sign", "verify"])
    .catch((cause: unknown) => {
      throw isUnsupported(cause)
        ? new ConfigurationError("ERR_KEY_UNSUPPORTED", absent(specification), { cause })
        : cause;
    });
  if (!("privateKey" in pair)) throw new TypeError("the platform generated no key pair");
  return importPkcs8(new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)));
}

function rsaSize(specification: KeySpecification): Partial<RsaKeyGenParams> {
  return specification.type === "rsa"
    ? { modulusLength: specification.bits, publicExponent: Uint8Array.of(1, 0, 1) }
    : {};
}

async function importPkcs8(pkcs8: Uint8Array): Promise<PrivateKey> {
  const algorithm = privateKeyAlgorithm(pkcs8);
  const { der, recommended } =
    algorithm.type === "ml-dsa" ? readSeededKey(pkcs8, algorithm) : { der: pkcs8, recommended: pkcs8 };
  const importFor = (signature: SignatureAlgorithm): Promise<CryptoKey> =>
    crypto.subtle.importKey("pkcs8", own(der), keyParameters(algorithm, signature), true, ["sign"]);
  const key = await importFor(signatureAlgorithmFor(algorithm)).catch((cause: unknown) => {
    throw isUnsupported(cause)
      ? new ConfigurationError("ERR_KEY_UNSUPPORTED", absent(algorithm), { cause })
      : new ConfigurationError("ERR_KEY_MALFORMED", refused(algorithm, "private"), { cause });
  });
  return Object.freeze({
    algorithm,
    publicKey: await exportPublicHalf(key, algorithm),
    async sign(signatureAlgorithm: SignatureAlgorithm, data: Uint8Array) {
      const raw = await crypto.subtle.sign(
        signParameters(signatureAlgorithm),
        await importFor(signatureAlgorithm),
        own(data),
      );
      return algorithm.type === "ec" ? ecdsaRawToDer(new Uint8Array(raw)) : new Uint8Array(raw);
    },
    exportPkcs8: () => own(recommended),
  });
}

function readSeededKey(
  pkcs8: Uint8Array,
  { parameterSet }: KeyAlgorithm & { readonly type: "ml-dsa" },
): MlDsaPrivateKey {
  const key = readMlDsaPrivateKey(pkcs8, parameterSet);
  if (key.form !== "expandedKey") return key;
  throw new ConfigurationError(
    "ERR_KEY_UNSUPPORTED",
    `the ML-DSA-${parameterSet} private key is an expanded key without its seed, which WebCrypto does not read`,
  );
}

/** WebCrypto derives no public key from a private one; the JWK of the private key holds both halves. */
async function exportPublicHalf(privateKey: CryptoKey, algorithm: KeyAlgorithm): Promise<Uint8Array> {
  const jwk = await crypto.subtle.exportKey("jwk", privateKey);
  const publicJwk = Object.fromEntries(
    Object.entries(jwk).filter(([member]) => publicMembers[algorithm.type].includes(member)),
  );
  const parameters = keyParameters(algorithm, signatureAlgorithmFor(algorithm));
  const publicKey = await crypto.subtle.importKey("jwk", publicJwk, parameters, true, ["verify"]);
  return new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
}

/** Members of public keys (RFC 7518 section 6, RFC 8037 section 2, RFC 9964 section 3). */
const publicMembers: Readonly<Record<KeyAlgorithm["type"], readonly string[]>> = {
  rsa: ["kty", "n", "e"],
  ec: ["kty", "crv", "x", "y"],
  ed25519: ["kty", "crv", "x"],
  "ml-dsa": ["kty", "alg", "pub"],
};

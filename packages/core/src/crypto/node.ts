import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPair,
  hash,
  type KeyObject,
  pbkdf2,
  randomBytes,
  type SignKeyObjectInput,
  scrypt,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { promisify } from "node:util";
import { encodePem } from "../asn1/pem.ts";
import { ConfigurationError, RequestError } from "../errors.ts";
import { keyFitsSignature, nameOfKey, signatureAlgorithms } from "./algorithms.ts";
import { encodeMlDsaSeed, readMlDsaPrivateKey } from "./ml-dsa-private-key.ts";
import { privateKeyAlgorithm } from "./pkcs8-algorithm.ts";
import type {
  CryptoProvider,
  DigestAlgorithm,
  KeyAlgorithm,
  KeySpecification,
  MlDsaParameterSet,
  PrivateKey,
  PublicKey,
  SignatureAlgorithm,
} from "./provider.ts";

/** {@link CryptoProvider} over node:crypto; verification, hashing and elliptic curve signatures are synchronous. */
export const cryptoProvider: CryptoProvider = Object.freeze({
  randomBytes: (length: number) => randomBytes(length),
  digest,
  importHmacKey(key: Uint8Array) {
    const secret = createSecretKey(key);
    return (data: Uint8Array) => createHmac("sha256", secret).update(data).digest();
  },
  timingSafeEqual: (left: Uint8Array, right: Uint8Array) =>
    left.length === right.length && timingSafeEqual(left, right),
  importPublicKey,
  generatePrivateKey,
  importPkcs8,
  importForeignPem,
  pbkdf2: ({ hash, password, salt, iterations, length }: Parameters<CryptoProvider["pbkdf2"]>[0]) =>
    promisify(pbkdf2)(password, salt, iterations, length, nodeDigests[hash]),
  scrypt: deriveByScrypt,
  encryptTripleDesCbc(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array) {
    const cipher = createCipheriv("des-ede3-cbc", key, iv);
    return Buffer.concat([cipher.update(plaintext), cipher.final()]);
  },
  encryptAesCbc(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array) {
    const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, iv);
    return Buffer.concat([cipher.update(plaintext), cipher.final()]);
  },
  decryptAesCbc(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array) {
    const decipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, iv);
    try {
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
    } catch {
      return undefined; // wrong padding or length: the one thing that a wrong password looks like
    }
  },
});

/** By way of text: asked for octets, Node makes a Buffer of them outside of the heap, which takes three times as long. */
function digest(algorithm: DigestAlgorithm, data: Uint8Array): Uint8Array {
  const text = hash(nodeDigests[algorithm], data, "binary");
  const octets = new Uint8Array(text.length);
  for (let index = 0; index < octets.length; index += 1) octets[index] = text.charCodeAt(index);
  return octets;
}

const nodeDigests: Readonly<Record<DigestAlgorithm, string>> = {
  "sha-1": "sha1",
  "sha-256": "sha256",
  "sha-384": "sha384",
  "sha-512": "sha512",
};

/** Undefined where the scheme does its own hashing. */
function hashFor(algorithm: SignatureAlgorithm): string | undefined {
  const { hash } = signatureAlgorithms[algorithm];
  return hash && nodeDigests[hash];
}

function importPublicKey(spki: Uint8Array, algorithm: KeyAlgorithm): PublicKey {
  const key = readPublicKey(spki, algorithm);
  return Object.freeze({
    algorithm,
    verify: (signatureAlgorithm: SignatureAlgorithm, data: Uint8Array, signature: Uint8Array) =>
      keyFitsSignature(algorithm, signatureAlgorithm) &&
      verify(hashFor(signatureAlgorithm), data, keyInput(key, signatureAlgorithm), signature),
  });
}

function readPublicKey(spki: Uint8Array, algorithm: KeyAlgorithm): KeyObject {
  try {
    // As PEM text: twice as fast as DER on Node 24, which walks a chain of decoders for DER.
    return knownToPlatform(createPublicKey(encodePem("PUBLIC KEY", spki)), algorithm);
  } catch (cause) {
    // Any octets of the right length are a public key of ML-DSA: what the platform refuses is the algorithm.
    throw algorithm.type === "ml-dsa"
      ? new RequestError("ERR_KEY_UNSUPPORTED", absent(algorithm), { cause })
      : new RequestError("ERR_KEY_MALFORMED", `the platform refuses the ${nameOfKey(algorithm)} public key`, {
          cause,
        });
  }
}

/** Node can have read a key through OpenSSL without knowing what to do with it. */
function knownToPlatform(key: KeyObject, algorithm: KeyAlgorithm): KeyObject {
  if (algorithm.type !== "ml-dsa" || key.asymmetricKeyType === `ml-dsa-${algorithm.parameterSet}`) return key;
  throw new Error(`the platform reports a key of type ${key.asymmetricKeyType}`);
}

function absent(algorithm: KeyAlgorithm): string {
  return `this runtime does not have ${nameOfKey(algorithm)}; Node has it from 24.7`;
}

/** A bare KeyObject wherever possible: a wrapper object costs 20 us a call on Node 24. */
function keyInput(key: KeyObject, algorithm: SignatureAlgorithm): KeyObject | SignKeyObjectInput {
  const { saltLength } = signatureAlgorithms[algorithm];
  return saltLength === undefined ? key : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
}

async function generatePrivateKey(specification: KeySpecification): Promise<PrivateKey> {
  try {
    const { privateKey } = await generatePair(specification);
    return wrapPrivateKey(knownToPlatform(privateKey, specification), Object.freeze({ ...specification }));
  } catch (cause) {
    if (specification.type !== "ml-dsa") throw cause;
    throw new ConfigurationError("ERR_KEY_UNSUPPORTED", absent(specification), { cause });
  }
}

function generatePair(specification: KeySpecification): Promise<{ privateKey: KeyObject }> {
  switch (specification.type) {
    case "rsa":
      return promisify(generateKeyPair)("rsa", { modulusLength: specification.bits, publicExponent: 65537 });
    case "ec":
      return promisify(generateKeyPair)("ec", { namedCurve: specification.curve });
    case "ed25519":
      return promisify(generateKeyPair)("ed25519");
    case "ml-dsa":
      return promisify(generateKeyPair)(`ml-dsa-${specification.parameterSet}`);
  }
}

function importPkcs8(pkcs8: Uint8Array): PrivateKey {
  const algorithm = privateKeyAlgorithm(pkcs8);
  // OpenSSL reads the forms of older drafts too; only those of the RFC come through to it.
  const der = algorithm.type === "ml-dsa" ? readMlDsaPrivateKey(pkcs8, algorithm.parameterSet).der : pkcs8;
  try {
    return wrapPrivateKey(knownToPlatform(readPkcs8(der), algorithm), algorithm);
  } catch (cause) {
    throw algorithm.type === "ml-dsa" && !hasMlDsa(algorithm.parameterSet)
      ? new ConfigurationError("ERR_KEY_UNSUPPORTED", absent(algorithm), { cause })
      : new ConfigurationError(
          "ERR_KEY_MALFORMED",
          `the platform refuses the ${nameOfKey(algorithm)} private key`,
          { cause },
        );
  }
}

function readPkcs8(der: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
}

/** Whether the platform reads a key that is known to be good; asked only when it has refused another. */
function hasMlDsa(parameterSet: MlDsaParameterSet): boolean {
  try {
    const good = readPkcs8(encodeMlDsaSeed(parameterSet, new Uint8Array(32)));
    return knownToPlatform(good, { type: "ml-dsa", parameterSet }) === good;
  } catch {
    return false;
  }
}

function importForeignPem(pem: string, passphrase: string | undefined): PrivateKey {
  return importPkcs8(readForeignPem(pem, passphrase).export({ format: "der", type: "pkcs8" }));
}

function readForeignPem(pem: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase });
  } catch (cause) {
    throw foreignPemError(cause, /ENCRYPTED/.test(pem), passphrase);
  }
}

function foreignPemError(
  cause: unknown,
  encrypted: boolean,
  passphrase: string | undefined,
): ConfigurationError {
  if (!encrypted)
    return new ConfigurationError(
      "ERR_KEY_MALFORMED",
      "the private key is not in a PEM form that the platform can read",
      { cause },
    );
  if (isError(cause, "ERR_OSSL_EVP_UNSUPPORTED"))
    return new ConfigurationError(
      "ERR_KEY_UNSUPPORTED",
      "the private key is encrypted with a cipher that this platform does not have, such as DES or RC2",
      { cause },
    );
  return new ConfigurationError(
    "ERR_PASSPHRASE_WRONG",
    passphrase === undefined
      ? "the private key is encrypted and no passphrase is given"
      : "the passphrase does not open the private key",
    { cause },
  );
}

function isError(cause: unknown, code: string): boolean {
  return cause instanceof Error && "code" in cause && cause.code === code;
}

function wrapPrivateKey(key: KeyObject, algorithm: KeyAlgorithm): PrivateKey {
  return Object.freeze({
    algorithm,
    publicKey: createPublicKey(key).export({ format: "der", type: "spki" }),
    sign(signatureAlgorithm: SignatureAlgorithm, data: Uint8Array) {
      return isQuick(algorithm)
        ? sign(hashFor(signatureAlgorithm), data, keyInput(key, signatureAlgorithm))
        : signInPool(signatureAlgorithm, data, key);
    },
    exportPkcs8() {
      const der = key.export({ format: "der", type: "pkcs8" });
      // Node 24 writes seed and expanded key, Node 26 the seed.
      return algorithm.type === "ml-dsa" ? readMlDsaPrivateKey(der, algorithm.parameterSet).recommended : der;
    },
  });
}

/** P-256 and Ed25519 sign in less time than a hop to the thread pool costs; everything else would block the loop. */
function isQuick(algorithm: KeyAlgorithm): boolean {
  return algorithm.type === "ed25519" || (algorithm.type === "ec" && algorithm.curve === "P-256");
}

function signInPool(algorithm: SignatureAlgorithm, data: Uint8Array, key: KeyObject): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    sign(hashFor(algorithm), data, keyInput(key, algorithm), (error, signature) => {
      if (error === null) resolve(signature);
      else reject(error);
    });
  });
}

function deriveByScrypt(options: Parameters<NonNullable<CryptoProvider["scrypt"]>>[0]): Promise<Uint8Array> {
  const { password, salt, length, cost, blockSize, parallelization } = options;
  // What OpenSSL takes: V of N blocks, B of p blocks, and two to work in (RFC 7914 section 6).
  const maxmem = 128 * blockSize * (cost + parallelization + 2);
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { cost, blockSize, parallelization, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

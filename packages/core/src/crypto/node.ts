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
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { promisify } from "node:util";
import { encodePem } from "../asn1/pem.ts";
import { ConfigurationError, RequestError } from "../errors.ts";
import type {
  CryptoProvider,
  DigestAlgorithm,
  KeyAlgorithm,
  KeySpecification,
  PrivateKey,
  PublicKey,
  SignatureAlgorithm,
} from "./provider.ts";

/** {@link CryptoProvider} over node:crypto; verification, hashing and elliptic curve signatures are synchronous. */
export const cryptoProvider: CryptoProvider = Object.freeze({
  randomBytes: (length: number) => randomBytes(length),
  digest: (algorithm: DigestAlgorithm, data: Uint8Array) => hash(nodeDigests[algorithm], data, "buffer"),
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

const nodeDigests: Readonly<Record<DigestAlgorithm, string>> = {
  "sha-1": "sha1",
  "sha-256": "sha256",
  "sha-384": "sha384",
  "sha-512": "sha512",
};

const hashOf: Readonly<Record<SignatureAlgorithm, string | undefined>> = {
  "ecdsa-sha256": "sha256",
  "ecdsa-sha384": "sha384",
  "ecdsa-sha512": "sha512",
  ed25519: undefined,
  "rsa-pkcs1-sha256": "sha256",
  "rsa-pkcs1-sha384": "sha384",
  "rsa-pkcs1-sha512": "sha512",
  "rsa-pss-sha256": "sha256",
};

function importPublicKey(spki: Uint8Array, algorithm: KeyAlgorithm): PublicKey {
  let key: KeyObject;
  try {
    // As PEM text: twice as fast as DER on Node 24, which walks a chain of decoders for DER.
    key = createPublicKey(encodePem("PUBLIC KEY", spki));
  } catch (cause) {
    throw new RequestError("ERR_KEY_MALFORMED", `the platform refuses the ${algorithm.type} public key`, {
      cause,
    });
  }
  return Object.freeze({
    algorithm,
    verify: (signatureAlgorithm: SignatureAlgorithm, data: Uint8Array, signature: Uint8Array) =>
      fits(signatureAlgorithm, algorithm) &&
      verify(hashOf[signatureAlgorithm], data, keyInput(key, signatureAlgorithm), signature),
  });
}

/** A bare KeyObject wherever possible: a wrapper object costs 20 us a call on Node 24. */
function keyInput(key: KeyObject, algorithm: SignatureAlgorithm): KeyObject | SignKeyObjectInput {
  return algorithm === "rsa-pss-sha256"
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : key;
}

async function generatePrivateKey(specification: KeySpecification): Promise<PrivateKey> {
  const { privateKey } = await generatePair(specification);
  return wrapPrivateKey(privateKey);
}

function generatePair(specification: KeySpecification): Promise<{ privateKey: KeyObject }> {
  switch (specification.type) {
    case "rsa":
      return promisify(generateKeyPair)("rsa", { modulusLength: specification.bits, publicExponent: 65537 });
    case "ec":
      return promisify(generateKeyPair)("ec", { namedCurve: specification.curve });
    case "ed25519":
      return promisify(generateKeyPair)("ed25519");
  }
}

function importPkcs8(pkcs8: Uint8Array): PrivateKey {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
  } catch (cause) {
    throw new ConfigurationError(
      "ERR_KEY_MALFORMED",
      "the private key is not PKCS#8 that the platform can read",
      { cause },
    );
  }
  return wrapPrivateKey(key);
}

function importForeignPem(pem: string, passphrase: string | undefined): PrivateKey {
  try {
    return wrapPrivateKey(createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase }));
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    throw /ENCRYPTED/.test(pem)
      ? new ConfigurationError(
          "ERR_PASSPHRASE_WRONG",
          passphrase === undefined
            ? "the private key is encrypted and no passphrase is given"
            : "the passphrase does not open the private key",
          { cause },
        )
      : new ConfigurationError(
          "ERR_KEY_MALFORMED",
          "the private key is not in a PEM form that the platform can read",
          { cause },
        );
  }
}

function wrapPrivateKey(key: KeyObject): PrivateKey {
  const algorithm = keyAlgorithmOf(key);
  return Object.freeze({
    algorithm,
    publicKey: createPublicKey(key).export({ format: "der", type: "spki" }),
    sign(signatureAlgorithm: SignatureAlgorithm, data: Uint8Array) {
      return isQuick(algorithm)
        ? sign(hashOf[signatureAlgorithm], data, keyInput(key, signatureAlgorithm))
        : signInPool(signatureAlgorithm, data, key);
    },
    exportPkcs8: () => key.export({ format: "der", type: "pkcs8" }),
  });
}

/** P-256 and Ed25519 sign in less time than a hop to the thread pool costs; everything else would block the loop. */
function isQuick(algorithm: KeyAlgorithm): boolean {
  return algorithm.type === "ed25519" || (algorithm.type === "ec" && algorithm.curve === "P-256");
}

function signInPool(algorithm: SignatureAlgorithm, data: Uint8Array, key: KeyObject): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    sign(hashOf[algorithm], data, keyInput(key, algorithm), (error, signature) => {
      if (error === null) resolve(signature);
      else reject(error);
    });
  });
}

function keyAlgorithmOf(key: KeyObject): KeyAlgorithm {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "rsa" && modulusLength !== undefined)
    return { type: "rsa", bits: modulusLength };
  if (key.asymmetricKeyType === "ed25519") return { type: "ed25519" };
  const curve = curveNames[namedCurve ?? ""];
  if (key.asymmetricKeyType === "ec" && curve !== undefined) return { type: "ec", curve };
  throw new ConfigurationError(
    "ERR_KEY_UNSUPPORTED",
    `private key type ${key.asymmetricKeyType ?? "secret"}${namedCurve === undefined ? "" : ` on ${namedCurve}`} is not one of RSA, P-256, P-384, P-521, Ed25519`,
  );
}

const curveNames: Readonly<Record<string, "P-256" | "P-384" | "P-521">> = {
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521",
};

function fits(signature: SignatureAlgorithm, key: KeyAlgorithm): boolean {
  return signature.startsWith(key.type === "ec" ? "ecdsa-" : key.type);
}

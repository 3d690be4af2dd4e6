/** A value that is there at once on Node's synchronous primitives and later on WebCrypto: always `await` it. */
export type MaybePromise<T> = T | Promise<T>;

/** Elliptic curves accepted for keys, named as in RFC 7518 section 6.2.1.1. */
export type EllipticCurve = "P-256" | "P-384" | "P-521";

/** Parameter sets of ML-DSA, by the number in their name (FIPS 204 section 4). */
export type MlDsaParameterSet = 44 | 65 | 87;

/** What kind of public key a key is; enough to choose algorithms and to judge strength. */
export type KeyAlgorithm =
  | { readonly type: "rsa"; readonly bits: number }
  | { readonly type: "ec"; readonly curve: EllipticCurve }
  | { readonly type: "ed25519" }
  | { readonly type: "ml-dsa"; readonly parameterSet: MlDsaParameterSet };

/**
 * A signature algorithm with its hash fixed, as it appears in an AlgorithmIdentifier.
 *
 * RSASSA-PSS takes one hash for the message and for MGF1, and a salt of that hash's length. ML-DSA is the pure variant with
 * an empty context; HashML-DSA has no place in certificates (RFC 9881 section 8.3).
 *
 * @see RFC 4055 sections 3.1 and 5 (RSA), RFC 5758 section 3.2 (ECDSA), RFC 8410 section 3 (Ed25519), RFC 9881 section 2
 * (ML-DSA)
 */
export type SignatureAlgorithm =
  | "ecdsa-sha256"
  | "ecdsa-sha384"
  | "ecdsa-sha512"
  | "ed25519"
  | "ml-dsa-44"
  | "ml-dsa-65"
  | "ml-dsa-87"
  | "rsa-pkcs1-sha256"
  | "rsa-pkcs1-sha384"
  | "rsa-pkcs1-sha512"
  | "rsa-pss-sha256"
  | "rsa-pss-sha384"
  | "rsa-pss-sha512";

/** Hash functions offered to the packages. SHA-1 serves key identifiers of imported issuers only, never a signature. */
export type DigestAlgorithm = "sha-1" | "sha-256" | "sha-384" | "sha-512";

/** A public key ready to verify; importing costs more than verifying, so keep it where a key is used again. */
export interface PublicKey {
  /** Kind and size of the key. */
  readonly algorithm: KeyAlgorithm;
  /**
   * Verifies a signature.
   *
   * @param signature - As X.509 carries it: ECDSA as a DER `Ecdsa-Sig-Value`, the others raw.
   * @returns False for any signature that does not verify, also for a malformed one; never throws for bad bytes.
   */
  verify(algorithm: SignatureAlgorithm, data: Uint8Array, signature: Uint8Array): MaybePromise<boolean>;
}

/** A private key in memory. Nothing prints it: its secret is in no property, only in reach of its two methods. */
export interface PrivateKey {
  readonly algorithm: KeyAlgorithm;
  /** SubjectPublicKeyInfo of the public half, DER. */
  readonly publicKey: Uint8Array;
  /** Signs; ECDSA answers a DER `Ecdsa-Sig-Value`. */
  sign(algorithm: SignatureAlgorithm, data: Uint8Array): MaybePromise<Uint8Array>;
  /**
   * Exports the key as unencrypted PKCS#8 DER (RFC 5958); the caller answers for the bytes. ML-DSA keys are written as
   * their seed alone, or as the expanded key where no seed is known (RFC 9881 section 6).
   */
  exportPkcs8(): MaybePromise<Uint8Array>;
}

/** The key kinds that can be generated. */
export type KeySpecification =
  | { readonly type: "rsa"; readonly bits: 2048 | 3072 | 4096 }
  | { readonly type: "ec"; readonly curve: EllipticCurve }
  | { readonly type: "ed25519" }
  | { readonly type: "ml-dsa"; readonly parameterSet: MlDsaParameterSet };

/**
 * The cryptography that Chancery's packages need from the platform.
 *
 * There are two implementations, over node:crypto and over WebCrypto. The `imports` condition of package.json
 * chooses one when the module loads; there is no registry and no setter.
 */
export interface CryptoProvider {
  /** Fills a new array from the platform's generator; a failing generator throws. */
  randomBytes(length: number): Uint8Array;
  digest(algorithm: DigestAlgorithm, data: Uint8Array): MaybePromise<Uint8Array>;
  /** HMAC-SHA-256 (RFC 2104) under a key that is imported once. */
  importHmacKey(key: Uint8Array): MaybePromise<(data: Uint8Array) => MaybePromise<Uint8Array>>;
  /** Compares in time that depends on the lengths only. */
  timingSafeEqual(left: Uint8Array, right: Uint8Array): boolean;
  /**
   * Imports a SubjectPublicKeyInfo whose algorithm the caller has read already.
   *
   * @throws {RequestError} `ERR_KEY_MALFORMED`: the platform refuses the key, for example a point off its curve;
   * `ERR_KEY_UNSUPPORTED`: the platform does not have the algorithm.
   */
  importPublicKey(spki: Uint8Array, algorithm: KeyAlgorithm): MaybePromise<PublicKey>;
  /** @throws {ConfigurationError} `ERR_KEY_UNSUPPORTED`: the platform does not have the algorithm. */
  generatePrivateKey(specification: KeySpecification): MaybePromise<PrivateKey>;
  /**
   * Imports PKCS#8 DER. ML-DSA keys may be a seed, an expanded key, or both where they agree (RFC 9881 section 6); over
   * WebCrypto there has to be a seed.
   *
   * @throws {ConfigurationError} `ERR_KEY_MALFORMED`: no key, or one whose parts contradict each other; `ERR_KEY_UNSUPPORTED`.
   */
  importPkcs8(pkcs8: Uint8Array): MaybePromise<PrivateKey>;
  /**
   * Imports a private key in a PEM form other than plain PKCS#8: SEC 1, PKCS#1, the older `DEK-Info` encryption, PKCS#8
   * under ciphers other than AES-CBC; whatever the platform reads. The caller has found the cost of its key derivation bearable.
   *
   * @throws {ConfigurationError} `ERR_KEY_MALFORMED`; `ERR_KEY_UNSUPPORTED` (also for a cipher that the platform does not
   * have); `ERR_PASSPHRASE_WRONG` (also when the key is encrypted and no passphrase is given).
   */
  importForeignPem(pem: string, passphrase: string | undefined): MaybePromise<PrivateKey>;
  /** PBKDF2 with HMAC of the given hash (RFC 8018 section 5.2). */
  pbkdf2(options: {
    readonly hash: DigestAlgorithm;
    readonly password: Uint8Array;
    readonly salt: Uint8Array;
    readonly iterations: number;
    readonly length: number;
  }): Promise<Uint8Array>;
  /** scrypt (RFC 7914 section 6); undefined on a platform that has none. The caller bounds its cost. */
  readonly scrypt:
    | ((options: {
        readonly password: Uint8Array;
        readonly salt: Uint8Array;
        /** N: a power of two above 1. */
        readonly cost: number;
        /** r */
        readonly blockSize: number;
        /** p */
        readonly parallelization: number;
        readonly length: number;
      }) => Promise<Uint8Array>)
    | undefined;
  /** AES-CBC with PKCS#7 padding; the key is 16, 24 or 32 octets, `iv` is 16. */
  encryptAesCbc(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): MaybePromise<Uint8Array>;
  /** @returns The plaintext, or undefined when the padding is wrong. */
  decryptAesCbc(
    key: Uint8Array,
    iv: Uint8Array,
    ciphertext: Uint8Array,
  ): MaybePromise<Uint8Array | undefined>;
  /**
   * Triple DES with three keys (24 octets) in CBC mode with PKCS#7 padding, `iv` is 8 octets: for PKCS#12 files that old
   * systems read and nothing else. Undefined on a platform that has none.
   */
  readonly encryptTripleDesCbc:
    | ((key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array) => Uint8Array)
    | undefined;
}

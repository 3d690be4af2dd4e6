import {
  ConfigurationError,
  type KeyAlgorithm,
  type MaybePromise,
  type SignatureAlgorithm,
} from "@chancery/core";
import {
  coordinateLengths,
  cryptoProvider,
  type DigestAlgorithm,
  type EllipticCurve,
  ecdsaRawToDer,
} from "@chancery/core/crypto";
import type { RsaPssParams, Slot } from "graphene-pk11";
import type { Graphene } from "./library.ts";
import { returnValueOf } from "./return-value.ts";

/** How a token makes signatures of one algorithm. */
export interface SigningMechanism {
  readonly algorithm: SignatureAlgorithm;
  /** The name after CKM_. */
  readonly name: string;
  /** CKM_*. */
  readonly type: number;
  /** Octets of the signature that the token answers. */
  readonly signatureLength: number;
  /** What the token gets to sign: the data, or the digest where the mechanism does not hash. */
  readonly prepare: (data: Uint8Array) => MaybePromise<Uint8Array>;
  /** Turns what the token answers into the signature of X.509. */
  readonly finish: (signature: Uint8Array) => Uint8Array;
}

/**
 * Chooses the mechanism for a key: the hash follows the curve, and only an RSA key leaves a choice.
 *
 * @param algorithm - Default: the first of what the key can make; PKCS#1 v1.5 with SHA-256 for RSA.
 * @param name - The key, for messages.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the key makes no such signatures, or the token does not offer them.
 */
export function chooseMechanism(
  key: KeyAlgorithm,
  algorithm: SignatureAlgorithm | undefined,
  name: string,
): SigningMechanism {
  const offered = mechanismsOf(key);
  if (offered.length === 0) {
    throw new ConfigurationError(
      "ERR_KEY_UNSUPPORTED",
      `${name} is of type ${key.type}, expected ec, ed25519 or rsa`,
    );
  }
  const [first] = offered;
  const chosen = algorithm === undefined ? first : offered.find((one) => one.algorithm === algorithm);
  if (chosen !== undefined) return chosen;
  throw new ConfigurationError(
    "ERR_OPTION_INVALID",
    `algorithm ${algorithm} does not fit ${name}: it signs with ${offered.map((one) => one.algorithm).join(", ")}`,
  );
}

/** @throws {ConfigurationError} `ERR_OPTION_INVALID`: the token does not sign with this mechanism. */
export function assertOffered(
  slot: Slot,
  { name, type }: SigningMechanism,
  { MechanismFlag }: Graphene,
): void {
  try {
    const { flags } = slot.lib.C_GetMechanismInfo(slot.handle, type);
    if ((flags & MechanismFlag.SIGN) !== 0) return;
  } catch (error) {
    if (returnValueOf(error) !== "CKR_MECHANISM_INVALID") throw error;
  }
  throw new ConfigurationError("ERR_OPTION_INVALID", `the token does not sign with CKM_${name}`);
}

/**
 * The parameters of a mechanism, as graphene-pk11 takes them: of PSS alone, whose salt is as long as the hash.
 *
 * @see RFC 4055 section 3.1
 */
export function parametersOf({ algorithm }: SigningMechanism, graphene: Graphene): RsaPssParams | null {
  const { MechanismEnum, RsaMgf, RsaPssParams } = graphene;
  switch (algorithm) {
    case "rsa-pss-sha256":
      return new RsaPssParams(MechanismEnum.SHA256, RsaMgf.MGF1_SHA256, 32);
    case "rsa-pss-sha384":
      return new RsaPssParams(MechanismEnum.SHA384, RsaMgf.MGF1_SHA384, 48);
    case "rsa-pss-sha512":
      return new RsaPssParams(MechanismEnum.SHA512, RsaMgf.MGF1_SHA512, 64);
    default:
      return null;
  }
}

const asIs = <Value>(value: Value): Value => value;

function mechanismsOf(key: KeyAlgorithm): readonly SigningMechanism[] {
  switch (key.type) {
    case "ec":
      return [ecdsa(key.curve)];
    case "ed25519":
      return [
        {
          algorithm: "ed25519",
          name: "EDDSA",
          type: 0x1057,
          signatureLength: 64,
          prepare: asIs,
          finish: asIs,
        },
      ];
    case "rsa":
      return rsaMechanisms.map((mechanism) => ({
        ...mechanism,
        signatureLength: Math.ceil(key.bits / 8),
        prepare: asIs,
        finish: asIs,
      }));
    default:
      return [];
  }
}

const rsaMechanisms: readonly Pick<SigningMechanism, "algorithm" | "name" | "type">[] = [
  { algorithm: "rsa-pkcs1-sha256", name: "SHA256_RSA_PKCS", type: 0x40 },
  { algorithm: "rsa-pkcs1-sha384", name: "SHA384_RSA_PKCS", type: 0x41 },
  { algorithm: "rsa-pkcs1-sha512", name: "SHA512_RSA_PKCS", type: 0x42 },
  { algorithm: "rsa-pss-sha256", name: "SHA256_RSA_PKCS_PSS", type: 0x43 },
  { algorithm: "rsa-pss-sha384", name: "SHA384_RSA_PKCS_PSS", type: 0x44 },
  { algorithm: "rsa-pss-sha512", name: "SHA512_RSA_PKCS_PSS", type: 0x45 },
];

const ecdsaHashes: Readonly<
  Record<EllipticCurve, { readonly algorithm: SignatureAlgorithm; readonly digest: DigestAlgorithm }>
> = {
  "P-256": { algorithm: "ecdsa-sha256", digest: "sha-256" },
  "P-384": { algorithm: "ecdsa-sha384", digest: "sha-384" },
  "P-521": { algorithm: "ecdsa-sha512", digest: "sha-512" },
};

/** CKM_ECDSA takes a digest and is on every token; the mechanisms that hash as well are not. */
function ecdsa(curve: EllipticCurve): SigningMechanism {
  const { algorithm, digest } = ecdsaHashes[curve];
  return {
    algorithm,
    name: "ECDSA",
    type: 0x1041,
    signatureLength: 2 * coordinateLengths[curve],
    prepare: (data) => cryptoProvider.digest(digest, data),
    finish: ecdsaRawToDer,
  };
}

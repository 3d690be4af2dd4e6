import { ConfigurationError, type KeySpecification } from "@chancery/core";
import { encodeOid } from "@chancery/core/asn1";
import type { IKeyPair, ITemplate, Session } from "graphene-pk11";
import { curveOids } from "./public-key.ts";
import { returnValueOf } from "./return-value.ts";

/** The kinds of keys that can be generated on a token, where it knows them. */
export type Pkcs11KeySpecification = Extract<KeySpecification, { readonly type: "ec" | "ed25519" | "rsa" }>;

/**
 * Generates a key pair in a read-write session (C_GenerateKeyPair), in a thread of its own.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the token does not generate such keys.
 */
export async function generateKeyPair(
  session: Session,
  key: Pkcs11KeySpecification,
  { keyLabel, keyId }: { readonly keyLabel: string; readonly keyId: Uint8Array },
): Promise<IKeyPair> {
  const names = { token: true, label: keyLabel, id: Buffer.from(keyId) };
  const generation = generationOf(key);
  const publicTemplate = {
    ...names,
    keyType: generation.keyType,
    verify: true,
    ...generation.publicTemplate,
  };
  const privateTemplate = {
    ...names,
    keyType: generation.keyType,
    private: true,
    sensitive: true,
    extractable: false,
    sign: true,
    ...generation.privateTemplate,
  };
  try {
    return await generateInThread(session, generation.mechanism, publicTemplate, privateTemplate);
  } catch (cause) {
    const answer = returnValueOf(cause);
    if (!refusals.has(answer ?? "")) throw cause;
    const kind = key.type === "rsa" ? `RSA with ${key.bits} bits` : key.type === "ec" ? key.curve : "Ed25519";
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `the token does not generate keys of ${kind}: ${answer}`,
      {
        cause,
      },
    );
  }
}

/** How keys of a kind are generated; what a private key of the kind could do besides signing is switched off. */
interface Generation {
  /** CKM_*_KEY_PAIR_GEN. */
  readonly mechanism: number;
  /** CKK_*. */
  readonly keyType: number;
  readonly publicTemplate: ITemplate;
  readonly privateTemplate: ITemplate;
}

function generationOf(key: Pkcs11KeySpecification): Generation {
  switch (key.type) {
    case "rsa":
      return {
        mechanism: 0x0000,
        keyType: 0,
        publicTemplate: {
          modulusBits: key.bits,
          publicExponent: Buffer.of(1, 0, 1),
          encrypt: false,
          wrap: false,
        },
        privateTemplate: { decrypt: false, unwrap: false },
      };
    case "ec":
      return {
        mechanism: 0x1040,
        keyType: 3,
        publicTemplate: { paramsEC: Buffer.from(encodeOid(curveOids[key.curve])) },
        privateTemplate: { derive: false },
      };
    case "ed25519":
      return {
        mechanism: 0x1055,
        keyType: 64,
        publicTemplate: { paramsEC: Buffer.from(encodeOid(curveOids.Ed25519)) },
        privateTemplate: { derive: false },
      };
  }
}

/** Answers to C_GenerateKeyPair that say that the token cannot do this, rather than that it failed. */
const refusals: ReadonlySet<string> = new Set([
  "CKR_ATTRIBUTE_VALUE_INVALID",
  "CKR_CURVE_NOT_SUPPORTED",
  "CKR_DOMAIN_PARAMS_INVALID",
  "CKR_KEY_SIZE_RANGE",
  "CKR_MECHANISM_INVALID",
  "CKR_TEMPLATE_INCONSISTENT",
]);

function generateInThread(
  session: Session,
  mechanism: number,
  publicTemplate: ITemplate,
  privateTemplate: ITemplate,
): Promise<IKeyPair> {
  return new Promise((resolve, reject) => {
    session.generateKeyPair(
      { name: mechanism, params: null },
      publicTemplate,
      privateTemplate,
      (error, keys) => {
        if (keys === null) reject(error ?? new Error("C_GenerateKeyPair answered no keys"));
        else resolve(keys);
      },
    );
  });
}

import { ConfigurationError, isCaError, SignerError } from "@chancery/core";
import { cryptoProvider } from "@chancery/core/crypto";
import type { Session } from "graphene-pk11";
import { generateKeyPair, type Pkcs11KeySpecification } from "./key-pair.ts";
import type { Pkcs11KeyProtection } from "./key-protection.ts";
import { assertPair, type KeyOptions, openKeySession } from "./key-session.ts";
import type { Graphene } from "./library.ts";
import { describeKey, findPrivateKeys, type Pkcs11KeySelector } from "./private-key.ts";
import { reasonOf } from "./return-value.ts";
import { closeSession, describeToken, findToken, openUserSession, type Pkcs11TokenOptions } from "./token.ts";

/** Options of {@link generatePkcs11Key}. */
export type GeneratePkcs11KeyOptions = Pkcs11TokenOptions & {
  /** CKA_LABEL of both keys. */
  readonly keyLabel: string;
  /** CKA_ID of both keys, 1 octet or more; some tokens name their places for keys by it. Default: 16 random octets. */
  readonly keyId?: Uint8Array;
  /** Default: EC on P-256. */
  readonly key?: Pkcs11KeySpecification;
  /** Source of random octets for `keyId`; default: the platform's. The key itself is the token's own work. */
  readonly random?: (length: number) => Uint8Array;
};

/** A key pair that was generated on a token. */
export interface GeneratedPkcs11Key {
  readonly keyLabel: string;
  readonly keyId: Uint8Array;
  /** SubjectPublicKeyInfo, DER: what a CA certificate is made for. */
  readonly publicKey: Uint8Array;
  /** What the token tells of how the private key is protected. */
  readonly protection: Pkcs11KeyProtection;
}

/**
 * Generates a key pair on a token, so that an issuer's key is made where it is used. The private key can sign and
 * nothing else, and cannot leave the token.
 *
 * The event loop goes on while the token works: seconds, for RSA on small ones. PKCS#11 knows no unique names: of two
 * processes that generate a key of one label at the same time both succeed.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the token has a private key of that label or id already, does not
 * generate such keys, or made one that could leave it (which is destroyed again); and as `openPkcs11Signer`.
 * @throws {SignerError} `ERR_SIGNER_FAILED`: the token fails.
 */
export async function generatePkcs11Key(options: GeneratePkcs11KeyOptions): Promise<GeneratedPkcs11Key> {
  const { keyLabel, random = cryptoProvider.randomBytes } = options;
  const keyId = Uint8Array.from(options.keyId ?? random(16));
  if (keyId.length === 0) throw invalid("keyId is empty: the public key could not be found by it");
  try {
    return await generate(options, { keyLabel, keyId });
  } catch (cause) {
    if (isCaError(cause)) throw cause;
    const name = describeKey({ keyLabel, keyId });
    const message = `${name} cannot be generated on token ${describeToken(options)}: ${reasonOf(cause)}`;
    throw new SignerError(message, { cause });
  }
}

async function generate(
  options: GeneratePkcs11KeyOptions,
  names: { readonly keyLabel: string; readonly keyId: Uint8Array },
): Promise<GeneratedPkcs11Key> {
  const found = await findToken(options);
  const session = await openUserSession(found, options.pin, "read-write");
  try {
    const { graphene } = found.library;
    assertFree(session, graphene, { keyLabel: names.keyLabel });
    assertFree(session, graphene, { keyId: names.keyId });
    const { key = { type: "ec", curve: "P-256" } } = options;
    const pair = await generateKeyPair(session, key, names);
    try {
      return Object.freeze({ ...names, ...(await inspect({ ...options, ...names })) });
    } catch (error) {
      pair.privateKey.destroy();
      pair.publicKey.destroy();
      throw error;
    }
  } finally {
    closeSession(session);
  }
}

/** Looks at the new key as `openPkcs11Signer` will: tokens do not always make what they were asked for. */
async function inspect(options: KeyOptions): Promise<Pick<GeneratedPkcs11Key, "publicKey" | "protection">> {
  const keySession = await openKeySession(options);
  try {
    await assertPair(keySession, options);
    return { publicKey: keySession.publicKey.der, protection: keySession.protection };
  } finally {
    closeSession(keySession.session);
  }
}

function assertFree(session: Session, graphene: Graphene, selector: Pkcs11KeySelector): void {
  if (findPrivateKeys(session, graphene, selector).length === 0) return;
  throw invalid(`the token has a private ${describeKey(selector)} already`);
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message);
}

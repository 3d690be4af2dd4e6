import { ConfigurationError, type SignatureAlgorithm } from "@chancery/core";
import { type AcceptedPublicKey, equalBytes } from "@chancery/core/crypto";
import type { PrivateKey, Session } from "graphene-pk11";
import { readFlag } from "./attributes.ts";
import { assertProtected, type Pkcs11KeyProtection, readKeyProtection } from "./key-protection.ts";
import { assertOffered, chooseMechanism, parametersOf, type SigningMechanism } from "./mechanism.ts";
import { describeKey, findPrivateKey, type Pkcs11KeySelector } from "./private-key.ts";
import { readPublicKey } from "./public-key.ts";
import {
  authenticateOperation,
  closeSession,
  describeToken,
  type FoundToken,
  findToken,
  openUserSession,
  type Pkcs11TokenOptions,
} from "./token.ts";

/** Which key, and what is asked of it. */
export type KeyOptions = Pkcs11TokenOptions &
  Pkcs11KeySelector & {
    readonly algorithm?: SignatureAlgorithm;
    readonly allowExtractable?: boolean;
  };

/** A session and the private key as that session sees it: a handle is only sure to be good where it was found. */
export interface KeySession {
  readonly found: FoundToken;
  readonly session: Session;
  readonly privateKey: PrivateKey;
  readonly publicKey: AcceptedPublicKey;
  readonly protection: Pkcs11KeyProtection;
  readonly mechanism: SigningMechanism;
  /** CKA_ALWAYS_AUTHENTICATE: the PIN is wanted for every signature. */
  readonly alwaysAuthenticate: boolean;
}

/**
 * Finds token and key, logs in where nobody has, and looks at all that makes the key fit to sign with.
 *
 * @param expectedPublicKey - SubjectPublicKeyInfo of the key that must be there: a token that was taken out may come back
 * as another. Default: any.
 * @throws {ConfigurationError} What is wrong with the options, the token or the key.
 */
export async function openKeySession(
  options: KeyOptions,
  expectedPublicKey?: Uint8Array,
): Promise<KeySession> {
  const found = await findToken(options);
  const session = await openUserSession(found, options.pin, "read-only");
  try {
    return await findKey(found, session, options, expectedPublicKey);
  } catch (error) {
    closeSession(session);
    throw error;
  }
}

/**
 * Signs in a session, in a thread of its own. One signature at a time in each session.
 *
 * @throws What pkcs11js makes of the library's answer; after that the session is good for nothing but being closed.
 * @throws {ConfigurationError} `ERR_PASSPHRASE_WRONG`: the key wants the PIN for each signature, and refuses it.
 */
export async function signInSession(
  { found, session, privateKey, mechanism, alwaysAuthenticate }: KeySession,
  { pin }: KeyOptions,
  data: Uint8Array,
): Promise<Uint8Array> {
  const prepared = await mechanism.prepare(data);
  const params = parametersOf(mechanism, found.library.graphene);
  session.createSign({ name: mechanism.type, params }, privateKey);
  if (alwaysAuthenticate) await authenticateOperation(session, found, pin);
  // One piece of memory for both: pkcs11js keeps hold of the output alone while the other thread reads the input.
  const memory = Buffer.alloc(prepared.length + mechanism.signatureLength);
  memory.set(prepared);
  const input = memory.subarray(0, prepared.length);
  const signature = await session.lib.C_SignAsync(session.handle, input, memory.subarray(prepared.length));
  if (signature.length !== mechanism.signatureLength) {
    throw new Error(`the token answers ${signature.length} octets, expected ${mechanism.signatureLength}`);
  }
  return mechanism.finish(Uint8Array.from(signature));
}

/**
 * Makes sure that public and private key belong together, with one signature over a text that is nothing else.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: they do not.
 */
export async function assertPair(keySession: KeySession, options: KeyOptions): Promise<void> {
  const { mechanism, publicKey } = keySession;
  const signature = await signInSession(keySession, options, probe);
  if (await publicKey.key.verify(mechanism.algorithm, probe, signature)) return;
  throw invalid(
    `the public key or certificate beside ${describe(options)} does not verify what the private key signs`,
  );
}

/** The key and its token, for messages. */
export function describe(options: KeyOptions): string {
  return `${describeKey(options)} of token ${describeToken(options)}`;
}

async function findKey(
  found: FoundToken,
  session: Session,
  options: KeyOptions,
  expectedPublicKey: Uint8Array | undefined,
): Promise<KeySession> {
  const { graphene } = found.library;
  const name = describe(options);
  const privateKey = findPrivateKey(session, graphene, options);
  if (readFlag(privateKey, "sign") !== true) throw invalid(`${name} does not sign: CKA_SIGN is not true`);
  const protection = readKeyProtection(privateKey, found);
  if (options.allowExtractable !== true) assertProtected(protection, name);
  const publicKey = await readPublicKey(session, graphene, privateKey, name);
  if (expectedPublicKey !== undefined && !equalBytes(publicKey.der, expectedPublicKey)) {
    throw invalid(`${name} is another key than the one that was opened`);
  }
  const mechanism = chooseMechanism(publicKey.algorithm, options.algorithm, name);
  assertOffered(found.slot, mechanism, graphene);
  const alwaysAuthenticate = readFlag(privateKey, "alwaysAuthenticate") ?? false;
  return { found, session, privateKey, publicKey, protection, mechanism, alwaysAuthenticate };
}

const probe = new TextEncoder().encode(
  "Chancery asks for one signature to see whether a public and a private key are a pair.",
);

function invalid(message: string): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message);
}

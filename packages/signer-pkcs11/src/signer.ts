import {
  ConfigurationError,
  isCaError,
  type SignatureAlgorithm,
  type Signer,
  SignerError,
} from "@chancery/core";
import type { Pkcs11KeyProtection } from "./key-protection.ts";
import { assertPair, describe, type KeySession, openKeySession, signInSession } from "./key-session.ts";
import type { Pkcs11KeySelector } from "./private-key.ts";
import { isLoss, reasonOf, returnValueOf } from "./return-value.ts";
import { createSessionPool } from "./session-pool.ts";
import { closeSession, type Pkcs11TokenOptions } from "./token.ts";

/** Options of {@link openPkcs11Signer}. */
export type Pkcs11SignerOptions = Pkcs11TokenOptions &
  Pkcs11KeySelector & {
    /**
     * Default: what the key is for: ECDSA with the hash of its curve, Ed25519, PKCS#1 v1.5 with SHA-256. Only RSA
     * leaves a choice: `rsa-pkcs1-sha256` or `rsa-pss-sha256`, or the same with sha384 or sha512.
     */
    readonly algorithm?: SignatureAlgorithm;
    /** Take a key that can leave its token, or could once; default: no. */
    readonly allowExtractable?: boolean;
    /**
     * Signatures made at the same time, 1 to 64; default 2. Each takes a session of the token and, while it signs, a
     * thread of libuv's pool, of which a process has 4 (`UV_THREADPOOL_SIZE`) for files, name look-ups and more.
     */
    readonly sessions?: number;
  };

/** A signer whose key stays in a PKCS#11 token. */
export interface Pkcs11Signer extends Signer {
  /** What the token tells of how the key is protected. */
  readonly protection: Pkcs11KeyProtection;
  sign(data: Uint8Array): Promise<Uint8Array>;
  /**
   * Waits for signatures that are being made and closes the sessions, which ends the login if nobody else in this
   * process uses the token. Safe to repeat. The library stays loaded.
   */
  close(): Promise<void>;
}

/**
 * Opens a key in a PKCS#11 token (HSM, smart card, SoftHSM) as the signer of an issuer.
 *
 * The key must sign (CKA_SIGN) and must never have been able to leave the token (CKA_SENSITIVE, CKA_NEVER_EXTRACTABLE);
 * its public key is read from the token, from a public key object or a certificate with the same CKA_ID, and one
 * signature shows that the two belong together.
 *
 * `sign` may be called concurrently and does not block the event loop; logging in and looking for objects does, for as
 * long as the token takes. A token that was taken out makes `sign` fail with `ERR_SIGNER_FAILED`; once it is back, the
 * next call logs in again. A PIN that was refused then is never tried again, for tokens lock: open another signer.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no library, token or key, several of them, one that is unfit, or
 * graphene-pk11 is not installed; `ERR_PASSPHRASE_WRONG`: the PIN; `ERR_KEY_UNSUPPORTED`, `ERR_KEY_WEAK`,
 * `ERR_KEY_MALFORMED`: the public key.
 * @throws {SignerError} `ERR_SIGNER_FAILED`: the token fails, also later, in `sign`.
 * @see PKCS#11 Cryptographic Token Interface Base Specification v2.40
 */
export async function openPkcs11Signer(options: Pkcs11SignerOptions): Promise<Pkcs11Signer> {
  const name = describe(options);
  let first: KeySession | undefined;
  let refusal: Error | undefined;
  let closing: Promise<void> | undefined;

  const pool = createSessionPool({
    limit: readSessions(options),
    open,
    close: ({ session }: KeySession) => closeSession(session),
  });
  const { publicKey, mechanism, protection } = await openFirst();

  return Object.freeze({
    algorithm: mechanism.algorithm,
    publicKey: publicKey.der,
    protection,
    async sign(data: Uint8Array) {
      if (closing !== undefined) throw new SignerError(`${name} does not sign: the signer is closed`);
      const copy = Uint8Array.from(data); // the caller's may change while the call waits
      try {
        return await signOnceOrTwice(copy);
      } catch (cause) {
        throw failure("does not sign", cause);
      }
    },
    close() {
      closing ??= pool.close();
      return closing;
    },
  });

  async function openFirst(): Promise<KeySession> {
    try {
      first = await pool.use(async (keySession) => {
        await assertPair(keySession, options);
        return keySession;
      });
      return first;
    } catch (error) {
      throw isCaError(error) ? error : failure("cannot be opened", error);
    }
  }

  async function open(): Promise<KeySession | undefined> {
    if (refusal !== undefined) throw refusal;
    try {
      return await openKeySession(options, first?.publicKey.der);
    } catch (error) {
      if (returnValueOf(error) === "CKR_SESSION_COUNT") return undefined;
      rememberRefusal(error);
      throw error;
    }
  }

  /** A token may have been away and come back since the last signature: then its old sessions fail and others work. */
  async function signOnceOrTwice(data: Uint8Array): Promise<Uint8Array> {
    try {
      return await sign(data);
    } catch (error) {
      if (!isLoss(error) || closing !== undefined) throw error;
      pool.flush();
      return sign(data);
    }
  }

  async function sign(data: Uint8Array): Promise<Uint8Array> {
    try {
      return await pool.use((keySession) => signInSession(keySession, options, data));
    } catch (error) {
      rememberRefusal(error);
      throw error;
    }
  }

  function rememberRefusal(error: unknown): void {
    if (isCaError(error) && error.code === "ERR_PASSPHRASE_WRONG") refusal = error;
  }

  function failure(what: string, cause: unknown): SignerError {
    return new SignerError(`${name} ${what}: ${reasonOf(cause)}`, { cause });
  }
}

/** Each session may hold a thread; a process with more than 64 of them has another problem. */
const mostSessions = 64;

function readSessions({ sessions = 2 }: Pkcs11SignerOptions): number {
  if (Number.isInteger(sessions) && sessions >= 1 && sessions <= mostSessions) return sessions;
  throw invalid(`sessions is ${sessions}, expected an integer from 1 to ${mostSessions}`);
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message);
}

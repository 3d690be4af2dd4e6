import { cryptoProvider } from "#crypto";
import type { PublicKey } from "../crypto/provider.ts";
import { encodeHex } from "../encoding/hex.ts";
import { DerError, RequestError } from "../errors.ts";
import { assertStrongKey } from "./key-strength.ts";
import { findPublication } from "./known-keys.ts";
import { parseSubjectPublicKeyInfo, type SubjectPublicKeyInfo } from "./subject-public-key-info.ts";

/** A public key that has been read, found strong, and imported. */
export interface AcceptedPublicKey extends SubjectPublicKeyInfo {
  readonly key: PublicKey;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal. */
  readonly hash: string;
}

/**
 * Reads a SubjectPublicKeyInfo, refuses weak keys and keys whose private half is published, and imports it.
 *
 * @throws {RequestError} `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`, `ERR_KEY_WEAK`.
 */
export async function acceptPublicKey(spki: Uint8Array): Promise<AcceptedPublicKey> {
  return importAccepted(parseOrRefuse(spki));
}

/**
 * Computes what public keys are found and blocked by: SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal. It is an
 * issuer's id, too.
 */
export async function hashPublicKey(subjectPublicKeyInfo: Uint8Array): Promise<string> {
  return encodeHex(await cryptoProvider.digest("sha-256", subjectPublicKeyInfo));
}

/** As {@link acceptPublicKey}, for a key that has been read as part of a larger structure. */
export async function importAccepted(info: SubjectPublicKeyInfo): Promise<AcceptedPublicKey> {
  assertStrongKey(info);
  const hash = encodeHex(await cryptoProvider.digest("sha-256", info.der));
  assertSecret(hash);
  return { ...info, key: await cryptoProvider.importPublicKey(info.der, info.algorithm), hash };
}

function assertSecret(hash: string): void {
  const publication = findPublication(hash);
  if (publication === undefined) return;
  throw new RequestError(
    "ERR_KEY_WEAK",
    `the key is a published sample, its private half is known to everybody: ${publication}`,
  );
}

function parseOrRefuse(spki: Uint8Array): SubjectPublicKeyInfo {
  try {
    // A copy: what was found strong must not change when the caller fills its buffer again.
    return parseSubjectPublicKeyInfo(new Uint8Array(spki));
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw new RequestError("ERR_KEY_MALFORMED", `the public key is malformed: ${cause.message}`, { cause });
  }
}

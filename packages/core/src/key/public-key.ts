import { cryptoProvider } from "#crypto";
import type { PublicKey } from "../crypto/provider.ts";
import { DerError, RequestError } from "../errors.ts";
import { assertStrongKey } from "./key-strength.ts";
import { parseSubjectPublicKeyInfo, type SubjectPublicKeyInfo } from "./subject-public-key-info.ts";

/** A public key that has been read, found strong, and imported. */
export interface AcceptedPublicKey extends SubjectPublicKeyInfo {
  readonly key: PublicKey;
}

/**
 * Reads a SubjectPublicKeyInfo, refuses weak keys and imports it.
 *
 * @throws {RequestError} `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`, `ERR_KEY_WEAK`.
 */
export async function acceptPublicKey(spki: Uint8Array): Promise<AcceptedPublicKey> {
  return importAccepted(parseOrRefuse(spki));
}

/** As {@link acceptPublicKey}, for a key that has been read as part of a larger structure. */
export async function importAccepted(info: SubjectPublicKeyInfo): Promise<AcceptedPublicKey> {
  assertStrongKey(info);
  return { ...info, key: await cryptoProvider.importPublicKey(info.der, info.algorithm) };
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

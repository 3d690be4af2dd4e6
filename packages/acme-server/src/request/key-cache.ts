import type { PublicKey } from "@chancery/core/crypto";
import { importAnyKey, parseStoredJwk } from "./jwk.ts";

/**
 * Imported account keys, so that only the first request of an account pays for the import, which costs more than a
 * verification.
 *
 * A thumbprint names one key for ever, therefore nothing is ever dropped for being wrong; whether an account is valid and
 * which key it has is read from the store with every request.
 */
export interface KeyCache {
  /** Answers the key of an account, imported. */
  find(account: { readonly keyThumbprint: string; readonly publicJwk: string }): Promise<PublicKey>;
  /** Keeps a key that has just been imported. */
  keep(thumbprint: string, key: PublicKey): void;
}

/** Creates a cache of at most `limit` keys; the one unused for longest goes first. */
export function createKeyCache(limit: number): KeyCache {
  const keys = new Map<string, PublicKey>();

  function keep(thumbprint: string, key: PublicKey): void {
    // Deleting first moves the key to the young end: a Map iterates in the order of insertion.
    keys.delete(thumbprint);
    keys.set(thumbprint, key);
    const [oldest] = keys.keys();
    if (keys.size > limit && oldest !== undefined) keys.delete(oldest);
  }

  return Object.freeze({
    keep,
    async find({
      keyThumbprint,
      publicJwk,
    }: {
      keyThumbprint: string;
      publicJwk: string;
    }): Promise<PublicKey> {
      const key = keys.get(keyThumbprint) ?? (await importAnyKey(await parseStoredJwk(publicJwk)));
      keep(keyThumbprint, key);
      return key;
    },
  });
}

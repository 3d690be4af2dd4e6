import type { AcmeStore } from "../store/acme-store.ts";
import type { GenuineNonce, NonceLedger } from "./nonce-ledger.ts";

/** Creates a ledger in the store, for replicas that share their nonce keys: each use of a nonce is one insert. */
export function createStoredNonceLedger(store: AcmeStore): NonceLedger {
  return Object.freeze({
    nextTicket: () => 0,
    consume: ({ text, expiresAt }: GenuineNonce, now: number) =>
      store.consumeNonce({ nonce: text, expiresAt, now }),
  });
}

import type { BlockedKey, CertificateStore } from "@chancery/core";
import type { SqliteDatabase } from "../database.ts";
import { hexFrom, octetsFrom } from "../octets.ts";
import type { AuditTrail } from "./audit.ts";

/** The blocked keys. */
export interface BlockedKeys {
  /** Finds the block of a key. */
  find(publicKeyHash: Uint8Array): BlockedKey | undefined;
  /** Blocks a key, as part of a transition; false when it is blocked already. */
  add(block: {
    readonly publicKeyHash: Uint8Array;
    readonly blockedAt: number;
    readonly reason: string;
  }): boolean;
  readonly transitions: Pick<CertificateStore, "blockKey" | "findBlockedKey">;
}

/** Creates the blocked keys of a database. */
export function createBlockedKeys({ prepare, read, write }: SqliteDatabase, trail: AuditTrail): BlockedKeys {
  const select = prepare<BlockedKeyRow>(`
    SELECT public_key_hash, blocked_at, reason FROM chancery_blocked_key WHERE public_key_hash = ?
  `);
  const insert = prepare(`
    INSERT INTO chancery_blocked_key (public_key_hash, blocked_at, reason) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
  `);
  const find: BlockedKeys["find"] = (publicKeyHash) => {
    const row = select.get(publicKeyHash);
    return row && blockFrom(row);
  };
  const add: BlockedKeys["add"] = ({ publicKeyHash, blockedAt, reason }) =>
    insert.run(publicKeyHash, blockedAt, reason) === 1;
  return {
    find,
    add,
    transitions: {
      blockKey: async ({ publicKeyHash: hash, blockedAt, reason, audit }) => {
        const publicKeyHash = octetsFrom(hash);
        const append = trail.appending(audit);
        return write(() => {
          const block = find(publicKeyHash);
          if (block !== undefined) return { outcome: "alreadyBlocked", block };
          add({ publicKeyHash, blockedAt, reason });
          append();
          return { outcome: "blocked" };
        });
      },
      findBlockedKey: (publicKeyHash) => read(() => find(octetsFrom(publicKeyHash))),
    },
  };
}

interface BlockedKeyRow {
  readonly public_key_hash: Uint8Array;
  readonly blocked_at: number;
  readonly reason: string;
}

function blockFrom({ public_key_hash, blocked_at: blockedAt, reason }: BlockedKeyRow): BlockedKey {
  return { publicKeyHash: hexFrom(public_key_hash), blockedAt, reason };
}

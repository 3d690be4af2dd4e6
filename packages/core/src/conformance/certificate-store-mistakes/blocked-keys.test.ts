import { expect, test } from "vitest";
import { judgeMistake, type Mistake } from "../../../test/support/broken-store.ts";
import { recordOf } from "../certificate-store-cases/examples.ts";
import { nextTurn } from "../index.ts";

// Mistakes that a store can make about blocked keys.
const mistakes: readonly Mistake[] = [
  {
    why: "looks for a blocked key first and reserves later",
    breaks: (store) => {
      const keys = new Map<string, string>();
      return {
        reserve: async (reservation) => {
          const { requestHash, publicKeyHash } = reservation;
          const block = await store.findBlockedKey(publicKeyHash);
          if (block !== undefined) return { outcome: "keyBlocked", block };
          await nextTurn();
          keys.set(requestHash, publicKeyHash);
          return store.reserve({ ...reservation, publicKeyHash: "00" });
        },
        listReservations: async (query) =>
          (await store.listReservations(query)).map((reservation) => {
            const publicKeyHash = keys.get(reservation.requestHash) ?? "";
            return { ...reservation, publicKeyHash };
          }),
      };
    },
    noticedBy: "blockKey: racing with reserve",
  },
  {
    why: "keeps the request id of a reservation that it refuses",
    breaks: (store) => {
      const refused = new Set<string>();
      return {
        reserve: async (reservation) => {
          const { requestId = "" } = reservation;
          const answer = await store.reserve(reservation);
          if (refused.has(requestId)) return { outcome: "existing", reservation };
          if (answer.outcome === "keyBlocked") refused.add(requestId);
          return answer;
        },
      };
    },
    noticedBy: "blockKey: no serial number is reserved",
  },
  {
    why: "lets the last block of a key stand",
    breaks: (store) => {
      const last = new Map<string, string>();
      return {
        blockKey: (block) => {
          last.set(block.publicKeyHash, block.reason);
          return store.blockKey(block);
        },
        findBlockedKey: async (hash) => {
          const found = await store.findBlockedKey(hash);
          return found && { ...found, reason: last.get(hash) ?? found.reason };
        },
      };
    },
    noticedBy: "blockKey: appends the audit entry; the first block",
  },
  {
    why: "appends an entry for a key that is blocked already",
    breaks: (store) => ({
      blockKey: async (block) => {
        const answer = await store.blockKey(block);
        if (answer.outcome === "alreadyBlocked") await store.appendAudit(block.audit);
        return answer;
      },
    }),
    noticedBy: "blockKey: of 16 concurrent callers",
  },
  {
    why: "judges the key before the request id",
    breaks: (store) => ({
      reserve: async (reservation) => {
        const block = await store.findBlockedKey(reservation.publicKeyHash);
        return block ? { outcome: "keyBlocked", block } : store.reserve(reservation);
      },
    }),
    noticedBy: "reserve: a request id gets what it has led to",
  },
  {
    why: "blocks the key of whoever is too late to revoke",
    breaks: (store) => ({
      revoke: async (revocation) => {
        const answer = await store.revoke(revocation);
        const { blockKey: reason, revokedAt: blockedAt, audit } = revocation;
        if (answer.outcome === "alreadyRevoked" && reason !== undefined) {
          await store.blockKey({ publicKeyHash: answer.record.publicKeyHash, blockedAt, reason, audit });
        }
        return answer;
      },
    }),
    noticedBy: "revoke: blocks nothing when it is",
  },
  {
    why: "appends an entry of its own for the key that a revocation blocks",
    breaks: (store) => ({
      revoke: async ({ blockKey: reason, ...revocation }) => {
        const answer = await store.revoke(revocation);
        if (answer.outcome === "revoked" && reason !== undefined) {
          const { publicKeyHash } = answer.record;
          const { revokedAt: blockedAt, audit } = revocation;
          await store.blockKey({ publicKeyHash, blockedAt, reason, audit });
        }
        return answer;
      },
    }),
    noticedBy: "revoke: blocks the key if that is asked",
  },
  {
    why: "reads the block of a key later than it was handed in",
    breaks: (store) => ({
      blockKey: async (block) => {
        await nextTurn();
        return store.blockKey(block);
      },
    }),
    noticedBy: "copies: changing what was handed in to blockKey",
  },
  {
    why: "completes what was reserved for a key that is blocked since",
    breaks: (store) => ({
      complete: async (completion) => {
        const everything = { reservedBefore: Number.MAX_SAFE_INTEGER, limit: 100 };
        const reservations = await store.listReservations(everything);
        const mine = reservations.find(({ serialNumber }) => serialNumber === completion.serialNumber);
        return store.complete(completion).catch((error: unknown) => {
          if (mine === undefined) throw error;
          return recordOf(mine, completion);
        });
      },
    }),
    noticedBy: "complete: a reservation whose key was blocked afterwards",
  },
];

test.each(mistakes)("notices a store that $why", async (mistake) => {
  expect(await judgeMistake(mistake)).toEqual({ cases: 1, failed: 1 });
});

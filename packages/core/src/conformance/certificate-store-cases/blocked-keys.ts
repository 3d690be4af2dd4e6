import type { BlockedKey, CertificateStore } from "../../store/certificate-store.ts";
import { expectEqual, expectStoreError, tally } from "../expect.ts";
import { type ConformanceCases, race } from "../harness.ts";
import {
  block,
  completion,
  hash,
  hold,
  issue,
  release,
  reservation,
  revocation,
  serialNumber,
  wholeTrail,
  wholeTrailOfFacts,
} from "./examples.ts";

const everything = { reservedBefore: Number.MAX_SAFE_INTEGER, limit: 1000 };

/** Blocked keys: {@link CertificateStore.blockKey}, `findBlockedKey`, and what `reserve` and `revoke` do about them. */
export const blockedKeyCases: ConformanceCases<CertificateStore> = {
  "blockKey: no serial number is reserved for the key any more, and nothing of the attempt is stored":
    async ({ store, replica }) => {
      const { audit: _, ...expected } = block(1);
      expectEqual(await store.blockKey(block(1)), { outcome: "blocked" }, "the outcome");
      const attempt = await replica.reserve(reservation(1, { requestId: "order-1" }));
      expectEqual(attempt, { outcome: "keyBlocked", block: expected }, "the outcome of reserve");
      expectEqual(await replica.listReservations(everything), [], "the reservations");
      expectEqual(await replica.findByRequestId("order-1"), undefined, "the request id");
      const other = reservation(2, { requestId: "order-1", serialNumber: serialNumber(1) });
      expectEqual(
        await replica.reserve(other),
        { outcome: "reserved" },
        "another key, with what was asked for",
      );
    },

  "blockKey: appends the audit entry; the first block of a key stands, a later one changes and appends nothing":
    async ({ store, replica }) => {
      const { audit, ...first } = block(1);
      await store.blockKey(block(1));
      const later = await replica.blockKey(block(1, 1));
      expectEqual(later, { outcome: "alreadyBlocked", block: first }, "the later outcome");
      expectEqual(await store.findBlockedKey(first.publicKeyHash), first, "the block");
      expectEqual(await wholeTrailOfFacts(store), [audit], "the audit trail");
    },

  "blockKey: of 16 concurrent callers exactly one gets `blocked`, the others its block (E-054)": async (
    opened,
  ) => {
    const outcomes = await race(opened, 16, (handle, index) => handle.blockKey(block(1, index)));
    expectEqual(
      tally(outcomes.map(({ outcome }) => outcome)),
      { blocked: 1, alreadyBlocked: 15 },
      "the outcomes",
    );
    const winner = outcomes.findIndex(({ outcome }) => outcome === "blocked");
    const { audit, ...expected } = block(1, winner);
    for (const answer of outcomes) {
      if (answer.outcome === "alreadyBlocked") expectEqual(answer.block, expected, "what a loser gets");
    }
    expectEqual(await opened.store.findBlockedKey(expected.publicKeyHash), expected, "the block");
    expectEqual(await wholeTrailOfFacts(opened.store), [audit], "the audit trail");
  },

  "blockKey: racing with reserve it comes before or after each reservation; none appears once it is promised":
    async (opened) => {
      const keys = Array.from({ length: 12 }, (_, number) => hash("key", number));
      const reservedFor = async (key: string): Promise<string[]> => {
        const found = await opened.replica.listReservations(everything);
        return found
          .filter(({ publicKeyHash }) => publicKeyHash === key)
          .map((planned) => planned.serialNumber);
      };
      const promised = new Map<string, string[]>();
      const outcomes = await race(opened, keys.length * 4, async (handle, index) => {
        const key = index >> 2;
        const publicKeyHash = keys[key] ?? "";
        if (index % 4 === key % 4) {
          await handle.blockKey(block(key));
          promised.set(publicKeyHash, await reservedFor(publicKeyHash));
          return "blocked";
        }
        return (await handle.reserve(reservation(index, { publicKeyHash }))).outcome;
      });
      for (const key of keys) {
        expectEqual(await reservedFor(key), promised.get(key), "the reservations for a key that is blocked");
      }
      const reserved = outcomes.filter((outcome) => outcome === "reserved").length;
      const { blocked, keyBlocked = 0 } = tally(outcomes);
      expectEqual([blocked, keyBlocked], [12, 36 - reserved], "the outcomes");
      expectEqual((await opened.store.listReservations(everything)).length, reserved, "what is reserved");
    },

  "reserve: a request id gets what it has led to, also when the key was blocked afterwards": async ({
    store,
    replica,
  }) => {
    const planned = reservation(1, { requestId: "order-1" });
    await store.reserve(planned);
    await store.blockKey(block(1));
    const existing = { outcome: "existing", reservation: planned };
    expectEqual(await replica.reserve(planned), existing, "once reserved");
  },

  "reserve: a request id gets its certificate, also when the key was blocked afterwards": async ({
    store,
    replica,
  }) => {
    const planned = reservation(1, { requestId: "order-1" });
    const record = await issue(store, planned);
    await store.blockKey(block(1));
    expectEqual(await replica.reserve(planned), { outcome: "issued", record }, "the outcome");
    expectEqual(await replica.complete(completion(planned)), record, "completed again");
  },

  "complete: a reservation whose key was blocked afterwards stays one": async ({ store, replica }) => {
    const planned = reservation(1);
    await store.reserve(planned);
    await store.blockKey(block(1));
    await expectStoreError(replica.complete(completion(planned)), "ERR_STORE_STALE", "a blocked key");
    expectEqual(await store.list({ limit: 10 }), [], "the certificates");
    expectEqual(await store.listReservations(everything), [planned], "the reservations");
    expectEqual((await wholeTrail(store)).length, 1, "the audit entries");
  },

  "complete: racing 16 callers that block the key, no certificate comes after the block": async (opened) => {
    const planned = Array.from({ length: 16 }, (_, index) =>
      reservation(index, { publicKeyHash: hash("key", 1) }),
    );
    for (const one of planned) await opened.store.reserve(one);
    await race(opened, 32, async (handle, index) => {
      const one = planned[index >> 1];
      if (index % 2 === 0 || one === undefined) return void (await handle.blockKey(block(1)));
      await handle.complete(completion(one)).catch(() => undefined);
    });
    const trail = (await wholeTrail(opened.store)).map(({ type }) => type);
    expectEqual(trail.slice(trail.indexOf(block(1).audit.type) + 1), [], "the entries after the block");
  },

  "findBlockedKey: finds exactly this key": async ({ store, replica }) => {
    const { audit: _, ...expected } = block(1);
    expectEqual(await store.findBlockedKey(expected.publicKeyHash), undefined, "before");
    await store.blockKey(block(1));
    expectEqual(await replica.findBlockedKey(expected.publicKeyHash), expected, "the key");
    for (const other of [hash("key", 2), hash("request", 1), expected.publicKeyHash.slice(2), ""]) {
      expectEqual(await replica.findBlockedKey(other), undefined, `with "${other}"`);
    }
  },

  "revoke: blocks the key if that is asked, and only then; the trail has one entry of it": async ({
    store,
    replica,
  }) => {
    const [plain, compromised] = [reservation(1), reservation(2)];
    for (const planned of [plain, compromised]) await issue(store, planned);
    await store.revoke(revocation(plain));
    expectEqual(await replica.findBlockedKey(plain.publicKeyHash), undefined, "without blockKey");
    await store.revoke({ ...revocation(compromised), blockKey: "compromised" });
    const expected = blockBy(compromised.publicKeyHash, revocation(compromised).revokedAt, "compromised");
    expectEqual(await replica.findBlockedKey(compromised.publicKeyHash), expected, "with blockKey");
    const attempt = await replica.reserve(reservation(3, { publicKeyHash: compromised.publicKeyHash }));
    expectEqual(attempt, { outcome: "keyBlocked", block: expected }, "a reservation for the key");
    expectEqual((await wholeTrail(store)).length, 4, "the audit entries");
  },

  "revoke: a key that is blocked stays as it is": async ({ store, replica }) => {
    await issue(store, reservation(1));
    const { audit: _, ...first } = block(1);
    await store.blockKey(block(1));
    const answer = await replica.revoke({ ...revocation(reservation(1)), blockKey: "compromised" });
    expectEqual(answer.outcome, "revoked", "the outcome");
    expectEqual(await store.findBlockedKey(first.publicKeyHash), first, "the block");
  },

  "revoke: blocks nothing when it is `alreadyRevoked` or `notFound`": async ({ store }) => {
    const planned = reservation(1);
    await store.reserve(planned);
    const asked = { ...revocation(planned), blockKey: "compromised" };
    expectEqual((await store.revoke(asked)).outcome, "notFound", "a reservation");
    await store.complete(completion(planned));
    await store.revoke(revocation(planned));
    expectEqual((await store.revoke(asked)).outcome, "alreadyRevoked", "a revoked certificate");
    expectEqual(await store.findBlockedKey(planned.publicKeyHash), undefined, "the block");
  },

  "revoke: of 16 concurrent callers that ask for a block the winner's stands": async (opened) => {
    const planned = reservation(1);
    await issue(opened.store, planned);
    const outcomes = await race(opened, 16, (handle, index) =>
      handle.revoke({ ...revocation(planned, index), blockKey: `reason ${index}` }),
    );
    const winner = outcomes.findIndex(({ outcome }) => outcome === "revoked");
    const { revokedAt } = revocation(planned, winner);
    expectEqual(
      await opened.store.findBlockedKey(planned.publicKeyHash),
      blockBy(planned.publicKeyHash, revokedAt, `reason ${winner}`),
      "the block",
    );
  },

  "release: leaves the key of a hold blocked": async ({ store, replica }) => {
    const planned = reservation(1);
    await issue(store, planned);
    await store.revoke({ ...hold(planned), blockKey: "suspected" });
    await store.release(release(planned));
    const expected = blockBy(planned.publicKeyHash, hold(planned).revokedAt, "suspected");
    expectEqual(await replica.findBlockedKey(planned.publicKeyHash), expected, "the block");
  },
};

function blockBy(publicKeyHash: string, blockedAt: number, reason: string): BlockedKey {
  return { publicKeyHash, blockedAt, reason };
}

import type { AcmeStore } from "@chancery/acme-server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSqliteAcmeStore, endLeases } from "../src/acme.ts";
import type { SqliteDatabase } from "../src/index.ts";
import { placeOrders } from "./calls.ts";
import { openTwice } from "./databases.ts";
import { hour, minute, now, problem } from "./examples.ts";

const directoryId = "directory";

let database: SqliteDatabase;
let store: AcmeStore;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ one: database, close } = await openTwice());
  store = createSqliteAcmeStore(database);
  await placeOrders(store);
  await store.acceptChallenge({
    authorizationId: "authorization-0",
    type: "http-01",
    keyAuthorization: "token.key",
    now,
  });
  expect(await claim()).toHaveLength(1);
});
afterEach(() => close());

const claim = (at = now) => store.claimTasks({ directoryId, now: at, leaseUntil: at + minute, limit: 10 });

const finalize = () =>
  store.beginFinalization({
    orderId: "order-2",
    csr: Uint8Array.of(1),
    csrHash: "00",
    now,
    leaseUntil: now + minute,
  });

describe("endLeases", () => {
  test("makes what is leased due at once, and whoever held it too late", async () => {
    const claimed = await finalize();
    expect(claimed.outcome).toBe("claimed");
    expect(await claim()).toEqual([]);

    await endLeases(database, { directoryId, now });
    const tasks = await claim();
    expect(tasks.map(({ kind }) => kind).toSorted()).toEqual(["finalization", "validation"]);
    const ended = { authorizationId: "authorization-0", fence: 1, now };
    expect(await store.completeValidation({ ...ended, result: { outcome: "valid", expiresAt: now } })).toBe(
      "stale",
    );
  });

  test("brings no finalization back that has ended", async () => {
    const claimed = await finalize();
    if (claimed.outcome !== "claimed") throw new Error("the order was not ready");
    const { fence } = claimed;
    await store.completeFinalization({ orderId: "order-2", fence, result: { outcome: "ready" } });
    await endLeases(database, { directoryId, now });
    expect((await claim()).map(({ kind }) => kind)).toEqual(["validation"]);
  });

  test("moves the next attempt of a validation forward, and counts the ones that were made", async () => {
    const ended = { authorizationId: "authorization-0", fence: 1, now };
    expect(await store.retryValidation({ ...ended, error: problem, runAt: now + hour })).toBe("applied");
    await endLeases(database, { directoryId, now });
    expect(await claim()).toMatchObject([{ kind: "validation", attempts: 1 }]);
  });

  test("leaves what is due, and other directories, as they are", async () => {
    await endLeases(database, { directoryId: "another", now });
    expect(await claim()).toEqual([]);
    await endLeases(database, { directoryId, now: now + hour });
    expect(await claim()).toEqual([]);
    expect(await claim(now + minute)).toHaveLength(1);
  });
});

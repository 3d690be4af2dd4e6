import { DatabaseSync } from "node:sqlite";
import { type AcmeStore, createMemoryAcmeStore } from "@chancery/acme-server";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSqliteAcmeStore } from "../src/acme.ts";
import {
  createSqliteCertificateStore,
  createSqliteDatabase,
  migrate,
  type SqliteDatabase,
} from "../src/index.ts";
import { type AcmeCall, acmeCall, idOf, isLease, placeOrders } from "./calls.ts";
import { certificateCalls } from "./certificate-calls.ts";

// Whatever is done to it, in any order, the store on SQLite answers as the reference store in memory does.

describe("createSqliteCertificateStore", () => {
  test("answers every sequence of calls as the store in memory does", async () => {
    await fc.assert(
      fc.asyncProperty(certificateCalls(), async (calls) => {
        await withDatabase(async (database) => {
          const [model, store] = [createMemoryCertificateStore(), createSqliteCertificateStore(database)];
          for (const { describe, call } of calls) {
            expect([describe, await outcomeOf(call(store))]).toEqual([
              describe,
              await outcomeOf(call(model)),
            ]);
          }
        });
      }),
      { numRuns: 120 },
    );
  }, 120_000);
});

describe("createSqliteAcmeStore", () => {
  test("answers every sequence of calls as the store in memory does, along the edges of RFC 8555 section 7.1.6 (A-078, A-119, A-131)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(acmeCall(), { minLength: 10, maxLength: 60 }), async (calls) => {
        await withDatabase(async (database) => {
          const pair = { model: createMemoryAcmeStore(), store: createSqliteAcmeStore(database), leases: [] };
          await runAcmeCalls(pair, calls);
        });
      }),
      { numRuns: 80 },
    );
  }, 120_000);
});

/** What a lease is called by each of the two stores. */
interface Lease {
  readonly id: string;
  readonly model: number;
  readonly store: number;
}

interface Pair {
  readonly model: AcmeStore;
  readonly store: AcmeStore;
  readonly leases: Lease[];
}

async function runAcmeCalls(pair: Pair, calls: readonly AcmeCall[]): Promise<void> {
  const { model, store, leases } = pair;
  for (const one of [model, store]) await placeOrders(one);
  let before = await statesOf(store);
  for (const { describe, call, lease: choice } of calls) {
    // The latest lease as often as all others together.
    const lease = leases[choice % (2 * leases.length)] ?? leases.at(-1) ?? { id: "none", model: 1, store: 1 };
    const expected = await outcomeOf(call(model, { id: lease.id, fence: lease.model }));
    const actual = await outcomeOf(call(store, { id: lease.id, fence: lease.store }));
    expect([describe, withoutFences(actual)]).toEqual([describe, withoutFences(expected)]);
    leases.push(...leasesIn(expected.value, actual.value));
    const after = await statesOf(store);
    expect(await statesOf(model)).toEqual(after);
    for (const [id, state] of after) expect(edges).toContain(`${before.get(id) ?? "new"} ${state}`);
    before = after;
  }
}

/** Every edge of RFC 8555 section 7.1.6 that is stored, staying included. */
const edges: readonly string[] = [
  ...["pending", "ready", "valid", "deactivated"].map((state) => `new ${state}`),
  ...["pending", "ready", "processing", "valid", "invalid", "deactivated"].map(
    (state) => `${state} ${state}`,
  ),
  ...["ready", "valid", "invalid", "deactivated"].map((state) => `pending ${state}`),
  ...["processing", "invalid"].map((state) => `ready ${state}`),
  ...["valid", "invalid", "ready"].map((state) => `processing ${state}`),
  "valid deactivated",
];

async function statesOf(store: AcmeStore): Promise<Map<string, string>> {
  const states = new Map<string, string>();
  for (let number = 0; number < 16; number += 1) {
    const found = await store.findOrder("directory", `order-${number}`);
    if (found !== undefined) states.set(found.id, found.state);
    const one = await store.findAuthorization("directory", `authorization-${number}`);
    if (one !== undefined) states.set(one.id, one.state);
  }
  const owner = await store.findAccount("directory", "account-1");
  return owner === undefined ? states : states.set(owner.id, owner.status);
}

interface Outcome {
  readonly value?: unknown;
  readonly code?: unknown;
}

async function outcomeOf(attempt: Promise<unknown>): Promise<Outcome> {
  return attempt.then(
    (value) => ({ value }),
    (error: { code?: unknown }) => ({ code: error.code ?? error }),
  );
}

/** The two stores count fences differently; what matters is which lease one belongs to. */
function withoutFences(outcome: Outcome): unknown {
  const text = JSON.stringify(outcome, (name, value: unknown) => (name === "fence" ? "a fence" : value));
  return JSON.parse(text) as unknown;
}

function leasesIn(model: unknown, store: unknown): Lease[] {
  if (Array.isArray(model) && Array.isArray(store)) {
    return model.flatMap((task: unknown, index) => leasesIn(task, store[index]));
  }
  return isLease(model) && isLease(store)
    ? [{ id: idOf(model), model: model.fence, store: store.fence }]
    : [];
}

async function withDatabase(run: (database: SqliteDatabase) => Promise<void>): Promise<void> {
  const database = createSqliteDatabase(new DatabaseSync(":memory:"));
  await migrate(database);
  await run(database);
  database.connection.close();
}

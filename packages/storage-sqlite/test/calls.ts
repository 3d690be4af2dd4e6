import type { AcmeStore } from "@chancery/acme-server";
import fc from "fast-check";
import { account, authorization, hour, minute, now, order, problem } from "./examples.ts";

/** One call of a store. */
export interface Call<Store> {
  readonly describe: string;
  call(store: Store): Promise<unknown>;
}

const small = fc.nat({ max: 3 });

/** One call of an ACME store. */
export interface AcmeCall {
  readonly describe: string;
  call(store: AcmeStore, lease: { readonly id: string; readonly fence: number }): Promise<unknown>;
  /** Which of the leases given so far the call works with. */
  readonly lease: number;
}

/** Three orders to begin with: one pending, one that needs two authorizations, one ready. */
export async function placeOrders(store: AcmeStore): Promise<void> {
  await store.createAccount(account(1));
  const [zero, one, two, three] = [0, 1, 2]
    .map((number) => authorization(number))
    .concat(authorization(3, "valid"));
  for (const [number, authorizations] of [[zero], [one, two], [three]].entries()) {
    const added = authorizations.filter((wanted) => wanted !== undefined);
    await store.createOrder({ order: order(number, added), newAuthorizations: added, now });
  }
}

/** Any call of an ACME store that holds the orders of {@link placeOrders}. */
export function acmeCall(): fc.Arbitrary<AcmeCall> {
  const soon = fc.constantFrom(now, now, now + minute, now + 2 * minute);
  const time = fc.oneof(
    { weight: 15, arbitrary: soon },
    { weight: 1, arbitrary: fc.constantFrom(now + hour, now + 24 * hour) },
  );
  const facts = fc.record({ number: small, other: small, time, lease: fc.nat() });
  const calls = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...accountCalls) },
    { weight: 4, arbitrary: fc.constantFrom(...orderCalls) },
    { weight: 8, arbitrary: fc.constantFrom(...taskCalls) },
  );
  return fc.tuple(facts, calls).map(([fact, { describe, call }]) => ({
    describe,
    lease: fact.lease,
    call: (store, held) => call(store, { ...fact, held }),
  }));
}

interface Facts {
  readonly number: number;
  readonly other: number;
  readonly time: number;
  readonly held: { readonly id: string; readonly fence: number };
}

const accountCalls = [
  named("createAccount", (store: AcmeStore, { number }: Facts) =>
    store.createAccount({ ...account(1), id: `account-${1 + (number >> 1)}` }),
  ),
  named("updateContact", (store: AcmeStore, { number }: Facts) =>
    store.updateContact("account-1", [`mailto:${number}@example.test`]),
  ),
  named("deactivateAccount", (store: AcmeStore, { number }: Facts) =>
    number === 3
      ? store.deactivateAccount("account-1", problem)
      : store.deactivateAccount("account-2", problem),
  ),
  named("consumeNonce", (store: AcmeStore, { number }: Facts) =>
    store.consumeNonce({ nonce: `nonce-${number}`, expiresAt: now + hour, now }),
  ),
];

const orderCalls = [
  named("createOrder, reusing", (store: AcmeStore, { number, other, time }: Facts) => {
    const reused = [authorization(number), authorization(other)];
    return store.createOrder({ order: order(4 + other, reused), newAuthorizations: [], now: time });
  }),
  named("createOrder, adding", (store: AcmeStore, { number, other, time }: Facts) => {
    const added = authorization(4 + number, other === 0 ? "valid" : "pending");
    return store.createOrder({ order: order(8 + number, [added]), newAuthorizations: [added], now: time });
  }),
  named("listOrders", (store: AcmeStore, { number }: Facts) =>
    store.listOrders({ accountId: "account-1", limit: 1 + number }),
  ),
  named("findValidAuthorizations", (store: AcmeStore, { number, other, time }: Facts) => {
    const identifiers = [authorization(number).identifier, authorization(4 + other).identifier];
    return store.findValidAuthorizations({
      directoryId: "directory",
      accountId: "account-1",
      identifiers,
      now: time,
    });
  }),
  named("deactivateAuthorization", (store: AcmeStore, { number, other }: Facts) =>
    store.deactivateAuthorization(`authorization-${other === 0 ? number : 4 + number}`, problem),
  ),
];

const taskCalls = [
  named("acceptChallenge", (store: AcmeStore, { number, other, time }: Facts) =>
    store.acceptChallenge({
      authorizationId: `authorization-${other === 0 ? 4 + number : number}`,
      type: "http-01",
      keyAuthorization: "token.key",
      now: time,
    }),
  ),
  named("claimTasks", async (store: AcmeStore, { time }: Facts) => {
    const tasks = await store.claimTasks({
      directoryId: "directory",
      now: time,
      leaseUntil: time + minute,
      limit: 99,
    });
    // Tasks that became due at one instant come in any order.
    return tasks.toSorted((left, right) => (idOf(left) < idOf(right) ? -1 : 1));
  }),
  named("completeValidation", (store: AcmeStore, { other, time, held: { id, fence } }: Facts) =>
    store.completeValidation({
      authorizationId: id,
      fence,
      now: time,
      result:
        other === 0 ? { outcome: "invalid", error: problem } : { outcome: "valid", expiresAt: time + hour },
    }),
  ),
  named("retryValidation", (store: AcmeStore, { time, held: { id, fence } }: Facts) =>
    store.retryValidation({ authorizationId: id, fence, now: time, error: problem, runAt: time + minute }),
  ),
  named("beginFinalization", (store: AcmeStore, { number, other, time }: Facts) =>
    store.beginFinalization({
      orderId: `order-${number + 4 * Math.max(0, other - 1)}`,
      csr: Uint8Array.of(number),
      csrHash: "00",
      now: time,
      leaseUntil: time + minute,
    }),
  ),
  named("completeFinalization", (store: AcmeStore, { number, held: { id, fence } }: Facts) => {
    const certificate = { issuerId: "aa", serialNumber: "0080" };
    const results = [
      { outcome: "valid", certificate },
      { outcome: "invalid", error: problem },
      { outcome: "ready" },
    ] as const;
    return store.completeFinalization({
      orderId: id,
      fence,
      result: results[number % 3] ?? { outcome: "ready" },
    });
  }),
];

/** An answer that gives a lease. */
export type Leased =
  | { fence: number; authorization: { id: string } }
  | { fence: number; order: { id: string } };

/** Tells whether an answer gives a lease. */
export function isLease(answer: unknown): answer is Leased {
  return typeof answer === "object" && answer !== null && "fence" in answer;
}

/** What is leased. */
export function idOf(leased: Leased): string {
  return "order" in leased ? leased.order.id : leased.authorization.id;
}

function named<Arguments extends unknown[]>(
  describe: string,
  call: (...args: Arguments) => Promise<unknown>,
): { describe: string; call: (...args: Arguments) => Promise<unknown> } {
  return { describe, call };
}

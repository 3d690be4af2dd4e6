import {
  type ConformanceCases,
  expectEqual,
  expectStoreError,
  race,
  spoil,
} from "@chancery/core/conformance";
import type { Authorization } from "../../model/authorization.ts";
import type { Order } from "../../model/order.ts";
import type { AcmeStore } from "../../store/acme-store.ts";
import {
  accept,
  account,
  authorization,
  authorizationStates,
  claim,
  claimedFence,
  claimValidation,
  fail,
  hour,
  now,
  order,
  orderError,
  orderStates,
  placeOrder,
  placeReadyOrder,
  succeed,
} from "./examples.ts";

/** Orders: creation, look-up and lists. */
export const orderCases: ConformanceCases<AcmeStore> = {
  "createOrder: stores an order and its new authorizations together, `pending` until all of them are valid":
    async ({ store, replica }) => {
      const names = [authorization(1), authorization(2, { state: "valid" })];
      const wanted = { profile: "short", notBefore: now + 1000, notAfter: now + 2000 };
      const created = await placeOrder(store, 1, names, wanted);
      expectEqual(created, { ...order(1, names, wanted), state: "pending" }, "the answer");
      expectEqual(await replica.findOrder("directory", "order-1"), created, "the order");
      for (const one of names) {
        expectEqual(await replica.findAuthorization("directory", one.id), one, one.id);
      }
    },

  "createOrder: is `ready` when every authorization is valid and unexpired, reused ones too (A-118, A-139)":
    async ({ store, replica }) => {
      const reused = authorization(1, { state: "valid" });
      expectEqual(
        (await placeOrder(store, 1, [reused])).state,
        "ready",
        "an order with a valid authorization",
      );
      const added = authorization(2, { state: "valid" });
      const both = { order: order(2, [reused, added]), newAuthorizations: [added], now };
      expectEqual((await replica.createOrder(both)).state, "ready", "an order with a reused and a new one");
      const pending = {
        order: order(3, [reused, authorization(3)]),
        newAuthorizations: [authorization(3)],
        now,
      };
      expectEqual(
        (await replica.createOrder(pending)).state,
        "pending",
        "an order with a reused and a pending one",
      );
    },

  "createOrder: ERR_STORE_STALE when the account or an existing authorization will not do, and nothing is stored (E-051, E-093)":
    async ({ store, replica }) => {
      await placeReadyOrder(store, 1);
      await placeReadyOrder(store, 2);
      await store.deactivateAuthorization("authorization-2", orderError);
      await placeOrder(store, 3);
      await accept(store, "authorization-3");
      await fail(store, await claimValidation(store));
      await store.createAccount(account(2));
      await placeOrder(store, 4, [authorization(4, { accountId: "account-2", state: "valid" })], {
        accountId: "account-2",
      });
      await placeOrder(store, 5, [authorization(5, { expiresAt: now + hour })]);
      const unfit: [string, Authorization, Partial<Omit<Order, "state">>][] = [
        ["an unknown account", authorization(1), { accountId: "account-9" }],
        ["an account of another directory", authorization(1), { directoryId: "other" }],
        ["a deactivated authorization", authorization(2), {}],
        ["an invalid authorization", authorization(3), {}],
        ["another account's authorization", authorization(4), {}],
        ["an authorization that ends before the order", authorization(5), { expiresAt: now + hour + 1 }],
        ["an unknown authorization", authorization(6), {}],
      ];
      for (const [what, existing, changes] of unfit) {
        const input = {
          order: order(9, [authorization(9), existing], changes),
          newAuthorizations: [authorization(9)],
        };
        await expectStoreError(replica.createOrder({ ...input, now }), "ERR_STORE_STALE", what);
        const { directoryId } = input.order;
        expectEqual(await store.findOrder(directoryId, "order-9"), undefined, `the order with ${what}`);
        expectEqual(
          await authorizationStates(store, [9]),
          [undefined],
          `the new authorization beside ${what}`,
        );
      }
      const fit = order(9, [authorization(9), authorization(5)], { expiresAt: now + hour });
      const created = await store.createOrder({ order: fit, newAuthorizations: [authorization(9)], now });
      expectEqual(created.state, "pending", "an order that ends with its authorization");
    },

  "createOrder: one pending authorization may serve several orders, and decides all of them (A-139)": async ({
    store,
    replica,
  }) => {
    const shared = authorization(1);
    await placeOrder(store, 1, [shared]);
    await store.createOrder({ order: order(2, [shared]), newAuthorizations: [], now });
    await replica.createOrder({
      order: order(3, [shared, authorization(3)]),
      newAuthorizations: [authorization(3)],
      now,
    });
    await accept(store, shared.id);
    await succeed(replica, await claimValidation(store));
    expectEqual(await orderStates(store, [1, 2, 3]), ["ready", "ready", "pending"], "after one is valid");
    await accept(store, "authorization-3");
    await fail(replica, await claimValidation(store));
    expectEqual(
      await orderStates(store, [1, 2, 3]),
      ["ready", "ready", "invalid"],
      "after the other is invalid",
    );
  },

  "createOrder: racing with the end of its authorization, the order is never left waiting for it": async (
    opened,
  ) => {
    const shared = authorization(0);
    await placeOrder(opened.store, 0, [shared]);
    await accept(opened.store, shared.id);
    const task = await claimValidation(opened.store);
    await race(opened, 13, async (handle, index) => {
      if (index === 6) return void (await succeed(handle, task));
      await handle.createOrder({ order: order(index + 1, [shared]), newAuthorizations: [], now });
    });
    const numbers = Array.from({ length: 13 }, (_, index) => index + 1).filter((number) => number !== 7);
    expectEqual(
      await orderStates(opened.store, [0, ...numbers]),
      [0, ...numbers].map(() => "ready"),
      "the orders",
    );
  },

  "findOrder, findAuthorization: never cross a directory (E-058)": async ({ store }) => {
    await placeOrder(store, 1);
    expectEqual(await store.findOrder("other", "order-1"), undefined, "the order");
    expectEqual(await store.findAuthorization("other", "authorization-1"), undefined, "the authorization");
    expectEqual(await store.findOrder("directory", "order-9"), undefined, "an unknown order");
    expectEqual(
      await store.findAuthorization("directory", "authorization-9"),
      undefined,
      "an unknown authorization",
    );
  },

  "listOrders: an account's orders newest first, ties by id, stored-invalid ones left out (A-079)": async ({
    store,
    replica,
  }) => {
    const ages: [number, number][] = [
      [1, 5],
      [2, 7],
      [3, 5],
      [4, 9],
      [5, 6],
    ];
    for (const [number, age] of ages) await placeReadyOrder(store, number, { createdAt: now + age });
    await store.deactivateAuthorization("authorization-5", orderError);
    await claimedFence(store, "order-2");
    await store.createAccount(account(2));
    const foreign = authorization(6, { accountId: "account-2" });
    await placeOrder(store, 6, [foreign], { accountId: "account-2" });
    for (const limit of [1, 2, 10]) {
      const listed = await listAll(replica, limit);
      expectEqual(listed, ["order-4", "order-2", "order-3", "order-1"], `the orders in pages of ${limit}`);
    }
    expectEqual(await replica.listOrders({ accountId: "account-9", limit: 10 }), [], "of an unknown account");
  },

  "listOrders: while orders come and go, none is listed twice and none that stays is left out": async (
    opened,
  ) => {
    const { store, replica } = opened;
    for (let number = 0; number < 30; number += 1) await placeReadyOrder(store, number);
    let next = 100;
    const listed = await listAll(replica, 7, async (last) => {
      const from = next;
      next += 4;
      await race(opened, 4, (handle, index) => placeReadyOrder(handle, from + index));
      await store.deactivateAuthorization(last.replace("order", "authorization"), orderError);
    });
    const expected = Array.from({ length: 30 }, (_, index) => `order-${29 - index}`);
    expectEqual(listed, expected, "the orders");
  },

  "copies: changing what was handed in, from the moment of the call on, or handed out changes nothing in the store":
    async ({ store, replica }) => {
      const given = structuredClone({
        order: order(1, [authorization(1)]),
        newAuthorizations: [authorization(1)],
        now,
      });
      const newcomer = structuredClone(account(1));
      const creating = store.createAccount(newcomer);
      spoil(newcomer);
      spoil(await creating);
      const ordering = store.createOrder(given);
      spoil(given);
      spoil(await ordering);
      spoil(await store.findAccount("directory", "account-1"));
      spoil(await store.findOrder("directory", "order-1"));
      spoil(await store.listOrders({ accountId: "account-1", limit: 10 }));
      spoil(await store.findAuthorization("directory", "authorization-1"));
      spoil(await accept(store, "authorization-1"));
      spoil(await claim(store));
      expectEqual(await replica.findAccount("directory", "account-1"), account(1), "the account");
      const expected = { ...order(1, [authorization(1)]), state: "pending" };
      expectEqual(await replica.findOrder("directory", "order-1"), expected, "the order");
      const stored = await replica.findAuthorization("directory", "authorization-1");
      const statuses = stored?.challenges.map(({ type, status }) => `${type} ${status}`);
      expectEqual(
        statuses,
        ["http-01 processing", "dns-01 pending", "tls-alpn-01 pending"],
        "the authorization",
      );
    },

  "copies: certification requests and problems are the store's own": async ({ store, replica }) => {
    await placeReadyOrder(store, 1);
    const csr = Uint8Array.of(1, 2, 3);
    const times = { now, leaseUntil: now };
    const begun = store.beginFinalization({ orderId: "order-1", csr, csrHash: "00".repeat(32), ...times });
    csr.fill(9);
    spoil(await begun);
    spoil(await claim(store, { leaseUntil: now }));
    const [task] = await claim(replica);
    expectEqual(task?.kind === "finalization" ? task.csr : undefined, Uint8Array.of(1, 2, 3), "the request");
    await placeReadyOrder(store, 2);
    const reason = structuredClone(orderError);
    const deactivating = store.deactivateAccount("account-1", reason);
    spoil(reason);
    spoil(await deactivating);
    expectEqual((await replica.findOrder("directory", "order-2"))?.error, orderError, "the problem");
  },
};

async function listAll(
  store: AcmeStore,
  limit: number,
  beforeNextPage: (lastId: string) => Promise<void> = async () => {},
): Promise<string[]> {
  const ids: string[] = [];
  for (let last: Order | undefined; ids.length < 1000; ) {
    const after = last && { createdAt: last.createdAt, id: last.id };
    const page = await store.listOrders({ accountId: "account-1", limit, ...(after && { after }) });
    last = page.at(-1);
    if (last === undefined) return ids;
    ids.push(...page.map(({ id }) => id));
    await beforeNextPage(last.id);
  }
  throw new Error("listOrders does not move on past the last order seen");
}

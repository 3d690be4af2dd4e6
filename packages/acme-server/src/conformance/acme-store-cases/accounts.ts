import {
  type ConformanceCases,
  expectEqual,
  expectStoreError,
  race,
  tally,
} from "@chancery/core/conformance";
import type { AcmeStore } from "../../store/acme-store.ts";
import {
  accept,
  account,
  authorization,
  authorizationStates,
  certificate,
  claim,
  claimedFence,
  claimValidation,
  fail,
  finalize,
  now,
  order,
  orderError,
  orderStates,
  placeOrder,
  placeReadyOrder,
} from "./examples.ts";

/** Accounts: creation, look-up, contacts and deactivation. */
export const accountCases: ConformanceCases<AcmeStore> = {
  "createAccount: of 16 concurrent callers with one key exactly one gets `created`, the others the winner's account (A-071, case 58, E-054)":
    async (opened) => {
      const wanted = Array.from({ length: 16 }, (_, number) => account(number, { keyThumbprint: "same" }));
      const answers = await race(opened, 16, (handle, index) =>
        handle.createAccount(wanted[index] ?? account(0)),
      );
      expectEqual(tally(answers.map(({ outcome }) => outcome)), { created: 1, existing: 15 }, "the outcomes");
      const winner = wanted[answers.findIndex(({ outcome }) => outcome === "created")];
      for (const { account } of answers) expectEqual(account, winner, "the account a caller gets");
      expectEqual(await opened.store.findAccountByKey("directory", "same"), winner, "the account stored");
      for (const { id } of wanted) {
        const found = await opened.replica.findAccount("directory", id);
        expectEqual(found, id === winner?.id ? winner : undefined, id);
      }
    },

  "createAccount: one key may have one account in each directory (E-058)": async ({ store, replica }) => {
    const [mine, theirs] = [account(1), account(2, { directoryId: "other", keyThumbprint: "thumbprint-1" })];
    for (const one of [mine, theirs]) {
      expectEqual(await store.createAccount(one), { outcome: "created", account: one }, "the answer");
    }
    expectEqual(await replica.findAccountByKey("directory", "thumbprint-1"), mine, "by key, in one");
    expectEqual(await replica.findAccountByKey("other", "thumbprint-1"), theirs, "by key, in the other");
    expectEqual(await replica.findAccount("other", mine.id), undefined, "by id, in the wrong one");
  },

  "findAccount, findAccountByKey: find an account whatever its status; undefined when there is none": async ({
    store,
    replica,
  }) => {
    await store.createAccount(account(1));
    const deactivated = { ...account(1), status: "deactivated" };
    expectEqual(await store.deactivateAccount("account-1", orderError), deactivated, "the answer");
    expectEqual(await replica.findAccount("directory", "account-1"), deactivated, "by id");
    expectEqual(await replica.findAccountByKey("directory", "thumbprint-1"), deactivated, "by key");
    const again = await replica.createAccount(account(2, { keyThumbprint: "thumbprint-1" }));
    expectEqual(again, { outcome: "existing", account: deactivated }, "another account with its key");
    expectEqual(await replica.findAccount("directory", "account-9"), undefined, "an unknown id");
    expectEqual(await replica.findAccountByKey("directory", "unknown"), undefined, "an unknown key");
  },

  "updateContact: replaces the contacts of a valid account and nothing else": async ({ store, replica }) => {
    await store.createAccount(account(1));
    await store.createAccount(account(2));
    for (const contact of [["mailto:a@example.test", "mailto:b@example.test"], []]) {
      const updated = await store.updateContact("account-1", contact);
      expectEqual(updated, account(1, { contact }), "the answer");
      expectEqual(await replica.findAccount("directory", "account-1"), updated, "what is stored");
    }
    expectEqual(await replica.findAccount("directory", "account-2"), account(2), "another account");
    await store.deactivateAccount("account-1", orderError);
    expectEqual(
      await store.updateContact("account-1", ["mailto:c@example.test"]),
      undefined,
      "a deactivated one",
    );
    expectEqual((await replica.findAccount("directory", "account-1"))?.contact, [], "its contacts");
    expectEqual(await store.updateContact("account-9", []), undefined, "an unknown one");
  },

  "deactivateAccount: its pending and ready orders become invalid, its pending and valid authorizations deactivated (A-077, E-093)":
    async ({ store, replica }) => {
      await placeOrder(store, 1);
      await placeReadyOrder(store, 2);
      await placeOrder(store, 3);
      await accept(store, "authorization-3");
      await fail(store, await claimValidation(store));
      await store.createAccount(account(2));
      const foreign = authorization(4, { accountId: "account-2" });
      await placeOrder(store, 4, [foreign], { accountId: "account-2" });

      const deactivated = { ...account(1), status: "deactivated" };
      expectEqual(await store.deactivateAccount("account-1", orderError), deactivated, "the answer");
      const states = await orderStates(replica, [1, 2, 3, 4]);
      expectEqual(states, ["invalid", "invalid", "invalid", "pending"], "the orders");
      const authorizations = await authorizationStates(replica, [1, 2, 3, 4]);
      expectEqual(authorizations, ["deactivated", "deactivated", "invalid", "pending"], "the authorizations");
      expectEqual((await replica.findOrder("directory", "order-1"))?.error, orderError, "the reason");
      const { error } = (await replica.findOrder("directory", "order-3")) ?? {};
      expectEqual(error?.type, "connection", "the reason of an order that was invalid before");
      const query = { directoryId: "directory", accountId: "account-1", now };
      const identifiers = [authorization(2).identifier];
      expectEqual(
        await replica.findValidAuthorizations({ ...query, identifiers }),
        [],
        "valid authorizations",
      );
    },

  "deactivateAccount: waiting validations disappear, and one that runs ends stale (case 106)": async ({
    store,
    replica,
  }) => {
    await placeOrder(store, 1);
    await accept(store, "authorization-1");
    const running = await claimValidation(store);
    await placeOrder(store, 2);
    await accept(store, "authorization-2");
    await store.deactivateAccount("account-1", orderError);
    expectEqual(await claim(replica, { now: now + 9 * 60_000 }), [], "the tasks left");
    const { authorization, fence } = running;
    const result = { outcome: "valid", expiresAt: now + 1 } as const;
    const late = await replica.completeValidation({ authorizationId: authorization.id, fence, now, result });
    expectEqual(late, "stale", "the late result");
    expectEqual(await authorizationStates(store, [1]), ["deactivated"], "the authorization");
  },

  "deactivateAccount: orders in `processing` go on": async ({ store, replica }) => {
    await placeReadyOrder(store, 1);
    const fence = await claimedFence(store, "order-1");
    await store.deactivateAccount("account-1", orderError);
    expectEqual(await orderStates(replica, [1]), ["processing"], "the order");
    const result = { outcome: "valid", certificate } as const;
    const { outcome, order } = await replica.completeFinalization({ orderId: "order-1", fence, result });
    expectEqual(
      [outcome, order.state, order.certificate],
      ["applied", "valid", certificate],
      "the end of it",
    );
  },

  "deactivateAccount: a second call changes nothing; undefined when there is no account": async ({
    store,
    replica,
  }) => {
    await placeOrder(store, 1);
    const first = await store.deactivateAccount("account-1", orderError);
    const second = await replica.deactivateAccount("account-1", { ...orderError, detail: "again" });
    expectEqual(second, first, "the second answer");
    expectEqual(
      (await store.findOrder("directory", "order-1"))?.error,
      orderError,
      "the reason of its order",
    );
    expectEqual(await store.deactivateAccount("account-9", orderError), undefined, "an unknown account");
  },

  "deactivateAccount: racing with new orders and finalizations, no order of it stays pending or ready (E-051)":
    async (opened) => {
      for (let number = 0; number < 8; number += 1) await placeReadyOrder(opened.store, number);
      await race(opened, 17, async (handle, index) => {
        if (index === 8) return void (await handle.deactivateAccount("account-1", orderError));
        if (index < 8) return void (await finalize(handle, `order-${index}`));
        const added = authorization(index, { state: "valid" });
        const input = { order: order(index, [added]), newAuthorizations: [added], now };
        await handle.createOrder(input).catch(() => undefined);
      });
      const numbers = Array.from({ length: 17 }, (_, index) => index).filter((index) => index !== 8);
      const states = await orderStates(opened.store, numbers);
      const unfinished = states.filter((state) => state === "pending" || state === "ready");
      expectEqual(unfinished, [], "orders that are neither processing nor invalid");
      const authorizations = await authorizationStates(opened.store, numbers);
      expectEqual(
        authorizations.filter((state) => state === "valid"),
        [],
        "authorizations still valid",
      );
    },

  "createOrder: after its account is deactivated it is ERR_STORE_STALE": async ({ store, replica }) => {
    await store.createAccount(account(1));
    await store.deactivateAccount("account-1", orderError);
    const attempt = replica.createOrder({
      order: order(1, [authorization(1)]),
      newAuthorizations: [authorization(1)],
      now,
    });
    await expectStoreError(attempt, "ERR_STORE_STALE", "an order of a deactivated account");
  },
};

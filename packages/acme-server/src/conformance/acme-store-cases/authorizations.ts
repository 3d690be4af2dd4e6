import {
  type ConformanceCases,
  expectEqual,
  expectStoreError,
  race,
  tally,
} from "@chancery/core/conformance";
import type { Authorization } from "../../model/authorization.ts";
import type { AcmeStore } from "../../store/acme-store.ts";
import {
  accept,
  account,
  authorization,
  authorizationStates,
  claim,
  claimedFence,
  claimValidation,
  connectionError,
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

/** Authorizations: reuse, responses and deactivation. */
export const authorizationCases: ConformanceCases<AcmeStore> = {
  "findValidAuthorizations: for each identifier, the account's valid and unexpired one that ends last (A-139, E-093)":
    async ({ store, replica }) => {
      const name = { type: "dns", value: "host.example.test" } as const;
      const valid = { identifier: name, state: "valid" } as const;
      const [early, late] = [now + 2 * hour, now + 3 * hour];
      await store.createAccount(account(2));
      await store.createAccount(account(3, { directoryId: "other" }));
      const stored: [number, Partial<Authorization>][] = [
        [1, { ...valid, expiresAt: late }],
        [2, { ...valid, expiresAt: late + 2 }],
        [3, { ...valid, expiresAt: late + 1 }],
        [4, { identifier: name, expiresAt: late + 9 }],
        [5, { ...valid, accountId: "account-2", expiresAt: late + 9 }],
        [6, { ...valid, accountId: "account-3", directoryId: "other", expiresAt: late + 9 }],
        [7, { ...valid, wildcard: true, expiresAt: early }],
        [8, { ...valid, identifier: { type: "ip", value: "192.0.2.1" }, expiresAt: early }],
        [9, { ...valid, identifier: { type: "uri", value: "host.example.test" }, expiresAt: early }],
        [10, { ...valid, expiresAt: late + 9 }],
      ];
      for (const [number, changes] of stored) {
        const { accountId = "account-1", directoryId = "directory" } = changes;
        await placeOrder(store, number, [authorization(number, changes)], { accountId, directoryId });
      }
      await store.deactivateAuthorization("authorization-10", orderError);
      const find = async (instant: number, ...values: string[]): Promise<string[]> => {
        const identifiers = values.map((value) => ({ type: "dns", value }) as const);
        const query = { directoryId: "directory", accountId: "account-1", identifiers, now: instant };
        return (await replica.findValidAuthorizations(query)).map(({ id }) => id).sort();
      };
      const both = ["host.example.test", "*.host.example.test", "other.example.test"];
      expectEqual(await find(now, ...both), ["authorization-2", "authorization-7"], "name and wildcard");
      expectEqual(await find(now, "host.example.test"), ["authorization-2"], "the name alone");
      expectEqual(await find(now, "*.host.example.test"), ["authorization-7"], "the wildcard alone");
      expectEqual(await find(late + 1, ...both), ["authorization-2"], "after all but one have ended");
      expectEqual(await find(late + 2, ...both), [], "at the instant the last one ends");
      expectEqual(await find(now), [], "no identifiers");
      const query = { directoryId: "other", accountId: "account-1", identifiers: [name], now };
      expectEqual(await replica.findValidAuthorizations(query), [], "in another directory");
      const [found] = await replica.findValidAuthorizations({ ...query, directoryId: "directory" });
      expectEqual(found, authorization(2, { ...valid, expiresAt: late + 2 }), "the authorization itself");
    },

  "acceptChallenge: of 8 concurrent responses one is `accepted` and puts one task into the queue (case 94)":
    async (opened) => {
      await placeOrder(opened.store, 1);
      const answers = await race(opened, 8, (handle) => accept(handle, "authorization-1"));
      expectEqual(
        tally(answers.map(({ outcome }) => outcome)),
        { accepted: 1, unchanged: 7 },
        "the outcomes",
      );
      const expected = authorization(1, {
        challenges: authorization(1).challenges.map((challenge) =>
          challenge.type === "http-01" ? { ...challenge, status: "processing" } : challenge,
        ),
      });
      for (const answer of answers)
        expectEqual(answer.authorization, expected, "the authorization a caller gets");
      const {
        authorization: claimed,
        type,
        keyAuthorization,
        attempts,
      } = await claimValidation(opened.replica);
      expectEqual(claimed, expected, "the authorization of the task");
      expectEqual([type, keyAuthorization, attempts], ["http-01", "token.key", 0], "the task");
    },

  "acceptChallenge: of concurrent responses to all challenges of one authorization one is `accepted` (case 95)":
    async (opened) => {
      await placeOrder(opened.store, 1);
      const types = ["http-01", "dns-01", "tls-alpn-01"];
      const answers = await race(opened, 12, (handle, index) =>
        accept(handle, "authorization-1", { type: types[index % 3] ?? "" }),
      );
      const counts = tally(answers.map(({ outcome }) => outcome));
      expectEqual(counts, { accepted: 1, unchanged: 11 }, "the outcomes");
      const winner = types[answers.findIndex(({ outcome }) => outcome === "accepted") % 3];
      expectEqual((await claimValidation(opened.store)).type, winner, "the challenge of the task");
      const stored = await opened.store.findAuthorization("directory", "authorization-1");
      const processing = stored?.challenges
        .filter(({ status }) => status === "processing")
        .map(({ type }) => type);
      expectEqual(processing, [winner], "the challenges in processing");
    },

  "acceptChallenge: `unchanged` once the authorization is not pending or has expired, and for a type it has not (A-131)":
    async ({ store, replica }) => {
      await placeOrder(store, 1, [authorization(1, { expiresAt: now + hour })]);
      await placeReadyOrder(store, 2);
      await placeOrder(store, 3);
      await store.deactivateAuthorization("authorization-3", orderError);
      const attempts: [number, Parameters<typeof accept>[2]][] = [
        [1, { now: now + hour }],
        [1, { type: "device-attest-01" }],
        [2, {}],
        [3, {}],
      ];
      for (const [number, changes] of attempts) {
        const before = await replica.findAuthorization("directory", `authorization-${number}`);
        const answer = await store.acceptChallenge({
          authorizationId: `authorization-${number}`,
          type: "http-01",
          keyAuthorization: "token.key",
          now,
          ...changes,
        });
        expectEqual(answer, { outcome: "unchanged", authorization: before }, `the answer for ${number}`);
      }
      expectEqual(await claim(replica, { now: now + 48 * hour }), [], "the tasks");
      const last = await accept(store, "authorization-1", { now: now + hour - 1 });
      expectEqual(last.outcome, "accepted", "a response in the last millisecond");
    },

  "acceptChallenge: an unknown authorization is ERR_STORE_NOT_FOUND": async ({ store }) => {
    await expectStoreError(accept(store, "authorization-9"), "ERR_STORE_NOT_FOUND", "the attempt");
  },

  "deactivateAuthorization: a pending or valid one, and its pending and ready orders become invalid (A-120, A-137)":
    async ({ store, replica }) => {
      await placeOrder(store, 1);
      await placeReadyOrder(store, 2);
      const shared = authorization(2, { state: "valid" });
      for (const number of [3, 4]) {
        const added = authorization(number);
        await store.createOrder({ order: order(number, [shared, added]), newAuthorizations: [added], now });
      }
      for (const number of [1, 2]) {
        const expected = { ...authorization(number), state: "deactivated" };
        const answer = await store.deactivateAuthorization(`authorization-${number}`, orderError);
        expectEqual(answer, expected, `the answer for ${number}`);
        expectEqual(await replica.findAuthorization("directory", expected.id), expected, `what is stored`);
      }
      expectEqual(await orderStates(replica, [1, 2, 3, 4]), Array(4).fill("invalid"), "the orders");
      expectEqual((await replica.findOrder("directory", "order-4"))?.error, orderError, "the reason");
      expectEqual(await authorizationStates(replica, [3, 4]), ["pending", "pending"], "other authorizations");
    },

  "deactivateAuthorization: orders in processing, valid or invalid stay as they are": async ({
    store,
    replica,
  }) => {
    const shared = authorization(1, { state: "valid" });
    await placeOrder(store, 1, [shared]);
    await claimedFence(store, "order-1");
    await store.createOrder({ order: order(2, [shared]), newAuthorizations: [], now });
    const fence = await claimedFence(store, "order-2");
    const result = { outcome: "invalid", error: connectionError } as const;
    await store.completeFinalization({ orderId: "order-2", fence, result });
    await store.deactivateAuthorization(shared.id, orderError);
    expectEqual(await orderStates(replica, [1, 2]), ["processing", "invalid"], "the orders");
    expectEqual(
      (await replica.findOrder("directory", "order-2"))?.error,
      connectionError,
      "the earlier reason",
    );
  },

  "deactivateAuthorization: in any other state nothing changes; undefined when there is none": async ({
    store,
    replica,
  }) => {
    await placeOrder(store, 1);
    await accept(store, "authorization-1");
    await fail(store, await claimValidation(store));
    const invalid = await replica.findAuthorization("directory", "authorization-1");
    expectEqual(
      await store.deactivateAuthorization("authorization-1", orderError),
      invalid,
      "an invalid one",
    );
    expectEqual(
      await store.deactivateAuthorization("authorization-9", orderError),
      undefined,
      "an unknown one",
    );
    await placeOrder(store, 2);
    const first = await store.deactivateAuthorization("authorization-2", orderError);
    const again = { ...orderError, detail: "again" };
    expectEqual(await replica.deactivateAuthorization("authorization-2", again), first, "a second call");
    expectEqual(
      (await replica.findOrder("directory", "order-2"))?.error,
      orderError,
      "the reason of its order",
    );
  },

  "deactivateAuthorization: racing with the end of its validation, deactivation has the last word (A-131, case 106)":
    async (opened) => {
      for (let number = 0; number < 6; number += 1) {
        await placeOrder(opened.store, number);
        await accept(opened.store, `authorization-${number}`);
      }
      const tasks = await claim(opened.store);
      expectEqual(tasks.length, 6, "the tasks");
      await race(opened, 12, async (handle, index) => {
        const task = tasks[index >> 1];
        if (index % 4 < 2 && task?.kind === "validation") return void (await succeed(handle, task));
        const id = task?.kind === "validation" ? task.authorization.id : "";
        await handle.deactivateAuthorization(id, orderError);
      });
      await race(opened, 12, async (handle, index) => {
        const task = tasks[index >> 1];
        if (index % 4 >= 2 && task?.kind === "validation") return void (await succeed(handle, task));
        const id = task?.kind === "validation" ? task.authorization.id : "";
        await handle.deactivateAuthorization(id, orderError);
      });
      const numbers = [0, 1, 2, 3, 4, 5];
      expectEqual(
        await authorizationStates(opened.store, numbers),
        Array(6).fill("deactivated"),
        "authorizations",
      );
      expectEqual(await orderStates(opened.store, numbers), Array(6).fill("invalid"), "orders");
      expectEqual(await claim(opened.store, { now: now + 48 * hour }), [], "tasks");
    },
};

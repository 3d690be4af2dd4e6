import { type ConformanceCases, expectEqual, race, tally } from "@chancery/core/conformance";
import type { AcmeStore, ValidationTask } from "../../store/acme-store.ts";
import {
  accept,
  asValidation,
  authorization,
  authorizationStates,
  claim,
  claimValidation,
  connectionError,
  fail,
  hour,
  minute,
  now,
  orderError,
  orderStates,
  placeOrder,
  succeed,
} from "./examples.ts";

/** How validations end, or go on. */
export const validationCases: ConformanceCases<AcmeStore> = {
  "completeValidation: a worker that lost its lease changes nothing, its successor's result counts": async ({
    store,
    replica,
  }) => {
    await placeOrder(store, 1);
    await accept(store, "authorization-1");
    const lost = await claimValidation(store, { leaseUntil: now });
    const held = await claimValidation(replica);
    const before = await store.findAuthorization("directory", "authorization-1");
    expectEqual(await succeed(store, lost), "stale", "the late success");
    expectEqual(await retry(store, lost), "stale", "the late failure");
    expectEqual(await store.findAuthorization("directory", "authorization-1"), before, "the authorization");
    expectEqual(await succeed(store, { ...held, fence: held.fence + 1 }), "stale", "a fence not given yet");
    expectEqual(await fail(replica, held), "applied", "the successor's result");
    expectEqual(await succeed(store, lost), "stale", "an even later success");
    expectEqual(await authorizationStates(store, [1]), ["invalid"], "the authorization");
  },

  "completeValidation: a lease that has ended still counts until another claims the task": async ({
    store,
  }) => {
    await placeOrder(store, 1);
    await accept(store, "authorization-1");
    const task = await claimValidation(store);
    expectEqual(await succeed(store, task, { now: now + 2 * minute }), "applied", "the result");
  },

  "completeValidation: valid: the challenge and its authorization become valid, an order with its last one ready (A-132)":
    async ({ store, replica }) => {
      await placeOrder(store, 1, [authorization(1), authorization(2)]);
      await accept(store, "authorization-1", { type: "dns-01" });
      const task = await claimValidation(store);
      await retry(store, task);
      const again = await claimValidation(store, { now: now + minute });
      expectEqual(await succeed(store, again, { now: now + minute }), "applied", "the answer");
      const expected = authorization(1, {
        state: "valid",
        expiresAt: now + 48 * hour,
        challenges: authorization(1).challenges.map((challenge) =>
          challenge.type === "dns-01"
            ? { ...challenge, status: "valid", validatedAt: now + minute }
            : challenge,
        ),
      });
      expectEqual(
        await replica.findAuthorization("directory", "authorization-1"),
        expected,
        "the authorization",
      );
      expectEqual(await orderStates(replica, [1]), ["pending"], "the order, with one to go");
      await accept(store, "authorization-2");
      await succeed(store, await claimValidation(store));
      expectEqual(await orderStates(replica, [1]), ["ready"], "the order, with none to go");
      expectEqual(await claim(store, { now: now + 99 * hour }), [], "the tasks");
    },

  "completeValidation: valid: never moves the end of the authorization earlier": async ({
    store,
    replica,
  }) => {
    await placeOrder(store, 1);
    await accept(store, "authorization-1");
    const result = { outcome: "valid", expiresAt: now + minute } as const;
    await succeed(store, await claimValidation(store), { result });
    const found = await replica.findAuthorization("directory", "authorization-1");
    expectEqual(found?.expiresAt, authorization(1).expiresAt, "the end");
  },

  "completeValidation: invalid: the challenge, its authorization and its pending orders become invalid (A-120, A-135)":
    async ({ store, replica }) => {
      await placeOrder(store, 1, [authorization(1), authorization(2, { state: "valid" })]);
      await accept(store, "authorization-1");
      expectEqual(await fail(store, await claimValidation(store)), "applied", "the answer");
      const expected = authorization(1, {
        state: "invalid",
        challenges: authorization(1).challenges.map((challenge) =>
          challenge.type === "http-01"
            ? { ...challenge, status: "invalid", error: connectionError }
            : challenge,
        ),
      });
      expectEqual(
        await replica.findAuthorization("directory", "authorization-1"),
        expected,
        "the authorization",
      );
      const found = await replica.findOrder("directory", "order-1");
      expectEqual([found?.state, found?.error], ["invalid", connectionError], "the order");
      expectEqual(await authorizationStates(replica, [2]), ["valid"], "another authorization of the order");
      expectEqual(await claim(store, { now: now + 99 * hour }), [], "the tasks");
    },

  "completeValidation: when the last two authorizations of an order end at the same time it becomes ready":
    async (opened) => {
      const numbers = [0, 1, 2, 3, 4, 5, 6, 7];
      for (const number of numbers) {
        const pair = [authorization(number), authorization(number + 100)];
        await placeOrder(opened.store, number, pair);
        for (const { id } of pair) await accept(opened.store, id);
      }
      const tasks = await claim(opened.store, { limit: 16 });
      const answers = await race(opened, tasks.length, (handle, index) =>
        succeed(handle, asValidation(tasks[index])),
      );
      expectEqual(tally(answers), { applied: 16 }, "the answers");
      expectEqual(
        await orderStates(opened.store, numbers),
        numbers.map(() => "ready"),
        "the orders",
      );
    },

  "completeValidation: when one of the last two is valid and the other invalid, the order becomes invalid":
    async (opened) => {
      const numbers = [0, 1, 2, 3, 4, 5, 6, 7];
      for (const number of numbers) {
        const pair = [authorization(number), authorization(number + 100)];
        await placeOrder(opened.store, number, pair);
        for (const { id } of pair) await accept(opened.store, id);
      }
      const tasks = await claim(opened.store, { limit: 16 });
      await race(opened, tasks.length, (handle, index) => {
        const task = asValidation(tasks[index]);
        return Number(task.authorization.id.slice("authorization-".length)) < 100
          ? succeed(handle, task)
          : fail(handle, task);
      });
      expectEqual(
        await orderStates(opened.store, numbers),
        numbers.map(() => "invalid"),
        "the orders",
      );
    },

  "completeValidation: of concurrent results under one fence one is applied": async (opened) => {
    await placeOrder(opened.store, 1);
    await accept(opened.store, "authorization-1");
    const task = await claimValidation(opened.store);
    const answers = await race(opened, 8, (handle, index) =>
      index % 4 < 2 ? succeed(handle, task) : fail(handle, task),
    );
    expectEqual(tally(answers), { applied: 1, stale: 7 }, "the answers");
    const state = answers.indexOf("applied") % 4 < 2 ? "valid" : "invalid";
    expectEqual(await authorizationStates(opened.store, [1]), [state], "the authorization");
    expectEqual(await orderStates(opened.store, [1]), [state === "valid" ? "ready" : "invalid"], "the order");
  },

  "completeValidation: a result after deactivation or expiry is stale, resurrects nothing and removes the task (A-131, case 106)":
    async ({ store, replica }) => {
      await placeOrder(store, 1);
      await placeOrder(store, 2, [authorization(2, { expiresAt: now + hour })]);
      await accept(store, "authorization-1");
      await accept(store, "authorization-2");
      const tasks = (await claim(store)).map(asValidation);
      const [first, second] = tasks.sort((left, right) =>
        left.authorization.id < right.authorization.id ? -1 : 1,
      );
      await store.deactivateAuthorization("authorization-1", orderError);
      const expired = { now: now + hour };
      expectEqual(first && (await succeed(replica, first)), "stale", "success after deactivation");
      expectEqual(second && (await succeed(replica, second, expired)), "stale", "success after expiry");
      expectEqual(
        await authorizationStates(replica, [1, 2]),
        ["deactivated", "pending"],
        "the authorizations",
      );
      expectEqual(await orderStates(replica, [1, 2]), ["invalid", "pending"], "the orders");
      expectEqual(await claim(store, { now: now + 99 * hour }), [], "the tasks");
    },

  "retryValidation: records the failure on a challenge that stays `processing`, and is due again at `runAt` (A-134)":
    async ({ store, replica }) => {
      await placeOrder(store, 1);
      await accept(store, "authorization-1");
      const task = await claimValidation(store, { leaseUntil: now + hour });
      expectEqual(await retry(store, task), "applied", "the answer");
      const expected = authorization(1, {
        challenges: authorization(1).challenges.map((challenge) =>
          challenge.type === "http-01"
            ? { ...challenge, status: "processing", error: connectionError }
            : challenge,
        ),
      });
      expectEqual(
        await replica.findAuthorization("directory", "authorization-1"),
        expected,
        "the authorization",
      );
      expectEqual(await orderStates(replica, [1]), ["pending"], "the order");
      expectEqual(await claim(replica, { now: now + minute - 1 }), [], "before `runAt`");
      const again = await claimValidation(replica, { now: now + minute, leaseUntil: now + minute });
      expectEqual(
        [again.attempts, again.fence > task.fence],
        [1, true],
        "attempts, and whether the fence rose",
      );
      expectEqual(again.authorization, expected, "the authorization of the task");
      const timeout = { ...connectionError, detail: "timed out" };
      await replica.retryValidation({
        authorizationId: "authorization-1",
        fence: again.fence,
        now: now + minute,
        error: timeout,
        runAt: now + hour,
      });
      const third = await claimValidation(store, { now: now + hour });
      expectEqual(third.attempts, 2, "attempts after the second failure");
      const errors = third.authorization.challenges.flatMap(({ error }) => error?.detail ?? []);
      expectEqual(errors, ["timed out"], "the latest failure");
    },

  "retryValidation: after deactivation or expiry it is stale, and the task is removed (A-131)": async ({
    store,
    replica,
  }) => {
    await placeOrder(store, 1, [authorization(1, { expiresAt: now + hour })]);
    await accept(store, "authorization-1");
    const task = await claimValidation(store);
    const before = await replica.findAuthorization("directory", "authorization-1");
    expectEqual(await retry(store, task, now + hour), "stale", "the answer");
    expectEqual(await replica.findAuthorization("directory", "authorization-1"), before, "the authorization");
    expectEqual(await claim(replica, { now: now + 99 * hour }), [], "the tasks");
  },
};

function retry(
  store: AcmeStore,
  { authorization, fence }: ValidationTask,
  instant: number = now,
): Promise<"applied" | "stale"> {
  const failure = { error: connectionError, now: instant, runAt: now + minute };
  return store.retryValidation({ authorizationId: authorization.id, fence, ...failure });
}

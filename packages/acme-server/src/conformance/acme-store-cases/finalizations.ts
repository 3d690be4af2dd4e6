import {
  type ConformanceCases,
  expectEqual,
  expectStoreError,
  race,
  tally,
} from "@chancery/core/conformance";
import type { AcmeStore } from "../../store/acme-store.ts";
import {
  authorization,
  certificate,
  claim,
  claimedFence,
  claimFinalization,
  connectionError,
  finalize,
  hour,
  minute,
  now,
  orderError,
  orderStates,
  placeOrder,
  placeReadyOrder,
} from "./examples.ts";

type Result = Parameters<AcmeStore["completeFinalization"]>[0]["result"];

const results = {
  valid: { outcome: "valid", certificate },
  invalid: { outcome: "invalid", error: connectionError },
  ready: { outcome: "ready" },
} as const satisfies Record<string, Result>;

/** Finalization: who may issue, and how it ends. */
export const finalizationCases: ConformanceCases<AcmeStore> = {
  "beginFinalization: of 8 concurrent callers exactly one gets `claimed`, the others the order as it is (E-050, cases 113 and 114)":
    async (opened) => {
      const ready = await placeReadyOrder(opened.store, 1);
      const answers = await race(opened, 8, (handle, index) => finalize(handle, "order-1", index));
      expectEqual(tally(answers.map(({ outcome }) => outcome)), { claimed: 1, refused: 7 }, "the outcomes");
      const winner = answers.findIndex(({ outcome }) => outcome === "claimed");
      const csrHash = winner.toString(16).padStart(64, "0");
      for (const { order } of answers) {
        expectEqual(order, { ...ready, state: "processing", csrHash }, "the order a caller gets");
      }
      const task = await claimFinalization(opened.replica, { now: now + minute });
      expectEqual(task.csr, Uint8Array.of(0x30, 0x82, 0x00, winner), "the request in the queue");
    },

  "beginFinalization: refused unless the order is ready and nothing has expired (E-050, E-051, cases 108, 116 and 127)":
    async ({ store, replica }) => {
      await placeReadyOrder(store, 1);
      const late = await finalize(store, "order-1", 0, { now: now + hour });
      expectEqual([late.outcome, late.order.state], ["refused", "ready"], "at the instant the order ends");
      await placeOrder(store, 2);
      await placeReadyOrder(store, 3);
      await store.deactivateAuthorization("authorization-3", orderError);
      for (const [number, state] of [
        [2, "pending"],
        [3, "invalid"],
      ] as const) {
        const order = await replica.findOrder("directory", `order-${number}`);
        const answer = await finalize(store, `order-${number}`);
        expectEqual(answer, { outcome: "refused", order }, `an order that is ${state}`);
        expectEqual(answer.order.state, state, `the state of order ${number}`);
      }
      expectEqual(await claim(replica, { now: now + 99 * hour }), [], "the tasks");
      const last = await finalize(store, "order-1", 0, { now: now + hour - 1 });
      expectEqual(last.outcome, "claimed", "in the order's last millisecond");
    },

  "beginFinalization: racing with the deactivation of an authorization it wins or is refused, never both (E-051)":
    async (opened) => {
      for (let number = 0; number < 8; number += 1) await placeReadyOrder(opened.store, number);
      const outcomes = await race(opened, 16, async (handle, index) => {
        const number = index >> 1;
        const first = number % 2 === index % 2;
        if (first) return (await finalize(handle, `order-${number}`)).outcome;
        await handle.deactivateAuthorization(`authorization-${number}`, orderError);
        return "deactivated";
      });
      const states = await orderStates(opened.store, [0, 1, 2, 3, 4, 5, 6, 7]);
      const claimed = outcomes.filter((outcome) => outcome === "claimed").length;
      const expected = claimed === 8 ? { processing: 8 } : { processing: claimed, invalid: 8 - claimed };
      expectEqual({ processing: 0, ...tally(states.map(String)) }, expected, "the states");
    },

  "completeFinalization: ends as `valid` with a certificate, as `invalid` with an error, or back at `ready` (A-123, A-127)":
    async ({ store, replica }) => {
      for (const [number, [state, result]] of Object.entries(results).entries()) {
        const ready = await placeReadyOrder(store, number);
        const fence = await claimedFence(store, `order-${number}`, 7);
        const answer = await store.completeFinalization({ orderId: `order-${number}`, fence, result });
        const csrHash = "7".padStart(64, "0");
        const expected = {
          valid: { ...ready, csrHash, certificate },
          invalid: { ...ready, csrHash, error: connectionError },
          ready,
        }[state];
        expectEqual(answer, { outcome: "applied", order: { ...expected, state } }, `the answer for ${state}`);
        const stored = await replica.findOrder("directory", `order-${number}`);
        expectEqual(stored, answer.order, `the order that is ${state}`);
      }
      expectEqual(await claim(replica, { now: now + 99 * hour }), [], "the tasks");
    },

  "completeFinalization: after `ready` the order can be finalized again, with another request (A-123)":
    async ({ store, replica }) => {
      await placeReadyOrder(store, 1);
      const first = await claimedFence(store, "order-1", 1);
      await store.completeFinalization({ orderId: "order-1", fence: first, result: results.ready });
      const second = await claimedFence(replica, "order-1", 2);
      const found = await store.findOrder("directory", "order-1");
      expectEqual(found?.csrHash, "2".padStart(64, "0"), "the hash of the second request");
      const task = await claimFinalization(store, { now: now + minute, leaseUntil: now + minute });
      expectEqual(task.csr, Uint8Array.of(0x30, 0x82, 0x00, 2), "the second request");
      expectEqual(task.fence > second, true, "the fence rose");
    },

  "completeFinalization: no fence of an order ever comes back: a worker of an earlier finalization is stale":
    async ({ store, replica }) => {
      await placeReadyOrder(store, 1);
      const lost = [await claimedFence(store, "order-1")];
      for (let round = 1; round < 4; round += 1) {
        const { fence } = await claimFinalization(store, { now: now + minute, leaseUntil: now + minute });
        await store.completeFinalization({ orderId: "order-1", fence, result: results.ready });
        lost.push(fence, await claimedFence(replica, "order-1", round));
      }
      const current = lost.pop() ?? 0;
      for (const fence of lost) {
        const { outcome } = await store.completeFinalization({
          orderId: "order-1",
          fence,
          result: results.valid,
        });
        expectEqual(outcome, "stale", `the answer to fence ${fence}`);
      }
      const result = results.invalid;
      const { outcome } = await store.completeFinalization({ orderId: "order-1", fence: current, result });
      expectEqual(outcome, "applied", "the answer to the latest fence");
    },

  "completeFinalization: under a fence that is not the latest it is stale and changes nothing (E-052)":
    async ({ store, replica }) => {
      await placeReadyOrder(store, 1);
      const lost = await claimedFence(store, "order-1", 3);
      expectEqual(await claim(replica, { now: now + minute - 1 }), [], "while the caller holds the lease");
      const task = await claimFinalization(replica, { now: now + minute, leaseUntil: now + 2 * minute });
      expectEqual(task.csr, Uint8Array.of(0x30, 0x82, 0x00, 3), "the request to issue again");
      expectEqual(task.order, await store.findOrder("directory", "order-1"), "the order to issue again");
      expectEqual(task.fence > lost, true, "whether the fence rose");
      for (const result of Object.values(results)) {
        const answer = await store.completeFinalization({ orderId: "order-1", fence: lost, result });
        expectEqual(answer, { outcome: "stale", order: task.order }, `the late ${result.outcome}`);
      }
      const { fence } = task;
      const answer = await replica.completeFinalization({ orderId: "order-1", fence, result: results.valid });
      expectEqual([answer.outcome, answer.order.state], ["applied", "valid"], "the successor's result");
    },

  "completeFinalization: of concurrent results under one fence one is applied (E-050)": async (opened) => {
    await placeReadyOrder(opened.store, 1);
    const fence = await claimedFence(opened.store, "order-1");
    const answers = await race(opened, 8, (handle, index) =>
      handle.completeFinalization({
        orderId: "order-1",
        fence,
        result: index % 4 < 2 ? results.valid : results.invalid,
      }),
    );
    expectEqual(tally(answers.map(({ outcome }) => outcome)), { applied: 1, stale: 7 }, "the outcomes");
    const applied = answers.findIndex(({ outcome }) => outcome === "applied");
    expectEqual(await orderStates(opened.store, [1]), [applied % 4 < 2 ? "valid" : "invalid"], "the order");
  },

  "orders: no edge leads out of valid or invalid (A-119)": async ({ store, replica }) => {
    for (const [number, state] of (["valid", "invalid"] as const).entries()) {
      await placeReadyOrder(store, number);
      const orderId = `order-${number}`;
      const fence = await claimedFence(store, orderId);
      const { order } = await store.completeFinalization({ orderId, fence, result: results[state] });
      for (const result of Object.values(results)) {
        const answer = await replica.completeFinalization({ orderId, fence, result });
        expectEqual(answer, { outcome: "stale", order }, `${result.outcome} after ${state}`);
      }
      expectEqual(await finalize(replica, orderId), { outcome: "refused", order }, `finalize after ${state}`);
      await replica.deactivateAuthorization(authorization(number).id, orderError);
      expectEqual(await store.findOrder("directory", orderId), order, `deactivation after ${state}`);
    }
    await replica.deactivateAccount("account-1", orderError);
    expectEqual(await orderStates(store, [0, 1]), ["valid", "invalid"], "after the account is deactivated");
  },

  "finalization: an unknown order is ERR_STORE_NOT_FOUND": async ({ store }) => {
    await expectStoreError(finalize(store, "order-9"), "ERR_STORE_NOT_FOUND", "beginFinalization");
    const attempt = store.completeFinalization({ orderId: "order-9", fence: 1, result: results.ready });
    await expectStoreError(attempt, "ERR_STORE_NOT_FOUND", "completeFinalization");
  },
};

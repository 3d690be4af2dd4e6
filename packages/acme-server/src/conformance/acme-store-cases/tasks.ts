import { type ConformanceCases, expectEqual, race } from "@chancery/core/conformance";
import type { AcmeStore, Task } from "../../store/acme-store.ts";
import {
  accept,
  account,
  asValidation,
  authorization,
  claim,
  claimValidation,
  minute,
  now,
  placeOrder,
} from "./examples.ts";

/** The queue. */
export const taskCases: ConformanceCases<AcmeStore> = {
  "claimTasks: leases due tasks of one directory, the longest due first, at most `limit`": async ({
    store,
    replica,
  }) => {
    for (const [number, due] of [5, 1, 4, 2, 3].entries()) {
      await placeOrder(store, number);
      await accept(store, `authorization-${number}`, { now: now + due });
    }
    const foreign = authorization(9, { accountId: "account-9", directoryId: "other" });
    await store.createAccount(account(9, { directoryId: "other" }));
    await placeOrder(store, 9, [foreign], { accountId: "account-9", directoryId: "other" });
    await accept(store, "authorization-9");
    expectEqual(await numbersOf(claim(replica)), [], "before anything is due");
    expectEqual(await numbersOf(claim(replica, { now: now + 4, limit: 2 })), [1, 3], "the first two");
    expectEqual(await numbersOf(claim(replica, { now: now + 4 })), [4, 2], "the rest of what is due");
    expectEqual(await numbersOf(claim(replica, { now: now + 5 })), [0], "the last");
    expectEqual(await numbersOf(claim(replica, { now: now + 5 })), [], "nothing is left");
    expectEqual(
      await numbersOf(claim(replica, { now: now + 5, directoryId: "other" })),
      [9],
      "another directory's",
    );
  },

  "claimTasks: no two concurrent callers get the same task": async (opened) => {
    for (let number = 0; number < 24; number += 1) {
      await placeOrder(opened.store, number);
      await accept(opened.store, `authorization-${number}`);
    }
    const claimed = await race(opened, 10, (handle) => numbersOf(claim(handle, { limit: 3 })));
    expectEqual(
      claimed.flat().sort((left, right) => left - right),
      Array.from({ length: 24 }, (_, index) => index),
      "the tasks of all callers together",
    );
  },

  "claimTasks: a lease keeps others away until it ends, then the task is due again under a higher fence (case 105)":
    async ({ store, replica }) => {
      await placeOrder(store, 1);
      await accept(store, "authorization-1");
      const first = await claimValidation(store, { leaseUntil: now + minute });
      expectEqual(await claim(replica, { now: now + minute - 1 }), [], "while the lease runs");
      const second = await claimValidation(replica, { now: now + minute, leaseUntil: now + 2 * minute });
      expectEqual(second.fence > first.fence, true, "the second fence is above the first");
      expectEqual({ ...second, fence: 0 }, { ...first, fence: 0 }, "the task itself");
      expectEqual(await claim(store, { now: now + minute }), [], "while the second lease runs");
    },
};

async function numbersOf(tasks: Promise<readonly Task[]>): Promise<number[]> {
  return (await tasks).map((task) =>
    Number(asValidation(task).authorization.id.slice("authorization-".length)),
  );
}

import { nextTurn, type OpenedStore } from "@chancery/core/conformance";
import { describe, expect, test } from "vitest";
import type { AcmeStore } from "../store/acme-store.ts";
import { createMemoryAcmeStore } from "../store/memory.ts";
import { acmeStoreConformance } from "./index.ts";

type Breakage = (store: AcmeStore) => Partial<AcmeStore>;

// Each row is a mistake that a store can make, and a case that must notice it.
const mistakes: readonly { why: string; breaks: Breakage; noticedBy: string }[] = [
  {
    why: "looks for a nonce first and inserts it later",
    breaks: () => {
      const used = new Set<string>();
      return {
        consumeNonce: async ({ nonce }) => {
          const isFirst = !used.has(nonce);
          await nextTurn();
          used.add(nonce);
          return isFirst;
        },
      };
    },
    noticedBy: "consumeNonce: of 100 concurrent callers",
  },
  {
    why: "forgets a nonce as soon as it has ended",
    breaks: () => {
      const used = new Map<string, number>();
      return {
        consumeNonce: async ({ nonce, expiresAt, now }) => {
          for (const [old, end] of used) if (end <= now) used.delete(old);
          if (used.has(nonce)) return false;
          used.set(nonce, expiresAt);
          return true;
        },
      };
    },
    noticedBy: "consumeNonce: a nonce stays used for ever",
  },
  {
    why: "looks for an account first and creates it later",
    breaks: (store) => ({
      createAccount: async (account) => {
        const existing = await store.findAccountByKey(account.directoryId, account.keyThumbprint);
        await nextTurn();
        if (existing !== undefined) return { outcome: "existing", account: existing };
        const keyThumbprint = `${account.keyThumbprint}-${account.id}`;
        await store.createAccount({ ...account, keyThumbprint });
        return { outcome: "created", account };
      },
    }),
    noticedBy: "createAccount: of 16 concurrent callers",
  },
  {
    why: "shows orders across directories",
    breaks: (store) => ({ findOrder: (_, id) => store.findOrder("directory", id) }),
    noticedBy: "findOrder, findAuthorization: never cross a directory",
  },
  {
    why: "takes a wildcard for its base name",
    breaks: (store) => ({
      findValidAuthorizations: (query) =>
        store.findValidAuthorizations({
          ...query,
          identifiers: query.identifiers.map(({ type, value }) => ({ type, value: value.replace("*.", "") })),
        }),
    }),
    noticedBy: "findValidAuthorizations:",
  },
  {
    why: "pages orders by their time alone",
    breaks: (store) => ({
      listOrders: ({ after, ...query }) =>
        store.listOrders({ ...query, ...(after && { after: { createdAt: after.createdAt, id: "" } }) }),
    }),
    noticedBy: "listOrders: an account's orders newest first",
  },
  {
    why: "ignores leases",
    breaks: (store) => ({
      claimTasks: (query) => store.claimTasks({ ...query, leaseUntil: query.now }),
    }),
    noticedBy: "claimTasks: a lease keeps others away",
  },
  {
    why: "reads due tasks first and leases them later",
    breaks: (store) => {
      let seen: ReturnType<AcmeStore["claimTasks"]> | undefined;
      return {
        claimTasks: async (query) => {
          seen ??= store.claimTasks(query);
          const tasks = await seen;
          await nextTurn();
          seen = undefined;
          return tasks;
        },
      };
    },
    noticedBy: "claimTasks: no two concurrent callers",
  },
  {
    why: "believes any fence",
    breaks: (store) => {
      const latest = new Map<string, number>();
      return {
        claimTasks: async (query) => {
          const tasks = await store.claimTasks(query);
          for (const task of tasks)
            if (task.kind === "validation") latest.set(task.authorization.id, task.fence);
          return tasks;
        },
        completeValidation: (input) =>
          store.completeValidation({ ...input, fence: latest.get(input.authorizationId) ?? input.fence }),
      };
    },
    noticedBy: "completeValidation: a worker that lost its lease",
  },
  {
    why: "resurrects what has expired",
    breaks: (store) => ({
      completeValidation: (input) => store.completeValidation({ ...input, now: 0 }),
    }),
    noticedBy: "completeValidation: a result after deactivation or expiry",
  },
  {
    why: "moves the end of an authorization earlier",
    breaks: (store) => ({
      findAuthorization: async (directoryId, id) => {
        const found = await store.findAuthorization(directoryId, id);
        return found && { ...found, expiresAt: found.expiresAt - (found.state === "valid" ? 1 : 0) };
      },
    }),
    noticedBy: "completeValidation: valid: never moves the end",
  },
  {
    why: "retries at once",
    breaks: (store) => ({
      retryValidation: (input) => store.retryValidation({ ...input, runAt: input.now }),
    }),
    noticedBy: "retryValidation: records the failure",
  },
  {
    why: "lets everyone finalize",
    breaks: (store) => ({
      beginFinalization: async (input) => {
        const answer = await store.beginFinalization(input);
        const isLate = answer.outcome === "refused" && answer.order.state === "processing";
        return isLate ? { ...answer, outcome: "claimed", fence: 1 } : answer;
      },
    }),
    noticedBy: "beginFinalization: of 8 concurrent callers",
  },
  {
    why: "finalizes what has expired",
    breaks: (store) => ({ beginFinalization: (input) => store.beginFinalization({ ...input, now: 0 }) }),
    noticedBy: "beginFinalization: refused unless the order is ready",
  },
  {
    why: "starts the fences of a new finalization at one again",
    breaks: (store) => {
      const current = new Map<string, number>();
      return {
        beginFinalization: async (input) => {
          const answer = await store.beginFinalization(input);
          if (answer.outcome === "refused") return answer;
          current.set(input.orderId, answer.fence);
          return { ...answer, fence: 1 };
        },
        completeFinalization: (input) =>
          store.completeFinalization({
            ...input,
            fence: input.fence === 1 ? (current.get(input.orderId) ?? 1) : input.fence,
          }),
      };
    },
    noticedBy: "completeFinalization: no fence of an order ever comes back",
  },
  {
    why: "keeps the octets that were handed in",
    breaks: (store) => {
      let kept = new Uint8Array();
      return {
        beginFinalization: (input) => {
          kept = input.csr as Uint8Array<ArrayBuffer>;
          return store.beginFinalization(input);
        },
        claimTasks: async (query) =>
          (await store.claimTasks(query)).map((task) =>
            task.kind === "finalization" ? { ...task, csr: kept } : task,
          ),
      };
    },
    noticedBy: "copies: certification requests",
  },
];

describe("acmeStoreConformance", () => {
  test.each(mistakes)("notices a store that $why", async ({ breaks, noticedBy }) => {
    const failed = await failuresWith(() => {
      const store = createMemoryAcmeStore();
      const broken = { ...store, ...breaks(store) };
      return { store: broken, replica: broken, close: async () => {} };
    });
    expect(failed.filter((sentence) => sentence.startsWith(noticedBy))).toHaveLength(1);
  });

  test("notices a replica that does not see what was promised", async () => {
    const failed = await failuresWith(() => ({
      store: createMemoryAcmeStore(),
      replica: createMemoryAcmeStore(),
      close: async () => {},
    }));
    expect(failed.length).toBeGreaterThan(40);
  });
});

async function failuresWith(open: () => OpenedStore<AcmeStore>): Promise<string[]> {
  const cases: [string, () => Promise<void>][] = [];
  acmeStoreConformance({
    test: (sentence, body) => cases.push([sentence, body]),
    open: async () => open(),
  });
  const failed: string[] = [];
  for (const [sentence, body] of cases) await body().catch(() => failed.push(sentence));
  return failed;
}

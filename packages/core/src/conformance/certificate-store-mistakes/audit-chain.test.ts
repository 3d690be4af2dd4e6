import { expect, test } from "vitest";
import { judgeMistake, type Mistake } from "../../../test/support/broken-store.ts";
import { nextTurn } from "../index.ts";

// Mistakes that a store can make about the audit chain.
const mistakes: readonly Mistake[] = [
  {
    why: "looks at the head first and extends the chain later",
    breaks: (store) => ({
      chainAudit: async (extension) => {
        const head = await store.findAuditHead();
        if (head?.hash !== extension.head?.hash) return "stale";
        await nextTurn();
        const length = (await store.findAuditHead())?.position ?? 0;
        const links = extension.links.map((link, index) => ({ ...link, position: length + index + 1 }));
        const last = await store.findAuditHead();
        return store.chainAudit({ ...(last && { head: last }), links }).catch(() => "chained");
      },
    }),
    noticedBy: "chainAudit: of 16 concurrent callers with one head",
  },
  {
    why: "compares positions but not hashes",
    breaks: (store) => ({
      chainAudit: async ({ head, links }) => {
        const last = await store.findAuditHead();
        const known = head?.position === last?.position ? last : head;
        return store.chainAudit({ ...(known && { head: known }), links });
      },
    }),
    noticedBy: "chainAudit: a head that is not the last link",
  },
  {
    why: "chains what it can",
    breaks: (store) => ({
      chainAudit: async (extension) => {
        const unchained = await store.listUnchainedAudit({ limit: 1000 });
        const links = extension.links.filter((link, index) => {
          const isOpen = unchained.some(({ sequence }) => sequence === link.sequence);
          return isOpen && extension.links.findIndex(({ sequence }) => sequence === link.sequence) === index;
        });
        return store.chainAudit({ ...extension, links });
      },
    }),
    noticedBy: "chainAudit: an entry that is absent or has a place",
  },
  {
    why: "lists the chain in the order of the trail",
    breaks: (store) => ({
      listAuditChain: async (query) =>
        [...(await store.listAuditChain(query))].sort((left, right) => left.sequence - right.sequence),
    }),
    noticedBy: "chainAudit: gives entries their places",
  },
  {
    why: "takes what stands after the last chained entry for all that is unchained",
    breaks: (store) => ({
      listUnchainedAudit: async ({ limit }) => {
        const chained = await store.listAuditChain({ limit: 1000 });
        const after = Math.max(0, ...chained.map(({ sequence }) => sequence));
        return store.listAudit({ after, limit });
      },
    }),
    noticedBy: "listUnchainedAudit:",
  },
  {
    why: "finds the first link for the head",
    breaks: (store) => ({
      findAuditHead: async () => (await store.listAuditChain({ limit: 1 }))[0]?.link,
    }),
    noticedBy: "findAuditHead:",
  },
  {
    why: "begins with the first unchained entry on every page",
    breaks: (store) => ({ listUnchainedAudit: ({ limit }) => store.listUnchainedAudit({ limit }) }),
    noticedBy: "listUnchainedAudit:",
  },
];

test.each(mistakes)("notices a store that $why", async (mistake) => {
  expect(await judgeMistake(mistake)).toEqual({ cases: 1, failed: 1 });
});

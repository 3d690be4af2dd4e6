import { expect, test } from "vitest";
import { judgeMistake, type Mistake } from "../../../test/support/broken-store.ts";

// Mistakes that a store can make about lists.
const mistakes: readonly Mistake[] = [
  {
    why: "takes any of the conditions for enough",
    breaks: (store) => ({
      list: ({ profile, ...query }) =>
        store.list(
          Object.keys(query).length > 2 ? query : { ...query, ...(profile !== undefined && { profile }) },
        ),
    }),
    noticedBy: "list: with several conditions",
  },
  {
    why: "sorts by expiry only within a page",
    breaks: (store) => ({
      list: async ({ order, ...query }) => {
        const page = await store.list(query);
        return order === "expiry" ? page.toSorted((left, right) => left.notAfter - right.notAfter) : page;
      },
    }),
    noticedBy: "list: with one condition",
  },
  {
    why: "pages by expiry alone",
    breaks: (store) => ({
      list: ({ after, ...query }) =>
        store.list({
          ...query,
          ...(after && {
            after: query.order === "expiry" ? { ...after, serialNumber: "ff".repeat(21) } : after,
          }),
        }),
    }),
    noticedBy: 'list: with `order: "expiry"`',
  },
  {
    why: "leaves the bounds of notAfter out",
    breaks: (store) => ({
      list: ({ notAfter, ...query }) =>
        store.list({
          ...query,
          ...(notAfter && {
            notAfter: { from: (notAfter.from ?? 0) + 1, to: (notAfter.to ?? Number.MAX_SAFE_INTEGER) - 1 },
          }),
        }),
    }),
    noticedBy: "list: the bounds of `notAfter`",
  },
  {
    why: "calls a certificate revoked that has expired since",
    breaks: (store) => ({
      list: ({ status, ...query }) =>
        store.list({
          ...query,
          ...(status && { status: { ...status, at: status.is === "revoked" ? 0 : status.at } }),
        }),
    }),
    noticedBy: "list: of the four states exactly one is true",
  },
  {
    why: "counts two thirds from the wrong end",
    breaks: (store) => ({
      list: ({ overdueAt, ...query }) =>
        store.list({ ...query, ...(overdueAt !== undefined && { overdueAt: overdueAt + 1000 }) }),
    }),
    noticedBy: "list: a certificate is overdue once two thirds",
  },
  {
    why: "takes a certificate that shares one name for a replacement",
    breaks: (store) => ({
      list: async (query) => {
        const listed = await store.list(query);
        if (query.overdueAt === undefined) return listed;
        const all = await store.list({ limit: 1000 });
        return listed.filter(
          ({ identifiers: [first], notAfter }) =>
            !all.some((other) => other.notAfter > notAfter && other.identifiers[0]?.value === first?.value),
        );
      },
    }),
    noticedBy: "list: a certificate with exactly the same identifiers",
  },
  {
    why: "never finds a certificate overdue again once it was replaced",
    breaks: (store) => {
      const replaced = new Set<string>();
      return {
        complete: async (completion) => {
          const record = await store.complete(completion);
          for (const other of await store.list({ limit: 1000 })) {
            if (other.notAfter < record.notAfter) replaced.add(other.fingerprint);
          }
          return record;
        },
        list: async (query) => {
          const listed = await store.list(query);
          if (query.overdueAt === undefined) return listed;
          return listed.filter(({ fingerprint }) => !replaced.has(fingerprint));
        },
      };
    },
    noticedBy: "list: what is revoked or on hold is not overdue",
  },
];

test.each(mistakes)("notices a store that $why", async (mistake) => {
  expect(await judgeMistake(mistake)).toEqual({ cases: 1, failed: 1 });
});

import { describe, expect, test } from "vitest";
import { failuresWith, judgeMistake, type Mistake } from "../../test/support/broken-store.ts";
import type { CertificateStore } from "../store/certificate-store.ts";
import { createMemoryCertificateStore } from "../store/memory.ts";
import { nextTurn } from "./index.ts";

const mistakes: readonly Mistake[] = [
  {
    why: "forgets request ids",
    breaks: (store) => ({
      reserve: (given) => {
        const { requestId: _, ...reservation } = given;
        return store.reserve(reservation);
      },
    }),
    noticedBy: "reserve: of 16 concurrent callers with one requestId",
  },
  {
    why: "looks for a request id first and reserves later",
    breaks: (store) => ({
      reserve: async ({ requestId, ...reservation }) => {
        const earlier = requestId === undefined ? undefined : await store.findByRequestId(requestId);
        await nextTurn();
        return earlier ?? store.reserve(reservation);
      },
    }),
    noticedBy: "reserve: 16 callers racing one requestId",
  },
  {
    why: "reports a taken serial number with an error of its own",
    breaks: (store) => ({
      reserve: (reservation) =>
        store.reserve(reservation).catch(() => {
          throw new Error("UNIQUE constraint failed");
        }),
    }),
    noticedBy: "reserve: a serial number the issuer has used",
  },
  {
    why: "gives a later completion its own bytes back",
    breaks: (store) => ({
      complete: async (completion) => ({
        ...(await store.complete(completion)),
        certificate: completion.certificate,
      }),
    }),
    noticedBy: "complete: of 50 concurrent completions the first wins",
  },
  {
    why: "keeps the octets that were handed in",
    breaks: (store) => {
      const kept = new Map<string, Uint8Array>();
      return {
        complete: (completion) => {
          kept.set(completion.fingerprint, completion.certificate);
          return store.complete(completion);
        },
        find: async (key) => {
          const record = await store.find(key);
          return record && { ...record, certificate: kept.get(record.fingerprint) ?? record.certificate };
        },
      };
    },
    noticedBy: "copies: changing what was handed in, from the moment",
  },
  {
    why: "hands out the record it keeps",
    breaks: (store) => {
      const kept = new Map<string, Awaited<ReturnType<CertificateStore["find"]>>>();
      return {
        find: async (key) => {
          const name = JSON.stringify(key);
          if (!kept.has(name)) kept.set(name, await store.find(key));
          return kept.get(name);
        },
      };
    },
    noticedBy: "copies: changing what was handed out changes",
  },
  {
    why: "loses the reason",
    breaks: (store) => ({
      revoke: (given) => {
        const { reason: _, ...revocation } = given;
        return store.revoke(revocation);
      },
    }),
    noticedBy: "revoke: keeps every reason",
  },
  {
    why: "sorts serial numbers as numbers",
    breaks: (store) => ({
      list: async (query) =>
        [...(await store.list(query))].sort((left, right) =>
          Number(BigInt(`0x${left.serialNumber}`) - BigInt(`0x${right.serialNumber}`)),
        ),
    }),
    noticedBy: "list: ascending by serial number as octets",
  },
  {
    why: "pages by serial number alone",
    breaks: (store) => ({
      list: ({ after, ...query }) =>
        store.list({ ...query, ...(after && { after: { ...after, issuerId: "ff".repeat(32) } }) }),
    }),
    noticedBy: "list: ascending by serial number as octets",
  },
  {
    why: "pages by counting",
    breaks: (store) => {
      let seen = 0;
      return {
        list: async ({ after, limit, ...query }) => {
          seen = after === undefined ? 0 : seen;
          const page = (await store.list({ ...query, limit: 1000 })).slice(seen, seen + limit);
          seen += page.length;
          return page;
        },
      };
    },
    noticedBy: "list: while others issue",
  },
  {
    why: "compares names without case",
    breaks: (store) => ({
      list: async ({ identifier, ...query }) => {
        const wanted = identifier?.value.toLowerCase();
        const listed = await store.list({ ...query, limit: 1000 });
        return listed
          .filter(
            ({ identifiers }) => !wanted || identifiers.some(({ value }) => value.toLowerCase() === wanted),
          )
          .slice(0, query.limit);
      },
    }),
    noticedBy: "list: with an identifier",
  },
  {
    why: "shows the audit entry last seen again",
    breaks: (store) => ({
      listAudit: ({ after = 0, limit }) => store.listAudit({ after: Math.max(0, after - 1), limit }),
    }),
    noticedBy: "listAudit: in the order in which entries were appended",
  },
  {
    why: "counts in seconds",
    breaks: (store) => ({
      reserve: (reservation) =>
        store.reserve({ ...reservation, reservedAt: Math.floor(reservation.reservedAt / 1000) * 1000 }),
    }),
    noticedBy: "listReservations:",
  },
  {
    why: "trims what it stores",
    breaks: (store) => ({
      findByRequestId: (requestId) => store.findByRequestId(requestId.trim()),
      reserve: (reservation) => store.reserve({ ...reservation, profile: reservation.profile.trim() }),
    }),
    noticedBy: "values: any Unicode text comes back as it was",
  },
];

describe("certificateStoreConformance", () => {
  test.each(mistakes)("notices a store that $why", async (mistake) => {
    expect(await judgeMistake(mistake)).toEqual({ cases: 1, failed: 1 });
  });

  test("notices a replica that does not see what was promised", async () => {
    const failed = await failuresWith(() => ({
      store: createMemoryCertificateStore(),
      replica: createMemoryCertificateStore(),
      close: async () => {},
    }));
    expect(failed.length).toBeGreaterThan(20);
  });

  test("closes every store it opens, also after a case that fails", async () => {
    let open = 0;
    await failuresWith(() => {
      open += 1;
      const store = { ...createMemoryCertificateStore(), find: () => Promise.reject(new Error("broken")) };
      const close = async (): Promise<void> => {
        open -= 1;
      };
      return { store, replica: store, close };
    });
    expect(open).toBe(0);
  });
});

import { expect, test } from "vitest";
import { judgeMistake, type Mistake } from "../../../test/support/broken-store.ts";
import type { CrlRecord } from "../../store/certificate-store.ts";
import { nextTurn } from "../index.ts";

// Mistakes that a store can make about CRLs.
const mistakes: readonly Mistake[] = [
  {
    why: "lists what another partition revoked",
    breaks: (store) => ({
      listRevoked: async (query) => [
        ...(await store.listRevoked(query)),
        ...(await store.listRevoked({ ...query, partition: query.partition + 1 })),
      ],
    }),
    noticedBy: "listRevoked: lists what is revoked or on hold in one partition",
  },
  {
    why: "leaves out what ends at the very instant",
    breaks: (store) => ({
      listRevoked: (query) => store.listRevoked({ ...query, notAfterFrom: query.notAfterFrom + 1 }),
    }),
    noticedBy: "listRevoked: only certificates that end at",
  },
  {
    why: "pages revoked certificates by counting",
    breaks: (store) => {
      let seen = 0;
      return {
        listRevoked: async ({ after, limit, ...query }) => {
          seen = after === undefined ? 0 : seen;
          const page = (await store.listRevoked({ ...query, limit: 1000 })).slice(seen, seen + limit);
          seen += page.length;
          return page;
        },
      };
    },
    noticedBy: "listRevoked: while others revoke and release",
  },
  {
    why: "takes the time for a CRL number",
    breaks: () => ({ takeCrlNumber: async ({ at }) => at }),
    noticedBy: "takeCrlNumber: of 50 concurrent callers",
  },
  {
    why: "reads the last CRL number first and writes the next one later",
    breaks: () => {
      let last = 0;
      return {
        takeCrlNumber: async ({ at }) => {
          const number = Math.max(last + 1, at);
          await nextTurn();
          last = number;
          return number;
        },
      };
    },
    noticedBy: "takeCrlNumber: of 50 concurrent callers",
  },
  {
    why: "begins anew when the clock is set back",
    breaks: () => {
      const taken = new Set<number>();
      return {
        takeCrlNumber: async ({ at }) => {
          let number = at;
          while (taken.has(number)) number += 1;
          taken.add(number);
          return number;
        },
      };
    },
    noticedBy: "takeCrlNumber: a clock that was far ahead",
  },
  {
    why: "counts revocations that come too late",
    breaks: (store) => {
      let late = 0;
      return {
        revoke: async (revocation) => {
          const answer = await store.revoke(revocation);
          if (answer.outcome === "alreadyRevoked") late += 1;
          return answer;
        },
        countRevocationChanges: async (partition) => late + (await store.countRevocationChanges(partition)),
      };
    },
    noticedBy: "countRevocationChanges: what changes nothing",
  },
  {
    why: "counts a revocation before it is listed",
    breaks: (store) => {
      let early = 0;
      return {
        revoke: async (revocation) => {
          early += 1;
          await nextTurn();
          return store.revoke(revocation);
        },
        countRevocationChanges: async () => early,
      };
    },
    noticedBy: "countRevocationChanges: who reads the count and then the list",
  },
  {
    why: "lets the CRL that is published last stand",
    breaks: (store) => {
      const last = new Map<string, CrlRecord>();
      return {
        publishCrl: async ({ audit, ...crl }) => {
          await nextTurn();
          last.set(`${crl.issuerId} ${crl.kind} ${crl.partition}`, crl);
          await store.appendAudit(audit);
          return "published";
        },
        findCrl: async ({ issuerId, kind, partition }) => last.get(`${issuerId} ${kind} ${partition}`),
      };
    },
    noticedBy: "publishCrl: of 16 concurrent callers the one with the greatest number",
  },
  {
    why: "publishes a number twice",
    breaks: (store) => ({
      publishCrl: async (publication) => {
        const outcome = await store.publishCrl(publication);
        const kept = await store.findCrl(publication);
        return kept?.number === publication.number ? "published" : outcome;
      },
    }),
    noticedBy: "publishCrl: of 16 concurrent callers with one number",
  },
  {
    why: "keeps one CRL for both kinds",
    breaks: (store) => ({
      publishCrl: (publication) => store.publishCrl({ ...publication, kind: "full" }),
      findCrl: (query) => store.findCrl({ ...query, kind: "full" }),
    }),
    noticedBy: "publishCrl: kinds, partitions and issuers do not meet",
  },
  {
    why: "lists partitions that have a delta alone",
    breaks: (store) => ({
      publishCrl: async (publication) => {
        const outcome = await store.publishCrl(publication);
        if (publication.kind === "delta") await store.publishCrl({ ...publication, kind: "full" });
        return outcome;
      },
    }),
    noticedBy: "listCrlPartitions:",
  },
  {
    why: "lists partitions that have a full CRL alone",
    breaks: (store) => {
      const published = new Set<number>();
      return {
        publishCrl: (publication) => {
          if (publication.kind === "full") published.add(publication.partition);
          return store.publishCrl(publication);
        },
        listCrlPartitions: async (issuerId) =>
          (await store.listCrlPartitions(issuerId)).filter((partition) => published.has(partition)),
      };
    },
    noticedBy: "listCrlPartitions:",
  },
  {
    why: "hands out the CRL that it keeps",
    breaks: (store) => {
      let kept: CrlRecord | undefined;
      return {
        findCrl: async (query) => {
          kept ??= await store.findCrl(query);
          return kept;
        },
      };
    },
    noticedBy: "copies: changing what was handed out of blocked keys",
  },
];

test.each(mistakes)("notices a store that $why", async (mistake) => {
  expect(await judgeMistake(mistake)).toEqual({ cases: 1, failed: 1 });
});

import { expect, test } from "vitest";
import { judgeMistake, type Mistake } from "../../../test/support/broken-store.ts";
import type { CertificateRecord } from "../../store/certificate-store.ts";

// Mistakes that a store can make about holds.
const mistakes: readonly Mistake[] = [
  {
    why: "dates a hold that becomes final anew",
    breaks: (store) => ({
      revoke: async (revocation) => {
        const { revokedAt } = revocation;
        const answer = await store.revoke(revocation);
        if (answer.outcome !== "revoked") return answer;
        return {
          ...answer,
          record: { ...answer.record, revocation: { ...answer.record.revocation, revokedAt } },
        };
      },
    }),
    noticedBy: "revoke: a hold can become final",
  },
  {
    why: "never makes a hold final",
    breaks: (store) => ({
      revoke: async (revocation) => {
        const record = await store.find(revocation);
        return record?.revocation ? { outcome: "alreadyRevoked", record } : store.revoke(revocation);
      },
    }),
    noticedBy: "revoke: of 16 concurrent callers that make a hold final",
  },
  {
    why: "holds what is held again",
    breaks: (store) => ({
      revoke: async (revocation) => {
        const answer = await store.revoke(revocation);
        const isHeld =
          answer.outcome === "alreadyRevoked" && answer.record.revocation?.reason === "certificateHold";
        return isHeld ? { outcome: "revoked", record: answer.record } : answer;
      },
    }),
    noticedBy: "revoke: a certificate on hold cannot be put on hold",
  },
  {
    why: "loses the invalidity date",
    breaks: (store) => ({
      revoke: (given) => {
        const { invalidityDate: _, ...revocation } = given;
        return store.revoke(revocation);
      },
    }),
    noticedBy: "revoke: for certificateHold it puts a certificate on hold",
  },
  {
    why: "tells everyone that the hold was ended by them",
    breaks: (store) => ({
      release: async (transition) => {
        const answer = await store.release(transition);
        return answer.outcome === "notHeld" ? { ...answer, outcome: "released" } : answer;
      },
    }),
    noticedBy: "release: of 16 concurrent callers",
  },
  {
    why: "releases what was revoked without a reason",
    breaks: (store) => ({
      revoke: (revocation) => store.revoke({ ...revocation, reason: revocation.reason ?? "certificateHold" }),
    }),
    noticedBy: "release: a certificate that is valid or revoked for good",
  },
  {
    why: "does not list a release",
    breaks: (store) => {
      const former = new Map<string, CertificateRecord>();
      return {
        release: async (transition) => {
          const record = await store.find(transition);
          if (record !== undefined) former.set(record.fingerprint, record);
          return store.release(transition);
        },
        list: async (query) =>
          (await store.list(query)).map((record) => former.get(record.fingerprint) ?? record),
      };
    },
    noticedBy: "release: ends a hold",
  },
];

test.each(mistakes)("notices a store that $why", async (mistake) => {
  expect(await judgeMistake(mistake)).toEqual({ cases: 1, failed: 1 });
});

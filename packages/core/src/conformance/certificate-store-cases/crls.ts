import type { CertificateStore } from "../../store/certificate-store.ts";
import { expectEqual, tally } from "../expect.ts";
import { type ConformanceCases, race } from "../harness.ts";
import {
  crlOf,
  issue,
  issuerNamed,
  publication,
  reservation,
  revocation,
  wholeTrailOfFacts,
} from "./examples.ts";

const issuerId = issuerNamed("a");
const partition = { issuerId, partition: 0 };

/** CRL numbers and the CRLs that are kept. */
export const crlCases: ConformanceCases<CertificateStore> = {
  "takeCrlNumber: at least `at`, and greater than every number taken before for this issuer (B-161)": async ({
    store,
    replica,
  }) => {
    const at = 1_900_000_000_000;
    const taken: number[] = [];
    for (const now of [at, at, at + 1, at + 1000, at + 1000]) {
      const number = await (taken.length % 2 === 0 ? store : replica).takeCrlNumber({ issuerId, at: now });
      expectEqual(number >= now, true, `the number ${number} at ${now}`);
      expectEqual(number > (taken.at(-1) ?? -1), true, `the number ${number} after ${taken.at(-1)}`);
      taken.push(number);
    }
    const other = await store.takeCrlNumber({ issuerId: issuerNamed("b"), at: 5 });
    expectEqual(other >= 5, true, "another issuer's number");
  },

  "takeCrlNumber: of 50 concurrent callers no two get the same number (B-161, E-054)": async (opened) => {
    const at = 1_900_000_000_000;
    const numbers = await race(opened, 50, (handle) => handle.takeCrlNumber({ issuerId, at }));
    expectEqual(new Set(numbers).size, 50, "different numbers");
    expectEqual(Math.min(...numbers) >= at, true, "all at least `at`");
    const next = await opened.store.takeCrlNumber({ issuerId, at: 0 });
    expectEqual(next > Math.max(...numbers), true, "the next one is greater than all");
  },

  "takeCrlNumber: a clock that was far ahead, or is set back, takes no number again (B-161, D-031)": async ({
    store,
    replica,
  }) => {
    const ahead = await store.takeCrlNumber({ issuerId, at: 253_402_300_799_000 });
    expectEqual(ahead >= 253_402_300_799_000, true, "the number far ahead");
    let last = ahead;
    for (const at of [1_900_000_000_000, 0, -62_135_596_800_000]) {
      const number = await replica.takeCrlNumber({ issuerId, at });
      expectEqual(number > last, true, `the number at ${at}`);
      last = number;
    }
  },

  "publishCrl: keeps the CRL as the latest of its kind and partition, and appends the audit entry": async ({
    store,
    replica,
  }) => {
    const find = { ...partition, kind: "full" } as const;
    expectEqual(await replica.findCrl(find), undefined, "before");
    const [first, second] = [publication(10), publication(11, { changes: 4 })];
    expectEqual(await store.publishCrl(first), "published", "the first outcome");
    expectEqual(await replica.findCrl(find), crlOf(first), "the first");
    expectEqual(await store.publishCrl(second), "published", "the second outcome");
    expectEqual(await replica.findCrl(find), crlOf(second), "the second");
    expectEqual(await wholeTrailOfFacts(replica), [first.audit, second.audit], "the audit trail");
  },

  "publishCrl: a lesser or equal number than that of the CRL that is kept is `superseded` and stores nothing":
    async ({ store, replica }) => {
      await store.publishCrl(publication(10));
      for (const number of [10, 9, 0]) {
        const late = publication(number, { crl: Uint8Array.of(1) });
        expectEqual(await replica.publishCrl(late), "superseded", `number ${number}`);
      }
      expectEqual(await store.findCrl({ ...partition, kind: "full" }), crlOf(publication(10)), "the CRL");
      expectEqual(await wholeTrailOfFacts(store), [publication(10).audit], "the audit trail");
    },

  "publishCrl: kinds, partitions and issuers do not meet; a delta keeps the number of its base (B-165)":
    async ({ store, replica }) => {
      const publications = [
        publication(10),
        publication(5, { kind: "delta", baseNumber: 4 }),
        publication(4, { partition: 1 }),
        publication(3, { partition: 65_535 }),
        publication(2, { issuerId: issuerNamed("b") }),
      ];
      for (const one of publications) {
        expectEqual(await store.publishCrl(one), "published", `number ${one.number}`);
      }
      for (const one of publications)
        expectEqual(await replica.findCrl(one), crlOf(one), `CRL ${one.number}`);
      const missing = { issuerId: issuerNamed("b"), partition: 0, kind: "delta" } as const;
      expectEqual(await replica.findCrl(missing), undefined, "a kind that was not published");
    },

  "publishCrl: of 16 concurrent callers the one with the greatest number stands in the end (B-161)": async (
    opened,
  ) => {
    const numbers = Array.from({ length: 16 }, (_, index) => 100 + ((index * 7) % 16));
    const outcomes = await race(opened, 16, (handle, index) =>
      handle.publishCrl(publication(numbers[index] ?? 0)),
    );
    const greatest = numbers.indexOf(115);
    expectEqual(outcomes[greatest], "published", "the outcome of the greatest");
    const kept = await opened.store.findCrl({ ...partition, kind: "full" });
    expectEqual(kept, crlOf(publication(115)), "the CRL");
    const published = numbers.filter((_, index) => outcomes[index] === "published");
    const trail = await wholeTrailOfFacts(opened.store);
    expectEqual(
      trail.map(({ subject }) => Number(subject)),
      published.toSorted((left, right) => left - right),
      "the audit trail, in the order of publication",
    );
  },

  "publishCrl: of 16 concurrent callers with one number exactly one gets `published` (E-054)": async (
    opened,
  ) => {
    const outcomes = await race(opened, 16, (handle, index) =>
      handle.publishCrl(publication(7, { thisUpdate: index })),
    );
    expectEqual(tally(outcomes), { published: 1, superseded: 15 }, "the outcomes");
    const kept = await opened.store.findCrl({ ...partition, kind: "full" });
    expectEqual(kept?.thisUpdate, outcomes.indexOf("published"), "the CRL, of the winner");
    expectEqual((await wholeTrailOfFacts(opened.store)).length, 1, "the audit entries");
  },

  "listCrlPartitions: lists where a full CRL of the issuer was ever published or something changed, ascending":
    async ({ store, replica }) => {
      expectEqual(await store.listCrlPartitions(issuerId), [], "before");
      for (const number of [300, 2, 65_535, 0]) await store.publishCrl(publication(1, { partition: number }));
      await store.publishCrl(publication(2, { partition: 2 }));
      await store.publishCrl(publication(3, { partition: 9, kind: "delta", baseNumber: 1 }));
      await store.publishCrl(publication(4, { partition: 4, issuerId: issuerNamed("b") }));
      expectEqual(await replica.listCrlPartitions(issuerId), [0, 2, 300, 65_535], "the issuer's");
      expectEqual(await replica.listCrlPartitions(issuerNamed("b")), [4], "the other issuer's");
      expectEqual(await replica.listCrlPartitions(issuerNamed("c")), [], "of an issuer without CRLs");
      for (const [number, crlPartition] of [2, 77].entries()) {
        const planned = reservation(number, { crlPartition });
        await issue(store, planned);
        await store.revoke(revocation(planned));
      }
      await issue(store, reservation(9, { crlPartition: 88 }));
      expectEqual(
        await replica.listCrlPartitions(issuerId),
        [0, 2, 77, 300, 65_535],
        "with those that changed",
      );
    },
};

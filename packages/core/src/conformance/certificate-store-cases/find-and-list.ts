import type { AuditEntry, CertificateStore } from "../../store/certificate-store.ts";
import { expectEqual, tally } from "../expect.ts";
import { type ConformanceCases, nextTurn, race } from "../harness.ts";
import {
  issue,
  issuerNamed,
  listAll,
  reservation,
  revocation,
  serialNumber,
  wholeTrail,
} from "./examples.ts";

/** {@link CertificateStore.find}, {@link CertificateStore.list} and {@link CertificateStore.listAudit}. */
export const findAndListCases: ConformanceCases<CertificateStore> = {
  "find: by issuer and serial number, and by fingerprint; undefined when there is none": async ({
    store,
    replica,
  }) => {
    const record = await issue(store, reservation(1));
    const { issuerId, serialNumber, fingerprint } = record;
    expectEqual(await replica.find({ issuerId, serialNumber }), record, "by serial number");
    expectEqual(await replica.find({ fingerprint }), record, "by fingerprint");
    expectEqual(
      await replica.find({ issuerId: issuerNamed("b"), serialNumber }),
      undefined,
      "another issuer",
    );
    expectEqual(await replica.find({ issuerId, serialNumber: "01" }), undefined, "another serial number");
    expectEqual(
      await replica.find({ fingerprint: fingerprint.replace("ce", "ec") }),
      undefined,
      "another print",
    );
  },

  "list: ascending by serial number as octets, ties by issuer id": async ({ store, replica }) => {
    const ascending = [
      ["00", "a"],
      ["0000", "a"],
      ["0080", "a"],
      ["01", "a"],
      ["01", "b"],
      ["01", "c"],
      ["0100", "a"],
      ["7f".repeat(20), "a"],
      ["80", "a"],
      ["80".repeat(20), "b"],
      ["ff", "a"],
      ["ff".repeat(20), "a"],
    ] as const;
    const shuffled = ascending.toSorted(([left], [right]) => right.length - left.length);
    for (const [index, [serialNumber, issuer]] of shuffled.entries()) {
      await issue(store, reservation(index, { serialNumber, issuerId: issuerNamed(issuer) }));
    }
    for (const limit of [1, 5, 12, 1000]) {
      const listed = await listAll(replica, { limit });
      expectEqual(
        listed.map(({ serialNumber, issuerId }) => [serialNumber, issuerId.charAt(0)]),
        ascending,
        `the order in pages of ${limit}`,
      );
    }
  },

  "list: begins after the certificate last seen, also when that one does not exist": async ({ store }) => {
    for (const number of [2, 4, 6]) await issue(store, reservation(number));
    const after = { serialNumber: serialNumber(3), issuerId: issuerNamed("c") };
    const page = await store.list({ after, limit: 1 });
    expectEqual(
      page.map((record) => record.serialNumber),
      [serialNumber(4)],
      "the page",
    );
  },

  "list: while others issue, no certificate is listed twice and none that was there from the start is left out":
    async (opened) => {
      const { store, replica } = opened;
      const present = Array.from({ length: 30 }, (_, index) => serialNumber(index * 10));
      for (const number of present.keys()) await issue(store, reservation(number * 10));
      const added = Array.from(
        { length: 40 },
        (_, index) => ((index * 7) % 30) * 10 + 1 + Math.floor(index / 30),
      );
      const listed = await listAll(replica, { limit: 7 }, async () => {
        const batch = added.splice(0, 8);
        await race(opened, batch.length, (handle, index) => issue(handle, reservation(batch[index] ?? 0)));
      });
      const serialNumbers = listed.map((record) => record.serialNumber);
      expectEqual(serialNumbers, [...new Set(serialNumbers)].sort(), "the order, each once");
      expectEqual(
        present.filter((number) => !serialNumbers.includes(number)),
        [],
        "certificates left out",
      );
    },

  "list: with an identifier, only certificates that carry exactly it": async ({ store, replica }) => {
    const named = [
      [{ type: "dns", value: "a.test" }],
      [{ type: "dns", value: "*.a.test" }],
      [{ type: "uri", value: "a.test" }],
      [
        { type: "dns", value: "b.test" },
        { type: "dns", value: "a.test" },
      ],
      [{ type: "dns", value: "aa.test" }],
      [{ type: "dns", value: "A.test" }],
      [{ type: "dns", value: "a_test" }],
      [{ type: "dns", value: "a.test " }],
    ] as const;
    for (const [number, identifiers] of named.entries())
      await issue(store, reservation(number, { identifiers }));
    await store.reserve(reservation(20, { identifiers: [{ type: "dns", value: "a.test" }] }));
    const numbers = async (identifier: (typeof named)[number][0]): Promise<number[]> => {
      const listed = await listAll(replica, { limit: 1, identifier });
      return listed.map((record) => Number.parseInt(record.serialNumber.slice(-4), 16));
    };
    expectEqual(await numbers({ type: "dns", value: "a.test" }), [0, 3], "dns:a.test");
    expectEqual(await numbers({ type: "dns", value: "*.a.test" }), [1], "dns:*.a.test");
    expectEqual(await numbers({ type: "uri", value: "a.test" }), [2], "uri:a.test");
    expectEqual(await numbers({ type: "dns", value: "a_test" }), [6], "dns:a_test");
    const missing = await replica.list({ limit: 10, identifier: { type: "dns", value: "%" } });
    expectEqual(missing, [], "dns:%");
  },

  "list: shows what is revoked as revoked": async ({ store, replica }) => {
    const planned = reservation(1);
    await issue(store, planned);
    await store.revoke(revocation(planned, 1));
    const [record] = await replica.list({ limit: 10 });
    expectEqual(record?.revocation?.reason, "superseded", "the reason");
  },

  "listAudit: in the order in which entries were appended, each sequence above the last": async ({
    store,
    replica,
  }) => {
    for (const number of [3, 1, 2]) await issue(number === 1 ? replica : store, reservation(number));
    await store.revoke(revocation(reservation(1)));
    const trail = await wholeTrail(replica);
    expectEqual(
      trail.map(({ subject }) => subject),
      [3, 1, 2, 1].map(serialNumber),
      "the subjects",
    );
    const [first, second, ...others] = trail;
    expectEqual(await replica.listAudit({ limit: 2 }), [first, second], "the first page");
    expectEqual(await replica.listAudit({ after: second?.sequence ?? 0, limit: 5 }), others, "the next page");
    expectEqual(
      await replica.listAudit({ after: trail.at(-1)?.sequence ?? 0, limit: 5 }),
      [],
      "past the end",
    );
  },

  "listAudit: a reader that follows the trail while others write sees every entry once, in order": async (
    opened,
  ) => {
    let writing = true;
    const write = race(opened, 60, (handle, index) => issue(handle, reservation(index)));
    const seen: AuditEntry[] = [];
    const follow = async (): Promise<void> => {
      for (let last = false; !last && seen.length < 1000; ) {
        last = !writing;
        const page = await opened.replica.listAudit({ after: seen.at(-1)?.sequence ?? 0, limit: 5 });
        seen.push(...page);
        last &&= page.length === 0;
        await nextTurn();
      }
    };
    const stop = (): void => {
      writing = false;
    };
    await Promise.all([write.finally(stop), follow()]);
    const sequences = seen.map(({ sequence }) => sequence);
    expectEqual(
      sequences,
      [...new Set(sequences)].sort((left, right) => left - right),
      "the sequences",
    );
    expectEqual(
      tally(seen.map(({ subject }) => subject)),
      tally(Array.from({ length: 60 }, (_, index) => serialNumber(index))),
      "the subjects",
    );
  },
};

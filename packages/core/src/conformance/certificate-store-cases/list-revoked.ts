import type { CertificateStore, RevokedCertificate, RevokedQuery } from "../../store/certificate-store.ts";
import { expectEqual } from "../expect.ts";
import { type ConformanceCases, nextTurn, race } from "../harness.ts";
import { hold, issue, issuerNamed, release, reservation, revocation, serialNumber } from "./examples.ts";

const issuerId = issuerNamed("a");
const partition = { issuerId, partition: 0 };

/** {@link CertificateStore.listRevoked}, which CRLs are made from, and {@link CertificateStore.countRevocationChanges}. */
export const listRevokedCases: ConformanceCases<CertificateStore> = {
  "listRevoked: lists what is revoked or on hold in one partition of one issuer, and why": async ({
    store,
    replica,
  }) => {
    const [revoked, held, unreasoned, valid, released] = [1, 2, 3, 4, 5].map((number) => reservation(number));
    const elsewhere = reservation(6, { crlPartition: 1 });
    const foreign = reservation(7, { issuerId: issuerNamed("b") });
    const plans = [revoked, held, unreasoned, valid, released, elsewhere, foreign];
    for (const planned of plans) if (planned !== undefined) await issue(store, planned);
    await store.reserve(reservation(8));
    for (const [planned, facts] of [
      [revoked, { reason: "keyCompromise", invalidityDate: 5 }],
      [held, { reason: "certificateHold" }],
      [unreasoned, {}],
      [released, { reason: "certificateHold" }],
      [elsewhere, {}],
      [foreign, {}],
    ] as const) {
      const { reason: _, ...transition } = revocation(planned ?? reservation(0));
      await store.revoke({ ...transition, ...facts });
    }
    await store.release(release(reservation(5)));
    const { revokedAt } = revocation(reservation(0));
    const listed = await replica.listRevoked({ ...partition, notAfterFrom: 0, limit: 100 });
    expectEqual(
      listed,
      [
        { serialNumber: serialNumber(1), revokedAt, reason: "keyCompromise", invalidityDate: 5 },
        { serialNumber: serialNumber(2), revokedAt, reason: "certificateHold" },
        { serialNumber: serialNumber(3), revokedAt },
      ],
      "the partition",
    );
    for (const [query, expected] of [
      [{ issuerId, partition: 1 }, [6]],
      [{ issuerId: issuerNamed("b"), partition: 0 }, [7]],
      [{ issuerId: issuerNamed("b"), partition: 1 }, []],
      [{ issuerId: issuerNamed("c"), partition: 0 }, []],
    ] as const) {
      const found = await replica.listRevoked({ ...query, notAfterFrom: 0, limit: 100 });
      expectEqual(found, expected.map(revokedAs(revokedAt)), `partition ${JSON.stringify(query)}`);
    }
  },

  "listRevoked: only certificates that end at `notAfterFrom` or later": async ({ store, replica }) => {
    for (const number of [1, 2, 3]) {
      await issue(store, reservation(number));
      await store.revoke(revocation(reservation(number)));
    }
    const { notAfter } = reservation(2);
    for (const [notAfterFrom, expected] of [
      [notAfter, [2, 3]],
      [notAfter + 1, [3]],
      [reservation(3).notAfter + 1, []],
    ] as const) {
      const listed = await replica.listRevoked({ ...partition, notAfterFrom, limit: 10 });
      expectEqual(serialNumbersOf(listed), expected.map(serialNumber), `from ${notAfterFrom}`);
    }
  },

  "listRevoked: ascending by serial number as octets, in pages that begin after the one last seen": async ({
    store,
    replica,
  }) => {
    const ascending = ["00", "0000", "0080", "01", "0100", "7f".repeat(20), "80", "ff", "ff".repeat(20)];
    for (const [number, one] of ascending.toReversed().entries()) {
      const planned = reservation(number, { serialNumber: one });
      await issue(store, planned);
      await store.revoke(revocation(planned));
    }
    for (const limit of [1, 4, 9, 10_000]) {
      const listed = await listAllRevoked(replica, { ...partition, notAfterFrom: 0, limit });
      expectEqual(serialNumbersOf(listed), ascending, `in pages of ${limit}`);
    }
    const after = "0081";
    const [next] = await replica.listRevoked({ ...partition, notAfterFrom: 0, after, limit: 1 });
    expectEqual(next?.serialNumber, "01", "after a serial number that does not exist");
  },

  "listRevoked: while others revoke and release, none is listed twice and none that stays is left out":
    async (opened) => {
      const { store, replica } = opened;
      for (let number = 0; number < 60; number += 1) await issue(store, reservation(number));
      const staying = Array.from({ length: 20 }, (_, index) => index * 3);
      for (const number of staying) await store.revoke(revocation(reservation(number)));
      for (const number of [1, 4, 7, 40, 55]) await store.revoke(hold(reservation(number)));
      const changes = [2, 5, 8, 29, 32, 35, 56, 59];
      const releases = [1, 4, 7, 40, 55];
      const listed = await listAllRevoked(replica, { ...partition, notAfterFrom: 0, limit: 4 }, async () => {
        const [batch, ends] = [changes.splice(0, 2), releases.splice(0, 1)];
        await race(opened, batch.length, (handle, index) =>
          handle.revoke(revocation(reservation(batch[index] ?? 0))),
        );
        for (const number of ends) await store.release(release(reservation(number)));
      });
      const found = serialNumbersOf(listed);
      expectEqual(found, [...new Set(found)].sort(), "the order, each once");
      expectEqual(
        staying.map(serialNumber).filter((one) => !found.includes(one)),
        [],
        "certificates left out",
      );
    },

  "countRevocationChanges: 0 at first, then counts each revocation, hold and release of its partition":
    async ({ store, replica }) => {
      const counted: number[] = [];
      const count = async (): Promise<void> => {
        counted.push(await replica.countRevocationChanges(partition));
      };
      await count();
      const [first, second] = [reservation(1), reservation(2)];
      for (const planned of [first, second]) await issue(store, planned);
      await count();
      await store.revoke(revocation(first));
      await count();
      await store.revoke(hold(second));
      await count();
      await store.release(release(second));
      await count();
      await store.revoke(hold(second));
      await store.revoke(revocation(second));
      await count();
      expectEqual(counted, [0, 0, 1, 2, 3, 5], "the counts");
    },

  "countRevocationChanges: what changes nothing, another partition and another issuer do not count": async ({
    store,
    replica,
  }) => {
    const [planned, elsewhere] = [reservation(1), reservation(2, { crlPartition: 7 })];
    const foreign = reservation(3, { issuerId: issuerNamed("b") });
    for (const one of [planned, elsewhere, foreign]) await issue(store, one);
    for (const one of [elsewhere, foreign, planned]) await store.revoke(revocation(one));
    await store.revoke(revocation(planned, 1));
    await store.release(release(planned));
    await store.release(release(reservation(9)));
    await store.revoke(revocation(reservation(9)));
    expectEqual(await replica.countRevocationChanges(partition), 1, "the partition");
    expectEqual(await replica.countRevocationChanges({ issuerId, partition: 7 }), 1, "another partition");
    const theirs = { issuerId: issuerNamed("b"), partition: 0 };
    expectEqual(await replica.countRevocationChanges(theirs), 1, "another issuer");
  },

  "countRevocationChanges: who reads the count and then the list sees at least the changes counted": async (
    opened,
  ) => {
    const plans = Array.from({ length: 40 }, (_, number) => reservation(number));
    for (const planned of plans) await issue(opened.store, planned);
    const revoked: Promise<unknown>[] = [];
    while (revoked.length < plans.length) {
      for (const planned of plans.slice(revoked.length, revoked.length + 3)) {
        revoked.push((revoked.length % 2 === 0 ? opened.store : opened.replica).revoke(revocation(planned)));
      }
      const counted = await opened.replica.countRevocationChanges(partition);
      const listed = await opened.replica.listRevoked({ ...partition, notAfterFrom: 0, limit: 100 });
      expectEqual(listed.length >= counted, true, `${listed.length} entries, ${counted} changes counted`);
      await nextTurn();
    }
    await Promise.all(revoked);
    expectEqual(await opened.store.countRevocationChanges(partition), 40, "in the end");
  },
};

function revokedAs(revokedAt: number): (number: number) => RevokedCertificate {
  return (number) => ({ serialNumber: serialNumber(number), revokedAt });
}

function serialNumbersOf(listed: readonly RevokedCertificate[]): string[] {
  return listed.map((one) => one.serialNumber);
}

/** Reads every page of {@link CertificateStore.listRevoked}. */
async function listAllRevoked(
  store: CertificateStore,
  query: RevokedQuery,
  beforeNextPage: () => Promise<void> = async () => {},
): Promise<RevokedCertificate[]> {
  const all: RevokedCertificate[] = [];
  for (let after = query.after; ; ) {
    const page = await store.listRevoked(after === undefined ? query : { ...query, after });
    after = page.at(-1)?.serialNumber;
    if (after === undefined) return all;
    all.push(...page);
    if (all.length > 10_000) throw new Error("listRevoked does not move on past the last one seen");
    await beforeNextPage();
  }
}

import type { CertificateStore } from "../../store/certificate-store.ts";
import { errorCode, expectEqual, expectStoreError, tally } from "../expect.ts";
import { type ConformanceCases, race } from "../harness.ts";
import { completion, issue, issuerNamed, recordOf, reservation, serialNumber } from "./examples.ts";

const everything = { reservedBefore: Number.MAX_SAFE_INTEGER, limit: 1000 };

/** Reservations: {@link CertificateStore.reserve}, `findByRequestId` and `listReservations`. */
export const reserveCases: ConformanceCases<CertificateStore> = {
  "reserve: takes a serial number before anything is signed; a reservation is never found or listed as a certificate":
    async ({ store, replica }) => {
      const planned = reservation(1);
      expectEqual(await store.reserve(planned), { outcome: "reserved" }, "the outcome");
      expectEqual(await replica.find(planned), undefined, "find");
      expectEqual(await replica.list({ limit: 10 }), [], "list");
      expectEqual(await replica.listAudit({ limit: 10 }), [], "the audit trail");
      expectEqual(await replica.listReservations(everything), [planned], "listReservations");
    },

  "reserve: of 16 concurrent callers with one requestId exactly one gets `reserved`, the others its reservation (E-054)":
    async (opened) => {
      const plans = Array.from({ length: 16 }, (_, number) => reservation(number, { requestId: "order-1" }));
      const outcomes = await race(opened, 16, (handle, index) =>
        handle.reserve(plans[index] ?? reservation(0)),
      );
      const winner = plans[outcomes.findIndex(({ outcome }) => outcome === "reserved")];
      expectEqual(
        tally(outcomes.map(({ outcome }) => outcome)),
        { reserved: 1, existing: 15 },
        "the outcomes",
      );
      for (const answer of outcomes) {
        if (answer.outcome === "existing") expectEqual(answer.reservation, winner, "what a loser gets");
      }
      expectEqual(await opened.store.listReservations(everything), [winner], "what is stored");
    },

  "reserve: a requestId whose certificate is issued gets that certificate, whatever else is asked": async ({
    store,
    replica,
  }) => {
    const planned = reservation(1, { requestId: "order-1" });
    const record = await issue(store, planned);
    const again = await replica.reserve(reservation(2, { requestId: "order-1", profile: "tlsClient" }));
    expectEqual(again, { outcome: "issued", record }, "the outcome");
    expectEqual(await store.listReservations(everything), [], "what is reserved afterwards");
  },

  "reserve: 16 callers racing one requestId through reserve and complete bring about one certificate": async (
    opened,
  ) => {
    const certificates = await race(opened, 16, async (handle, index) => {
      const answer = await handle.reserve(reservation(index, { requestId: "order-1" }));
      if (answer.outcome === "issued") return answer.record;
      const mine = answer.outcome === "existing" ? answer.reservation : reservation(index);
      return handle.complete(completion(mine, index));
    });
    const [first] = certificates;
    for (const certificate of certificates) expectEqual(certificate, first, "what a caller gets");
    expectEqual(await opened.store.list({ limit: 10 }), [first], "what is listed");
    expectEqual((await opened.store.listAudit({ limit: 10 })).length, 1, "the audit entries");
  },

  "reserve: a serial number the issuer has used is ERR_STORE_CONFLICT and nothing is stored (B-011)": async ({
    store,
    replica,
  }) => {
    const [first, second] = [reservation(1), reservation(2)];
    await store.reserve(first);
    await issue(store, second);
    for (const { serialNumber } of [first, second]) {
      const attempt = replica.reserve(reservation(3, { serialNumber, requestId: "order-1" }));
      await expectStoreError(attempt, "ERR_STORE_CONFLICT", "a taken serial number");
    }
    const free = await replica.reserve(reservation(4, { requestId: "order-1" }));
    expectEqual(free, { outcome: "reserved" }, "the request id of a refused reservation");
    const { tbsCertificate } = (await store.listReservations(everything))[0] ?? {};
    expectEqual(tbsCertificate, first.tbsCertificate, "the reservation that was there");
  },

  "reserve: of 16 concurrent callers with one serial number exactly one gets it (B-011, E-054)": async (
    opened,
  ) => {
    const outcomes = await race(opened, 16, (handle, index) =>
      handle
        .reserve(reservation(index, { serialNumber: serialNumber(1), requestId: `order-${index}` }))
        .then(({ outcome }) => outcome as string, errorCode),
    );
    const counts = tally(outcomes.map(String));
    expectEqual(counts, { reserved: 1, ERR_STORE_CONFLICT: 15 }, "the outcomes");
    expectEqual((await opened.store.listReservations(everything)).length, 1, "the reservations");
  },

  "reserve: a repeated request gets its own reservation back, not a conflict with its own serial number":
    async ({ store, replica }) => {
      const planned = reservation(1, { requestId: "order-1" });
      await store.reserve(planned);
      const again = await replica.reserve(planned);
      expectEqual(again, { outcome: "existing", reservation: planned }, "the outcome");
    },

  "findByRequestId: finds the reservation, then the certificate, of exactly this request id": async ({
    store,
    replica,
  }) => {
    const planned = reservation(1, { requestId: "order-1" });
    expectEqual(await replica.findByRequestId("order-1"), undefined, "before");
    await store.reserve(planned);
    await store.reserve(reservation(2));
    const existing = { outcome: "existing", reservation: planned };
    expectEqual(await replica.findByRequestId("order-1"), existing, "once reserved");
    const record = await store.complete(completion(planned));
    expectEqual(await replica.findByRequestId("order-1"), { outcome: "issued", record }, "once issued");
    for (const other of ["order-", "order-11", "Order-1", "order%", ""]) {
      expectEqual(await replica.findByRequestId(other), undefined, `with "${other}"`);
    }
  },

  "reserve: two issuers may use one serial number (B-011)": async ({ store }) => {
    const [mine, theirs] = [reservation(1), reservation(1, { issuerId: issuerNamed("b") })];
    await store.reserve(mine);
    expectEqual(await store.reserve(theirs), { outcome: "reserved" }, "the other issuer's outcome");
    const record = await store.complete(completion(theirs));
    expectEqual(record, recordOf(theirs, completion(theirs)), "the other issuer's certificate");
    expectEqual(await store.find(mine), undefined, "the first issuer's, still only reserved");
    await store.complete(completion(mine));
    expectEqual(await store.find(mine), recordOf(mine, completion(mine)), "the first issuer's certificate");
  },

  "reserve: requests without a requestId never meet": async ({ store }) => {
    expectEqual(await store.reserve(reservation(1)), { outcome: "reserved" }, "the first");
    expectEqual(await store.reserve(reservation(2)), { outcome: "reserved" }, "the second");
  },

  "listReservations: lists what was never completed and is older than `reservedBefore`, oldest first":
    async ({ store, replica }) => {
      const planned = [5, 3, 1, 4, 2].map((number) => reservation(number, { reservedAt: 1000 - number }));
      for (const one of planned) await store.reserve(one);
      await store.complete(completion(reservation(4)));
      const numbers = async (reservedBefore: number, limit: number): Promise<number[]> => {
        const found = await replica.listReservations({ reservedBefore, limit });
        const [first, ...others] = found;
        if (first !== undefined)
          expectEqual(
            (await store.listReservations({ reservedBefore, after: first, limit })).slice(0, others.length),
            others,
            "what comes after the first",
          );
        return found.map(({ reservedAt }) => 1000 - reservedAt);
      };
      expectEqual(await numbers(2000, 10), [5, 3, 2, 1], "all");
      expectEqual(await numbers(998, 10), [5, 3], "only those before 998");
      expectEqual(await numbers(2000, 2), [5, 3], "the first two");
    },
};

import type { CertificateRecord, CertificateStore, Reservation } from "../../store/certificate-store.ts";
import { expectEqual } from "../expect.ts";
import { type ConformanceCases, race } from "../harness.ts";
import { issue, issuerNamed, listAll, numberOf, reservation, serialNumber } from "./examples.ts";

const end = 1_900_086_400_000;

/** The orders of {@link CertificateStore.list}. */
export const listOrderCases: ConformanceCases<CertificateStore> = {
  'list: with `order: "expiry"`, ascending by `notAfter`, then by serial number and issuer': async ({
    store,
    replica,
  }) => {
    const ascending = [
      [-62_135_596_800_000, "ff", "a"],
      [-1, "80", "a"],
      [0, "01", "a"],
      [0, "01", "b"],
      [0, "0100", "a"],
      [9_000, "00", "c"],
      [10_000, "00", "a"],
      [253_402_300_799_000, "0080", "b"],
      [8_640_000_000_000_000, "0001", "a"],
    ] as const;
    for (const [number, [notAfter, serialNumber, issuer]] of ascending.toReversed().entries()) {
      const issuerId = issuerNamed(issuer);
      await issue(store, reservation(number, { notBefore: notAfter, notAfter, serialNumber, issuerId }));
    }
    const placesIn = (listed: readonly CertificateRecord[]): unknown =>
      listed.map(({ notAfter, serialNumber, issuerId }) => [notAfter, serialNumber, issuerId.charAt(0)]);
    for (const limit of [1, 4, 1000]) {
      const listed = await listAll(replica, { order: "expiry", limit });
      expectEqual(placesIn(listed), ascending, `in pages of ${limit}`);
    }
    const after = { notAfter: 9_500, serialNumber: "ff", issuerId: issuerNamed("c") };
    const page = await replica.list({ order: "expiry", after, limit: 1 });
    expectEqual(placesIn(page), [ascending[6]], "after a certificate that does not exist");
  },

  "list: in the order of issuance `after.notAfter` does not count": async ({ store }) => {
    for (const number of [1, 2, 3]) await issue(store, reservation(number));
    for (const order of [undefined, "issuance"] as const) {
      for (const notAfter of [0, Number.MAX_SAFE_INTEGER]) {
        const after = { serialNumber: serialNumber(1), issuerId: issuerNamed("a"), notAfter };
        const page = await store.list({ ...(order && { order }), after, limit: 5 });
        expectEqual(page.map(numberOf), [2, 3], `after a certificate that ends at ${notAfter}`);
      }
    }
  },

  "list: by expiry, while others issue, none is listed twice and none that was there from the start is left out":
    async (opened) => {
      const ending = (number: number): Reservation => reservation(number, { notAfter: end + (number % 10) });
      for (let number = 0; number < 30; number += 1) await issue(opened.store, ending(number));
      const added = Array.from({ length: 40 }, (_, index) => 30 + index);
      const listed = await listAll(opened.replica, { order: "expiry", limit: 4 }, async () => {
        const batch = added.splice(0, 6);
        await race(opened, batch.length, (handle, index) => issue(handle, ending(batch[index] ?? 0)));
      });
      const numbers = listed.map(numberOf);
      expectEqual(new Set(numbers).size, numbers.length, "each once");
      const missing = Array.from({ length: 30 }, (_, number) => number).filter(
        (one) => !numbers.includes(one),
      );
      expectEqual(missing, [], "certificates left out");
      const ends = listed.map(({ notAfter }) => notAfter);
      expectEqual(
        ends,
        ends.toSorted((left, right) => left - right),
        "the order",
      );
    },
};

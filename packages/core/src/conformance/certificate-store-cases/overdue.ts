import type { CertificateStore, Reservation } from "../../store/certificate-store.ts";
import { expectEqual } from "../expect.ts";
import type { ConformanceCases } from "../harness.ts";
import { hold, issue, issuerNamed, listAll, numberOf, release, reservation, revocation } from "./examples.ts";

const start = 1_900_000_000_000;

/** What {@link CertificateStore.list} says should have been replaced. */
export const overdueCases: ConformanceCases<CertificateStore> = {
  "list: a certificate is overdue once two thirds of its time have passed, and stays so when it has expired":
    async ({ store, replica }) => {
      await issue(store, ending(1, 3000, ["a"]));
      await issue(store, ending(2, 3001, ["b"]));
      await issue(store, ending(3, 3002, ["c"]));
      await issue(store, ending(4, 0, ["d"]));
      for (const [after, expected] of [
        [-1, []],
        [0, [4]],
        [1999, [4]],
        [2000, [1, 4]],
        [2001, [1, 2, 4]],
        [2002, [1, 2, 3, 4]],
        [1_000_000, [1, 2, 3, 4]],
      ] as const) {
        expectEqual(await overdue(replica, start + after), expected, `after ${after} ms`);
        const byName = ["a", "b", "c", "d"].map((value) =>
          overdue(replica, start + after, { identifier: { type: "dns", value } }),
        );
        expectEqual((await Promise.all(byName)).flat(), expected, `name by name, after ${after} ms`);
      }
    },

  "list: a certificate with exactly the same identifiers, in any order, that ends later replaces it": async ({
    store,
    replica,
  }) => {
    await issue(store, ending(1, 3000, ["a", "b"]));
    const near = [["a"], ["b"], ["a", "b", "c"], ["a", "B"], ["a.b"], [], ["a b"]];
    for (const [index, names] of near.entries()) await issue(store, ending(10 + index, 90_000, names));
    const identifiers = ["a", "b"].map((value) => ({ type: "uri", value }) as const);
    await issue(store, reservation(20, { notBefore: start, notAfter: start + 90_000, identifiers }));
    expectEqual(await overdue(replica, start + 2500), [1], "beside certificates with other identifiers");
    await store.reserve(ending(30, 90_000, ["b", "a"]));
    expectEqual(await overdue(replica, start + 2500), [1], "beside a reservation");
    await issue(store, ending(31, 3000, ["b", "a"]));
    expectEqual(await overdue(replica, start + 2500), [1, 31], "beside one that ends at the same time");
    await issue(store, ending(32, 2999, ["b", "a"]));
    expectEqual(await overdue(replica, start + 2500), [1, 31], "beside one that ends earlier");
    await issue(store, ending(33, 3001, ["b", "a"]));
    expectEqual(await overdue(replica, start + 2500), [33], "once one ends later");
  },

  "list: what replaces a certificate may come from another issuer, for another requester and profile":
    async ({ store, replica }) => {
      await issue(store, ending(1, 3000, ["a"]));
      await issue(replica, {
        ...ending(2, 90_000, ["a"]),
        issuerId: issuerNamed("b"),
        profile: "tlsClient",
        requester: { kind: "operator", id: "admin", provisioner: "corp" },
        crlPartition: 9,
      });
      expectEqual(await overdue(replica, start + 3000), [], "what is overdue");
    },

  "list: what is revoked or on hold is not overdue and replaces nothing; its release brings it back": async ({
    store,
    replica,
  }) => {
    const [first, second, third] = [1, 2, 3].map((number) => ending(number, number * 1000, ["a"]));
    if (first === undefined || second === undefined || third === undefined)
      throw new Error("three were made");
    for (const planned of [first, second, third]) await issue(store, planned);
    const at = start + 100_000;
    expectEqual(await overdue(replica, at), [3], "the one that ends last");
    await store.revoke(hold(third));
    expectEqual(await overdue(replica, at), [2], "while that is on hold");
    await store.revoke(hold(first));
    await store.release(release(third));
    expectEqual(await overdue(replica, at), [3], "once it is released");
    await store.revoke(hold(third));
    await store.revoke(revocation(second));
    expectEqual(await overdue(replica, at), [], "while all are revoked or on hold");
    await store.release(release(first));
    expectEqual(await overdue(replica, at), [1], "once the first is released");
    await store.revoke(revocation(third));
    expectEqual(await overdue(replica, at), [1], "after the hold has become final");
  },

  "list: of certificates that end together each is overdue until one ends later": async ({
    store,
    replica,
  }) => {
    const plans = [1, 2, 3].map((number) => ending(number, 3000, ["a"]));
    for (const planned of plans) await issue(store, planned);
    const at = start + 2000;
    expectEqual(await overdue(replica, at), [1, 2, 3], "all three");
    await store.revoke(hold(plans[1] ?? reservation(0)));
    expectEqual(await overdue(replica, at), [1, 3], "without the one on hold");
    await issue(store, ending(4, 9000, ["a"]));
    expectEqual(await overdue(replica, at), [], "once they are replaced");
    await store.release(release(plans[1] ?? reservation(0)));
    expectEqual(await overdue(replica, at), [], "and one is released");
    await store.revoke(revocation(ending(4, 9000, ["a"])));
    expectEqual(await overdue(replica, at), [1, 2, 3], "once the replacement is revoked");
  },

  "list: a certificate without identifiers is never overdue": async ({ store, replica }) => {
    await issue(store, ending(1, 3000, []));
    expectEqual(await overdue(replica, start + 1_000_000), [], "what is overdue");
  },

  "list: overdue certificates are listed in pages, in both orders and under further conditions": async ({
    store,
    replica,
  }) => {
    const at = start + 2_000_000;
    for (let number = 0; number < 12; number += 1) {
      const planned = ending(number, 1000 * (12 - number), [`host-${number}`, "shared"]);
      await issue(store, { ...planned, profile: number % 2 === 0 ? "tlsServer" : "tlsClient" });
    }
    await issue(store, ending(20, 90_000_000, ["host-3", "shared"]));
    await store.revoke(revocation(ending(5, 0, [])));
    const byNumber = [0, 1, 2, 4, 6, 7, 8, 9, 10, 11];
    for (const limit of [1, 3, 100]) {
      expectEqual(await overdue(replica, at, { limit }), byNumber, `by issuance, in pages of ${limit}`);
      const byExpiry = await overdue(replica, at, { order: "expiry", limit });
      expectEqual(byExpiry, byNumber.toReversed(), `by expiry, in pages of ${limit}`);
    }
    const shared = { type: "dns", value: "shared" } as const;
    for (const [further, expected] of [
      [{ profile: "tlsServer" }, [0, 2, 4, 6, 8, 10]],
      [{ identifier: shared, profile: "tlsClient" }, [1, 7, 9, 11]],
      [{ identifier: { type: "dns", value: "host-3" } }, []],
      [{ serialNumber: reservation(3).serialNumber }, []],
      [{ serialNumber: reservation(4).serialNumber }, [4]],
      [{ publicKeyHash: reservation(5).publicKeyHash }, []],
      [{ requester: reservation(6).requester }, [6]],
      [{ status: { is: "valid", at: start + 5000 } }, [0, 1, 2, 4, 6, 7]],
      [{ status: { is: "revoked", at: start } }, []],
      [{ notAfter: { from: start + 3000, to: start + 5000 } }, [7, 8, 9]],
    ] as const) {
      const listed = await overdue(replica, at, further);
      expectEqual(listed, expected, `with ${JSON.stringify(further)}`);
      const reversed = await overdue(replica, at, { ...further, order: "expiry" });
      expectEqual(reversed, expected.toReversed(), `with ${JSON.stringify(further)} by expiry`);
    }
  },
};

/** A reservation for DNS names that is valid for some milliseconds. */
function ending(number: number, milliseconds: number, names: readonly string[]): Reservation {
  return reservation(number, {
    identifiers: names.map((value) => ({ type: "dns", value })),
    notBefore: start,
    notAfter: start + milliseconds,
  });
}

async function overdue(
  store: CertificateStore,
  overdueAt: number,
  query: Partial<Parameters<CertificateStore["list"]>[0]> = {},
): Promise<number[]> {
  return (await listAll(store, { limit: 10, ...query, overdueAt })).map(numberOf);
}

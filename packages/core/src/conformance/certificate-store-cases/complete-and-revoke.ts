import { type RevocationReason, revocationReasons } from "../../certificate/revocation-reasons.ts";
import type { CertificateStore } from "../../store/certificate-store.ts";
import { expectEqual, expectStoreError, tally } from "../expect.ts";
import { type ConformanceCases, race } from "../harness.ts";
import {
  completion,
  fact,
  issue,
  issuerNamed,
  recordOf,
  reservation,
  revocation,
  wholeTrail,
  wholeTrailOfFacts,
} from "./examples.ts";

/** {@link CertificateStore.complete} and {@link CertificateStore.revoke}. */
export const completeAndRevokeCases: ConformanceCases<CertificateStore> = {
  "complete: turns a reservation into an issued certificate and appends the audit entry (D-041)": async ({
    store,
    replica,
  }) => {
    const planned = reservation(1, { requestId: "order-1" });
    await store.reserve(planned);
    const done = completion(planned);
    const record = await store.complete(done);
    expectEqual(record, recordOf(planned, done), "the record");
    expectEqual(await replica.find(planned), record, "what is found");
    expectEqual(await wholeTrailOfFacts(replica), [done.audit], "the audit trail");
  },

  "complete: of 50 concurrent completions the first wins; the others get its record, change and append nothing":
    async (opened) => {
      const planned = reservation(1);
      await opened.store.reserve(planned);
      const records = await race(opened, 50, (handle, index) => handle.complete(completion(planned, index)));
      const winner = await opened.store.find(planned);
      for (const record of records) expectEqual(record, winner, "what a caller gets");
      const trail = await wholeTrail(opened.store);
      const variant = (winner?.issuedAt ?? 0) - completion(planned).issuedAt;
      expectEqual(
        trail.map(({ details }) => details),
        [completion(planned, variant).audit.details],
        "the audit trail, of the winner alone",
      );
      expectEqual(
        await opened.store.find({ fingerprint: completion(planned, variant).fingerprint }),
        winner,
        "find",
      );
      const loser = completion(planned, variant === 0 ? 1 : 0);
      expectEqual(
        await opened.store.find({ fingerprint: loser.fingerprint }),
        undefined,
        "a loser's certificate",
      );
    },

  "complete: a repeated completion gets the record as it is now, revoked or not": async ({ store }) => {
    const planned = reservation(1);
    await issue(store, planned);
    await store.revoke(revocation(planned));
    const again = await store.complete(completion(planned, 1));
    expectEqual(again, await store.find(planned), "the record");
    expectEqual((await wholeTrail(store)).length, 2, "the audit entries");
  },

  "complete: without such a reservation it is ERR_STORE_NOT_FOUND and no audit entry appears": async ({
    store,
  }) => {
    const planned = reservation(1);
    await store.reserve(planned);
    const foreign = completion({ ...planned, issuerId: issuerNamed("b") });
    await expectStoreError(store.complete(foreign), "ERR_STORE_NOT_FOUND", "another issuer's serial number");
    const unknown = completion(reservation(2));
    await expectStoreError(store.complete(unknown), "ERR_STORE_NOT_FOUND", "an unknown serial number");
    expectEqual(await wholeTrail(store), [], "the audit trail");
    expectEqual(await store.list({ limit: 10 }), [], "the certificates");
  },

  "revoke: of 50 concurrent callers exactly one gets `revoked`, the others the winner's facts (case 123)":
    async (opened) => {
      const planned = reservation(1);
      const issued = await issue(opened.store, planned);
      const outcomes = await race(opened, 50, (handle, index) => handle.revoke(revocation(planned, index)));
      expectEqual(
        tally(outcomes.map(({ outcome }) => outcome)),
        { revoked: 1, alreadyRevoked: 49 },
        "the outcomes",
      );
      const winner = revocation(
        planned,
        outcomes.findIndex(({ outcome }) => outcome === "revoked"),
      );
      const revoked = { ...issued, revocation: { revokedAt: winner.revokedAt, reason: winner.reason } };
      for (const answer of outcomes) {
        expectEqual(
          answer.outcome === "notFound" ? undefined : answer.record,
          revoked,
          "the record of a caller",
        );
      }
      const trail = await wholeTrail(opened.store);
      expectEqual(
        trail.map(({ type, actor }) => `${type} ${actor}`),
        ["certificate.issued acme:account-0", `${winner.audit.type} ${winner.audit.actor}`],
        "the audit trail",
      );
    },

  "revoke: keeps every reason, and no reason when none was given": async ({ store, replica }) => {
    const reasons: (RevocationReason | undefined)[] = Object.keys(revocationReasons) as RevocationReason[];
    for (const [number, reason] of [...reasons, undefined].entries()) {
      const planned = reservation(number);
      await issue(store, planned);
      const { reason: _, ...unreasoned } = revocation(planned);
      await store.revoke({ ...unreasoned, ...(reason !== undefined && { reason }) });
      const expected = { revokedAt: unreasoned.revokedAt, ...(reason !== undefined && { reason }) };
      expectEqual((await replica.find(planned))?.revocation, expected, `the facts with reason ${reason}`);
    }
  },

  "revoke: a serial number that is unknown, another issuer's or only reserved is `notFound` and appends nothing":
    async ({ store }) => {
      const [issued, reserved] = [reservation(1), reservation(2)];
      await issue(store, issued);
      await store.reserve(reserved);
      const foreign = { ...issued, issuerId: issuerNamed("b") };
      for (const missing of [reserved, foreign, reservation(3)]) {
        expectEqual(await store.revoke(revocation(missing)), { outcome: "notFound" }, "the outcome");
      }
      expectEqual((await wholeTrail(store)).length, 1, "the audit entries");
      await store.complete(completion(reserved));
      expectEqual((await store.find(reserved))?.revocation, undefined, "the certificate issued afterwards");
    },

  "revoke: racing with complete it finds the certificate or does not, and the trail says the same": async (
    opened,
  ) => {
    const plans = Array.from({ length: 20 }, (_, number) => reservation(number));
    await race(opened, plans.length, (handle, index) => handle.reserve(plans[index] ?? reservation(0)));
    const revoked = await race(opened, plans.length * 2, async (handle, index) => {
      const planned = plans[index >> 1] ?? reservation(0);
      if (index % 2 === 0) return void (await handle.complete(completion(planned)));
      return (await handle.revoke(revocation(planned))).outcome;
    });
    const expected = revoked.filter((outcome) => outcome === "revoked").length;
    const trail = await wholeTrail(opened.store);
    expectEqual(tally(trail.map(({ type }) => type))["certificate.issued"], 20, "issued, by the trail");
    expectEqual(trail.length - 20, expected, "revoked, by the trail");
    const records = await opened.store.list({ limit: 100 });
    expectEqual(records.filter(({ revocation }) => revocation).length, expected, "revoked, by the list");
  },

  "audit: an entry is there exactly when its transition is, under its own type, actor, subject and time":
    async ({ store, replica }) => {
      const planned = reservation(1);
      await issue(store, planned);
      const audit = { ...fact("certificate.revoked", planned.serialNumber, 7), details: {} };
      await store.revoke({ ...revocation(planned), audit });
      const [, entry] = await wholeTrail(replica);
      const { sequence: _, ...stored } = entry ?? { sequence: 0 };
      expectEqual(stored, audit, "the entry");
    },
};

import type { CertificateStore } from "../../store/certificate-store.ts";
import { expectEqual, tally } from "../expect.ts";
import { type ConformanceCases, race } from "../harness.ts";
import {
  completion,
  hold,
  issue,
  issuerNamed,
  release,
  reservation,
  revocation,
  wholeTrail,
  wholeTrailOfFacts,
} from "./examples.ts";

/** Holds: {@link CertificateStore.revoke} for `certificateHold`, and {@link CertificateStore.release}. */
export const holdAndReleaseCases: ConformanceCases<CertificateStore> = {
  "revoke: for certificateHold it puts a certificate on hold, with an invalidity date if one is given (B-164)":
    async ({ store, replica }) => {
      const planned = reservation(1);
      const issued = await issue(store, planned);
      const answer = await store.revoke({ ...hold(planned), invalidityDate: 1_800_000_000_000 });
      const { revokedAt } = hold(planned);
      const facts = { revokedAt, reason: "certificateHold", invalidityDate: 1_800_000_000_000 };
      const record = { ...issued, revocation: facts };
      expectEqual(answer, { outcome: "revoked", record }, "the outcome");
      expectEqual(await replica.find(planned), record, "what is found");
      expectEqual(await replica.list({ limit: 5 }), [record], "what is listed");
    },

  "revoke: a hold can become final: `revokedAt` stays, reason and invalidity date are those of the revocation (B-164)":
    async ({ store, replica }) => {
      const finals = [
        { reason: "keyCompromise", invalidityDate: 5 },
        { reason: "superseded" },
        { invalidityDate: 7 },
        {},
      ] as const;
      for (const [number, final] of finals.entries()) {
        const planned = reservation(number);
        const issued = await issue(store, planned);
        await store.revoke({ ...hold(planned), invalidityDate: 1_800_000_000_000 });
        const { reason: _, ...unreasoned } = revocation(planned, 9);
        const answer = await replica.revoke({ ...unreasoned, ...final });
        const record = { ...issued, revocation: { revokedAt: hold(planned).revokedAt, ...final } };
        expectEqual(answer, { outcome: "revoked", record }, `the outcome with ${JSON.stringify(final)}`);
        expectEqual(await store.find(planned), record, `what is found with ${JSON.stringify(final)}`);
        expectEqual((await wholeTrailOfFacts(store)).at(-1), unreasoned.audit, "the audit entry");
      }
    },

  "revoke: a certificate on hold cannot be put on hold, and one that is revoked cannot either": async ({
    store,
    replica,
  }) => {
    const [held, revoked] = [reservation(1), reservation(2)];
    for (const planned of [held, revoked]) await issue(store, planned);
    await store.revoke(hold(held));
    await store.revoke(revocation(revoked));
    for (const planned of [held, revoked]) {
      const record = await store.find(planned);
      const answer = await replica.revoke({ ...hold(planned, 1), invalidityDate: 1 });
      expectEqual(answer, { outcome: "alreadyRevoked", record }, "the outcome");
      expectEqual(await store.find(planned), record, "the record");
    }
    expectEqual((await wholeTrail(store)).length, 4, "the audit entries");
  },

  "revoke: of 16 concurrent callers that make a hold final exactly one gets `revoked` (E-054)": async (
    opened,
  ) => {
    const planned = reservation(1);
    await issue(opened.store, planned);
    await opened.store.revoke(hold(planned, 99));
    const outcomes = await race(opened, 16, (handle, index) => handle.revoke(revocation(planned, index)));
    expectEqual(
      tally(outcomes.map(({ outcome }) => outcome)),
      { revoked: 1, alreadyRevoked: 15 },
      "the outcomes",
    );
    const { reason } = revocation(
      planned,
      outcomes.findIndex(({ outcome }) => outcome === "revoked"),
    );
    const facts = { revokedAt: hold(planned, 99).revokedAt, reason };
    for (const answer of outcomes) {
      const record = answer.outcome === "notFound" ? undefined : answer.record;
      expectEqual(record?.revocation, facts, "the facts that a caller gets");
    }
    expectEqual((await wholeTrail(opened.store)).length, 3, "the audit entries");
  },

  "release: ends a hold; the certificate is not revoked afterwards and the trail says so (B-164)": async ({
    store,
    replica,
  }) => {
    const planned = reservation(1);
    const issued = await issue(store, planned);
    await store.revoke({ ...hold(planned), invalidityDate: 1 });
    const answer = await replica.release(release(planned));
    expectEqual(answer, { outcome: "released", record: issued }, "the outcome");
    expectEqual(await store.find(planned), issued, "what is found");
    expectEqual(await store.list({ limit: 5 }), [issued], "what is listed");
    const facts = [completion(planned).audit, hold(planned).audit, release(planned).audit];
    expectEqual(await wholeTrailOfFacts(store), facts, "the audit trail");
  },

  "release: afterwards the certificate can be held and revoked as before": async ({ store, replica }) => {
    const planned = reservation(1);
    await issue(store, planned);
    for (const variant of [1, 2]) {
      expectEqual((await store.revoke(hold(planned, variant))).outcome, "revoked", "a hold");
      expectEqual(
        (await store.find(planned))?.revocation?.revokedAt,
        hold(planned, variant).revokedAt,
        "when",
      );
      expectEqual((await replica.release(release(planned))).outcome, "released", "its end");
    }
    await store.revoke(revocation(planned, 3));
    const { revokedAt, reason } = revocation(planned, 3);
    expectEqual((await replica.find(planned))?.revocation, { revokedAt, reason }, "the revocation");
  },

  "release: a certificate that is valid or revoked for good is `notHeld`, and nothing is appended": async ({
    store,
    replica,
  }) => {
    const [valid, revoked, unreasoned] = [reservation(1), reservation(2), reservation(3)];
    for (const planned of [valid, revoked, unreasoned]) await issue(store, planned);
    await store.revoke(revocation(revoked));
    const { reason: _, ...withoutReason } = revocation(unreasoned);
    await store.revoke(withoutReason);
    const trail = await wholeTrail(store);
    for (const planned of [valid, revoked, unreasoned]) {
      const record = await store.find(planned);
      expectEqual(await replica.release(release(planned)), { outcome: "notHeld", record }, "the outcome");
      expectEqual(await store.find(planned), record, "the record");
    }
    expectEqual(await wholeTrail(store), trail, "the audit trail");
  },

  "release: a serial number that is unknown, another issuer's or only reserved is `notFound` and appends nothing":
    async ({ store }) => {
      const [held, reserved] = [reservation(1), reservation(2)];
      await issue(store, held);
      await store.revoke(hold(held));
      await store.reserve(reserved);
      const foreign = { ...held, issuerId: issuerNamed("b") };
      for (const missing of [reserved, foreign, reservation(3)]) {
        expectEqual(await store.release(release(missing)), { outcome: "notFound" }, "the outcome");
      }
      expectEqual((await wholeTrail(store)).length, 2, "the audit entries");
    },

  "release: of 16 concurrent callers exactly one gets `released`, the others `notHeld` (E-054)": async (
    opened,
  ) => {
    const planned = reservation(1);
    const record = await issue(opened.store, planned);
    await opened.store.revoke(hold(planned));
    const outcomes = await race(opened, 16, (handle, index) => handle.release(release(planned, index)));
    expectEqual(tally(outcomes.map(({ outcome }) => outcome)), { released: 1, notHeld: 15 }, "the outcomes");
    for (const answer of outcomes) {
      expectEqual(answer.outcome === "notFound" ? undefined : answer.record, record, "what a caller gets");
    }
    const winner = outcomes.findIndex(({ outcome }) => outcome === "released");
    const facts = await wholeTrailOfFacts(opened.store);
    expectEqual(facts.slice(2), [release(planned, winner).audit], "the audit trail, of the winner alone");
  },

  "release: racing with 16 final revocations the hold ends or becomes final, never both": async (opened) => {
    const plans = Array.from({ length: 4 }, (_, number) => reservation(number));
    for (const planned of plans) {
      await issue(opened.store, planned);
      await opened.store.revoke(hold(planned));
    }
    const calls = await race(opened, 4 * 32, async (handle, index) => {
      const planned = plans[index % 4] ?? reservation(0);
      const { outcome } =
        index % 8 < 4
          ? await handle.revoke(revocation(planned, 100 + index))
          : await handle.release(release(planned, index));
      return { serialNumber: planned.serialNumber, index, outcome };
    });
    for (const planned of plans) {
      const mine = calls.filter(({ serialNumber }) => serialNumber === planned.serialNumber);
      const { revoked, released = 0 } = tally(mine.map(({ outcome }) => outcome));
      expectEqual([revoked, released <= 1], [1, true], "one revocation, one release at most");
      const winner = mine.find(({ outcome }) => outcome === "revoked")?.index ?? 0;
      const { revokedAt, reason } = revocation(planned, 100 + winner);
      const since = released === 1 ? revokedAt : hold(planned).revokedAt;
      expectEqual((await opened.store.find(planned))?.revocation, { revokedAt: since, reason }, "the facts");
    }
    const transitions = calls.filter(({ outcome }) => outcome === "revoked" || outcome === "released");
    const trail = await wholeTrail(opened.store);
    expectEqual(trail.length, 8 + transitions.length, "the audit entries");
    const changes = await opened.store.countRevocationChanges({ issuerId: issuerNamed("a"), partition: 0 });
    expectEqual(changes, 4 + transitions.length, "the changes");
  },
};

import type {
  CertificateConditions,
  CertificateRecord,
  CertificateStatus,
  CertificateStore,
  Reservation,
} from "../../store/certificate-store.ts";
import { expectEqual } from "../expect.ts";
import type { ConformanceCases, OpenedStore } from "../harness.ts";
import {
  hash,
  hold,
  issue,
  issuerNamed,
  listAll,
  numberOf,
  reservation,
  revocation,
  serialNumber,
} from "./examples.ts";

const end = 1_900_086_400_000;

/** The conditions of {@link CertificateStore.list}. */
export const listConditionCases: ConformanceCases<CertificateStore> = {
  "list: with one condition, every certificate that fits it and no other, in pages and in both orders":
    async (opened) => {
      const population = await populate(opened);
      for (const one of conditions) await expectListed(opened.replica, population, [one], 3);
    },

  "list: with several conditions, the certificates that fit all of them (E-057)": async ({
    store,
    replica,
  }) => {
    const population = await populate({ store, replica });
    for (const [index, one] of conditions.entries()) {
      for (const other of conditions.slice(index + 1)) {
        const isRepeated = Object.keys(one.given).some((name) => name in other.given);
        if (!isRepeated) await expectListed(store, population, [one, other], 1000);
      }
    }
  },

  "list: the bounds of `notAfter` are inclusive, and each may be absent": async ({ store, replica }) => {
    for (const number of [1, 2, 3]) await issue(store, reservation(number, { notAfter: end + number }));
    for (const [notAfter, expected] of [
      [{}, [1, 2, 3]],
      [{ from: end + 2 }, [2, 3]],
      [{ to: end + 2 }, [1, 2]],
      [{ from: end + 2, to: end + 2 }, [2]],
      [{ from: end + 3, to: end + 1 }, []],
    ] as const) {
      for (const order of ["issuance", "expiry"] as const) {
        const listed = await replica.list({ notAfter, order, limit: 9 });
        expectEqual(listed.map(numberOf), expected, `${JSON.stringify(notAfter)} by ${order}`);
      }
    }
  },

  "list: of the four states exactly one is true, and `expired` is true first": async ({ store, replica }) => {
    const plans = [0, 1, 2, 3].map((number) => reservation(number, { notAfter: end }));
    const [, held, revoked, unreasoned] = plans;
    for (const planned of plans) await issue(store, planned);
    await store.reserve(reservation(4, { notAfter: end }));
    await store.revoke(hold(held ?? reservation(1)));
    await store.revoke(revocation(revoked ?? reservation(2)));
    const { reason: _, ...withoutReason } = revocation(unreasoned ?? reservation(3));
    await store.revoke(withoutReason);
    for (const [at, expected] of [
      [end, { expired: [], held: [1], revoked: [2, 3], valid: [0] }],
      [end + 1, { expired: [0, 1, 2, 3], held: [], revoked: [], valid: [] }],
    ] as const) {
      for (const order of ["issuance", "expiry"] as const) {
        const listed: Record<string, readonly number[]> = {};
        for (const is of ["expired", "held", "revoked", "valid"] as const) {
          listed[is] = (await replica.list({ status: { is, at }, order, limit: 9 })).map(numberOf);
        }
        expectEqual(listed, expected, `at ${at} by ${order}`);
      }
    }
  },
};

interface Condition {
  readonly given: CertificateConditions;
  readonly isMetBy: (record: CertificateRecord) => boolean;
}

const conditions: readonly Condition[] = [
  { given: {}, isMetBy: () => true },
  ...["tlsServer", "tlsClient", "tls_erver", "tlsserver", "%", ""].map((profile) => ({
    given: { profile },
    isMetBy: (record: CertificateRecord) => record.profile === profile,
  })),
  ...["corp", "home", "Corp", "' OR 1 --", "%", ""].map((provisioner) => ({
    given: { provisioner },
    isMetBy: (record: CertificateRecord) => record.requester.provisioner === provisioner,
  })),
  ...(["a", "b", "c"] as const).map((letter) => ({
    given: { issuerId: issuerNamed(letter) },
    isMetBy: (record: CertificateRecord) => record.issuerId === issuerNamed(letter),
  })),
  ...[
    { kind: "acme", id: "one" } as const,
    { kind: "operator", id: "one" } as const,
    { kind: "acme", id: "On_" } as const,
    { kind: "acme", id: "none" } as const,
  ].map((requester) => ({
    given: { requester },
    isMetBy: (record: CertificateRecord) =>
      record.requester.kind === requester.kind && record.requester.id === requester.id,
  })),
  ...[0, 4, 99].map((number) => ({
    given: { publicKeyHash: hash("key", number) },
    isMetBy: (record: CertificateRecord) => record.publicKeyHash === hash("key", number),
  })),
  ...[serialNumber(2), serialNumber(3).slice(2), "0190"].map((serialNumber) => ({
    given: { serialNumber },
    isMetBy: (record: CertificateRecord) => record.serialNumber === serialNumber,
  })),
  ...[
    { type: "dns", value: "a.test" } as const,
    { type: "uri", value: "a.test" } as const,
    { type: "dns", value: "%" } as const,
  ].map((identifier) => ({
    given: { identifier },
    isMetBy: ({ identifiers }: CertificateRecord) =>
      identifiers.some(({ type, value }) => type === identifier.type && value === identifier.value),
  })),
  ...[{ from: end + 4 }, { to: end + 9 }, { from: end + 3, to: end + 6 }].map((notAfter) => ({
    given: { notAfter },
    isMetBy: (record: CertificateRecord) =>
      record.notAfter >= (notAfter.from ?? 0) && record.notAfter <= (notAfter.to ?? Number.MAX_SAFE_INTEGER),
  })),
  ...(["expired", "held", "revoked", "valid"] as const).map((is) => ({
    given: { status: { is, at: end + 5 } },
    isMetBy: (record: CertificateRecord) => statusOf(record, end + 5) === is,
  })),
];

function statusOf({ notAfter, revocation }: CertificateRecord, at: number): CertificateStatus {
  if (notAfter < at) return "expired";
  if (revocation === undefined) return "valid";
  return revocation.reason === "certificateHold" ? "held" : "revoked";
}

/** Issues certificates of every mixture, some revoked, some on hold, and returns them as they are. */
async function populate({
  store,
  replica,
}: Pick<OpenedStore<CertificateStore>, "replica" | "store">): Promise<readonly CertificateRecord[]> {
  const records: CertificateRecord[] = [];
  for (let number = 0; number < 48; number += 1) {
    const planned = mixed(number);
    const issued = await issue(store, planned);
    const { reason: _, ...withoutReason } = revocation(planned, number);
    const ends = [hold(planned, number), revocation(planned, number), withoutReason];
    const ending = ends[(number * 5) % 8];
    const answer = ending === undefined ? undefined : await store.revoke(ending);
    records.push(answer?.outcome === "revoked" ? answer.record : issued);
  }
  for (let number = 48; number < 54; number += 1) await replica.reserve(mixed(number));
  return records;
}

function mixed(number: number): Reservation {
  const pick = <Value>(values: readonly Value[], step: number): Value | undefined =>
    values[(number * step) % values.length];
  const provisioner = pick(["corp", "home", "Corp", undefined], 3);
  const names = pick([["a.test"], ["b.test", "a.test"], ["A.test"], [], ["%"]], 2) ?? [];
  return reservation(number, {
    // Two issuers share every second serial number.
    serialNumber: serialNumber(number - (number % 4 === 3 ? 1 : 0)),
    issuerId: issuerNamed(number % 4 === 3 ? "b" : "a"),
    profile: pick(["tlsServer", "tlsClient", "tlsServer", "tlsserver", "tls_erver"], 1) ?? "",
    requester: {
      kind: pick(["acme", "operator", "acme"], 1) ?? "acme",
      id: pick(["one", "One", "one", "On_", "two"], 3) ?? "",
      ...(provisioner !== undefined && { provisioner }),
    },
    publicKeyHash: hash("key", number % 7),
    identifiers: names.map((value) => ({ type: number % 5 === 0 ? "uri" : "dns", value })),
    notBefore: end - 1000,
    notAfter: end + ((number * 7) % 11),
  });
}

async function expectListed(
  store: CertificateStore,
  population: readonly CertificateRecord[],
  wanted: readonly Condition[],
  limit: number,
): Promise<void> {
  const given: CertificateConditions = {};
  for (const one of wanted) Object.assign(given, one.given);
  const fitting = population.filter((record) => wanted.every(({ isMetBy }) => isMetBy(record)));
  for (const order of ["issuance", "expiry"] as const) {
    const expected = fitting.toSorted(order === "expiry" ? byExpiry : byIssuance);
    const listed = await listAll(store, { ...given, order, limit });
    expectEqual(listed.map(numberOf), expected.map(numberOf), `${JSON.stringify(given)} by ${order}`);
    expectEqual(listed, expected, `the records for ${JSON.stringify(given)} by ${order}`);
  }
}

function byExpiry(left: CertificateRecord, right: CertificateRecord): number {
  return left.notAfter - right.notAfter || byIssuance(left, right);
}

function byIssuance(left: CertificateRecord, right: CertificateRecord): number {
  return `${left.serialNumber}.${left.issuerId}` < `${right.serialNumber}.${right.issuerId}` ? -1 : 1;
}

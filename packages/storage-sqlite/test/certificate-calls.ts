import type { CertificateConditions, CertificateStore, CrlRecord, Reservation } from "@chancery/core";
import fc from "fast-check";
import type { Call } from "./calls.ts";
import { completion, fact, hour, now, reservation } from "./examples.ts";

const small = fc.nat({ max: 3 });

const issuers = ["a5".repeat(32), "5a".repeat(32)] as const;
const keys = ["4b", "4c", "4d", "4e"].map((octet) => octet.repeat(32));
const reasons = ["keyCompromise", "superseded", "certificateHold", "certificateHold", undefined] as const;
const states = ["expired", "held", "revoked", "valid"] as const;

/** A reservation under one of sixteen serial numbers; few names, keys, requesters and ends, so that they meet. */
const planned: fc.Arbitrary<Reservation> = fc
  .record({
    number: small,
    series: small,
    request: fc.option(small, { freq: 2 }),
    age: small,
    variant: small,
  })
  .map(({ number, series, request, age, variant }) => ({
    ...reservation(number, series, request === null ? undefined : `request-${request}`),
    issuerId: issuers[series % 2] ?? "",
    requester: {
      kind: variant === 3 ? "operator" : "acme",
      id: `account-${age % 2}`,
      ...(variant > 0 && { provisioner: `provisioner-${variant}` }),
    },
    profile: age === 0 ? "tlsClient" : "tlsServer",
    identifiers: namesOf(number % 2, variant),
    publicKeyHash: keys[number] ?? "",
    crlPartition: number % 2,
    ...(variant === 1 && { replaces: { issuerId: issuers[0] ?? "", serialNumber: `0${age}` } }),
    notAfter: now + age * hour,
    reservedAt: now - age,
  }));

function namesOf(number: number, variant: number): Reservation["identifiers"] {
  const [one, two] = [0, 1].map((index) => `host-${number + index}.example.test`);
  const names = [[one], [one, two], [two, one], []][variant] ?? [];
  return names.map((value = "") => ({ type: "dns", value }));
}

const conditions: fc.Arbitrary<CertificateConditions> = fc
  .record(
    {
      identifier: small.map((number) => ({ type: "dns", value: `host-${number}.example.test` }) as const),
      serialNumber: planned.map(({ serialNumber }) => serialNumber),
      publicKeyHash: fc.constantFrom(...keys),
      issuerId: fc.constantFrom(...issuers),
      profile: fc.constantFrom("tlsServer", "tlsClient"),
      requester: planned.map(({ requester: { kind, id } }) => ({ kind, id })),
      provisioner: small.map((number) => `provisioner-${number}`),
      notAfter: fc.record({ from: instant(), to: instant() }, { requiredKeys: [] }),
      status: fc.record({ is: fc.constantFrom(...states), at: instant() }),
      overdueAt: instant(),
    },
    { requiredKeys: [] },
  )
  // Most lists have no more than two conditions: three certificates seldom have more in common.
  .chain((given) => fc.subarray(Object.entries(given), { maxLength: 2 }).map(Object.fromEntries));

function instant(): fc.Arbitrary<number> {
  return fc.tuple(small, fc.constantFrom(-1, 0, 1)).map(([hours, offset]) => now + hours * hour + offset);
}

const partition = fc.record({ issuerId: fc.constantFrom(...issuers), partition: fc.nat({ max: 1 }) });

const crl: fc.Arbitrary<CrlRecord> = fc
  .tuple(partition, small, fc.boolean())
  .map(([scope, number, isDelta]) => ({
    ...scope,
    kind: isDelta ? "delta" : "full",
    number,
    ...(isDelta && { baseNumber: 0 }),
    thisUpdate: now,
    nextUpdate: now + hour,
    changes: number,
    crl: Uint8Array.of(number),
  }));

type StoreCall = Call<CertificateStore>;

/** Calls of a certificate store in any order, once some certificates are issued. */
export function certificateCalls(): fc.Arbitrary<readonly StoreCall[]> {
  const anyCall = fc.oneof(
    { weight: 5, arbitrary: issuanceCall() },
    { weight: 8, arbitrary: revocationCall() },
    { weight: 8, arbitrary: listCall() },
    { weight: 4, arbitrary: crlCall() },
    { weight: 4, arbitrary: auditCall() },
  );
  return fc
    .tuple(
      fc.array(issueCall(), { minLength: 4, maxLength: 24, size: "max" }),
      fc.array(anyCall, { minLength: 10, maxLength: 90, size: "max" }),
    )
    .map((parts) => parts.flat());
}

function issueCall(): fc.Arbitrary<StoreCall> {
  return planned.map((one) =>
    named("issue", async (store) => [await store.reserve(one), await store.complete(completion(one))]),
  );
}

function issuanceCall(): fc.Arbitrary<StoreCall> {
  return fc.oneof(
    issueCall(),
    planned.map((one) => named("reserve", (store) => store.reserve(one))),
    planned.map((one) => named("complete", (store) => store.complete(completion(one)))),
    planned.map((one) => named("find", (store) => store.find(one))),
    small.map((n) => named("findByRequestId", (store) => store.findByRequestId(`request-${n}`))),
    small.map((limit) =>
      named("listReservations", (store) => store.listReservations({ reservedBefore: now - 1, limit })),
    ),
  );
}

function revocationCall(): fc.Arbitrary<StoreCall> {
  const facts = fc.record({
    reason: fc.constantFrom(...reasons),
    invalidityDate: fc.option(fc.constant(now), { nil: undefined }),
    blockKey: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, "compromised"),
  });
  return fc.oneof(
    fc
      .tuple(planned, small, facts)
      .map(([{ issuerId, serialNumber }, age, { reason, invalidityDate, blockKey }]) =>
        named(`revoke for ${reason}`, (store) =>
          store.revoke({
            issuerId,
            serialNumber,
            revokedAt: now + age,
            ...(reason !== undefined && { reason }),
            ...(invalidityDate !== undefined && { invalidityDate }),
            ...(blockKey !== undefined && { blockKey }),
            audit: fact("certificate.revoked", serialNumber),
          }),
        ),
      ),
    planned.map(({ issuerId, serialNumber }) =>
      named("hold and release", async (store) => {
        const audit = fact("certificate.held", serialNumber);
        const held = { issuerId, serialNumber, revokedAt: now, reason: "certificateHold" as const, audit };
        return [await store.revoke(held), await store.release({ issuerId, serialNumber, audit })];
      }),
    ),
    planned.map(({ issuerId, serialNumber }) =>
      named("release", (store) =>
        store.release({ issuerId, serialNumber, audit: fact("certificate.released", serialNumber) }),
      ),
    ),
    small.map((age) =>
      named("blockKey", (store) => {
        const publicKeyHash = keys[3] ?? "";
        const audit = fact("key.blocked", publicKeyHash);
        return store.blockKey({ publicKeyHash, blockedAt: now + age, reason: `reason ${age}`, audit });
      }),
    ),
    small.map((n) => named("findBlockedKey", (store) => store.findBlockedKey(keys[n] ?? ""))),
  );
}

function listCall(): fc.Arbitrary<StoreCall> {
  const page = fc.record({ limit: fc.integer({ min: 1, max: 4 }), after: fc.option(planned) });
  const order = fc.constantFrom(undefined, "issuance", "expiry");
  return fc
    .tuple(conditions, page, order)
    .map(([given, { limit, after }, order]) =>
      named(`list ${JSON.stringify(given)} by ${order}`, (store) =>
        store.list({ ...given, limit, ...(order && { order }), ...(after && { after }) }),
      ),
    );
}

function crlCall(): fc.Arbitrary<StoreCall> {
  return fc.oneof(
    fc
      .tuple(partition, planned, instant(), fc.boolean())
      .map(([scope, { serialNumber }, notAfterFrom, isFirst]) =>
        named("listRevoked", (store) =>
          store.listRevoked({ ...scope, notAfterFrom, limit: 3, ...(!isFirst && { after: serialNumber }) }),
        ),
      ),
    fc
      .tuple(partition, instant())
      .map(([{ issuerId }, at]) => named("takeCrlNumber", (store) => store.takeCrlNumber({ issuerId, at }))),
    partition.map((scope) => named("countRevocationChanges", (store) => store.countRevocationChanges(scope))),
    crl.map((record) =>
      named("publishCrl", (store) => store.publishCrl({ ...record, audit: fact("crl.published", "crl") })),
    ),
    crl.map((query) => named("findCrl", (store) => store.findCrl(query))),
    partition.map(({ issuerId }) => named("listCrlPartitions", (store) => store.listCrlPartitions(issuerId))),
  );
}

function auditCall(): fc.Arbitrary<StoreCall> {
  return fc.oneof(
    small.map((n) => named("appendAudit", (store) => store.appendAudit(fact("policy.denied", `${n}`)))),
    small.map((after) => named("listAudit", (store) => store.listAudit({ after, limit: 3 }))),
    fc
      .tuple(small, small)
      .map(([after, limit]) =>
        named("listUnchainedAudit", (store) => store.listUnchainedAudit({ after, limit })),
      ),
    small.map((after) => named("listAuditChain", (store) => store.listAuditChain({ after, limit: 3 }))),
    fc.constant(named("findAuditHead", (store) => store.findAuditHead())),
    fc.tuple(fc.subarray([1, 2, 3, 4, 5], { minLength: 1 }), small).map(([wanted, mistake]) =>
      named("chainAudit", async (store) => {
        const head = mistake === 0 ? undefined : await store.findAuditHead();
        const start = head?.position ?? 0;
        const open = await store.listUnchainedAudit({ limit: 5 });
        const links = wanted.map((place, index) => ({
          sequence: mistake === 1 ? place : (open[place - 1]?.sequence ?? 99),
          position: start + index + 1,
          hash: `${start + index + 1}`.padStart(64, "0"),
        }));
        return store.chainAudit({ ...(head && { head }), links });
      }),
    ),
  );
}

function named(describe: string, call: (store: CertificateStore) => Promise<unknown>): StoreCall {
  return { describe, call };
}

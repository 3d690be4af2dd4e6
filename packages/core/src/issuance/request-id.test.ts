import { describe, expect, test } from "vitest";
import { createAuthority, identifierOf, now, requestFor, root } from "../../test/support/authority.ts";
import { createFailingStore } from "../../test/support/failing-store.ts";
import { createRoot } from "../issuer/create.ts";
import { generatePrivateKey } from "../key/private-key.ts";
import { allow, definePolicy, deny } from "../policy/policy.ts";
import { tlsClient, tlsServer } from "../profile/presets.ts";
import type { Signer } from "../signer/signer.ts";

const requestId = "order-1";

describe("requestId", () => {
  test("the same request under the same id gets the same certificate", async () => {
    const { ca, store } = await createAuthority();
    const request = { ...(await requestFor("dns:a.lab.example", "dns:b.lab.example")), requestId };
    const first = await ca.issue(request);
    const reordered = { ...request, identifiers: request.identifiers.toReversed() };
    for (const again of [request, reordered]) {
      expect((await ca.issue(again)).certificate).toEqual(first.certificate);
    }
    expect(await store.list({ limit: 10 })).toHaveLength(1);
    expect(await store.listAudit({ limit: 10 })).toHaveLength(1);
  });

  test("without an id, every request gets a certificate of its own", async () => {
    const { ca } = await createAuthority();
    const request = await requestFor("dns:a.lab.example");
    const [one, other] = [await ca.issue(request), await ca.issue(request)];
    expect(one.serialNumber).not.toBe(other.serialNumber);
  });

  test("another request under the same id is refused", async () => {
    const profiles = [tlsServer(), tlsClient()];
    const { ca, store } = await createAuthority({ profiles });
    const request = { ...(await requestFor("dns:a.lab.example")), requestId };
    await ca.issue(request);
    const { publicKey } = await generatePrivateKey();
    const others = [
      { ...request, publicKey },
      { ...request, identifiers: ["dns:b.lab.example"].map(identifierOf) },
      { ...request, identifiers: ["dns:a.lab.example", "dns:b.lab.example"].map(identifierOf) },
      { ...request, requester: { kind: "application", id: "somebody else" } as const },
      { ...request, profile: "tlsClient" },
      { ...request, notBefore: now },
      { ...request, notAfter: new Date("2030-01-05T00:00:00Z") },
      { ...request, subject: [{ type: "2.5.4.10", value: "Lab" }] },
      { ...request, issuerId: ca.issuers[0]?.id ?? "" },
      { ...request, provisionerExtension: { type: 1, name: "token", credentialId: "" } },
    ];
    for (const other of others) {
      await expect(ca.issue(other)).rejects.toMatchObject({ code: "ERR_REQUEST_ID_REUSED" });
    }
    expect(await store.list({ limit: 10 })).toHaveLength(1);
  });

  test("E-050, E-052: of 16 at once there is one certificate, and all get it", async () => {
    const { ca, store } = await createAuthority();
    const request = { ...(await requestFor("dns:a.lab.example")), requestId };
    const issued = await Promise.all(Array.from({ length: 16 }, () => ca.issue(request)));
    const distinct = new Set(issued.map(({ fingerprint }) => fingerprint));
    expect(distinct.size).toBe(1);
    expect(await store.list({ limit: 100 })).toHaveLength(1);
    expect(await store.listAudit({ limit: 100 })).toHaveLength(1);
    expect(await store.listReservations({ reservedBefore: Number.MAX_SAFE_INTEGER, limit: 10 })).toEqual([]);
  });

  test("E-050: of two different requests at once under one id, one is refused", async () => {
    const { ca, store } = await createAuthority();
    const requests = [await requestFor("dns:a.lab.example"), await requestFor("dns:b.lab.example")];
    const outcomes = await Promise.allSettled(requests.map((request) => ca.issue({ ...request, requestId })));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "ERR_REQUEST_ID_REUSED" },
    });
    expect(await store.list({ limit: 10 })).toHaveLength(1);
  });

  test("a refused request leaves its id free", async () => {
    let open = false;
    const door = definePolicy("door", () => (open ? [allow] : deny("closed")));
    const { ca } = await createAuthority({ policies: [door] });
    const request = { ...(await requestFor("dns:a.lab.example")), requestId };
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_POLICY_DENIED" });
    open = true;
    await expect(ca.issue(request)).resolves.toBeDefined();
  });

  test("policy is asked once: neither a certificate nor a reservation is judged again", async () => {
    let asked = 0;
    const once = definePolicy("once", () => {
      asked += 1;
      return asked === 1 ? [allow] : deny("asked again");
    });
    const store = createFailingStore();
    const { ca } = await createAuthority({ policies: [once], store });
    const request = { ...(await requestFor("dns:a.lab.example")), requestId };
    store.failNext("complete", "before");
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_STORE_TRANSIENT" });
    const completed = await ca.issue(request);
    expect((await ca.issue(request)).fingerprint).toBe(completed.fingerprint);
    expect(asked).toBe(1);
  });
});

describe("E-052: what a crash leaves", () => {
  const points = [
    { transition: "findByRequestId", moment: "before", reserved: 0, issued: 0 },
    { transition: "findByRequestId", moment: "after", reserved: 0, issued: 0 },
    { transition: "reserve", moment: "before", reserved: 0, issued: 0 },
    { transition: "reserve", moment: "after", reserved: 1, issued: 0 },
    { transition: "complete", moment: "before", reserved: 1, issued: 0 },
    { transition: "complete", moment: "after", reserved: 0, issued: 1 },
  ] as const;

  test.each(points)(
    "$moment $transition: $reserved reserved, $issued issued; a repetition ends with one certificate",
    async ({ transition, moment, reserved, issued }) => {
      const store = createFailingStore();
      const { ca } = await createAuthority({ store });
      const request = { ...(await requestFor("dns:a.lab.example")), requestId };
      store.failNext(transition, moment);
      await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_STORE_TRANSIENT" });

      const reservations = await store.listReservations({
        reservedBefore: Number.POSITIVE_INFINITY,
        limit: 10,
      });
      const certificates = await store.list({ limit: 10 });
      expect([reservations.length, certificates.length]).toEqual([reserved, issued]);

      const { serialNumber } = await ca.issue(request);
      const taken = [...reservations, ...certificates].map((one) => one.serialNumber);
      if (taken.length > 0) expect(serialNumber).toBe(taken[0]);
      expect(await store.list({ limit: 10 })).toHaveLength(1);
      expect(await store.listAudit({ limit: 10 })).toHaveLength(1);
      expect(await store.listReservations({ reservedBefore: Number.POSITIVE_INFINITY, limit: 10 })).toEqual(
        [],
      );
    },
  );

  test("without a requestId: a serial number is lost, and no certificate", async () => {
    const store = createFailingStore();
    const { ca } = await createAuthority({ store });
    const request = await requestFor("dns:a.lab.example");
    store.failNext("complete", "before");
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_STORE_TRANSIENT" });
    const [left] = await store.listReservations({ reservedBefore: Number.POSITIVE_INFINITY, limit: 10 });
    expect((await ca.issue(request)).serialNumber).not.toBe(left?.serialNumber);
    expect(await ca.recover({ olderThan: -1 })).toBe(1);
    expect(await store.list({ limit: 10 })).toHaveLength(2);
  });
});

describe("D-003, E-052: a signer that", () => {
  test("fails leaves a reservation, which the same requestId completes", async () => {
    const { issuer } = await root;
    let broken = true;
    const signer: Signer = {
      ...issuer.signer,
      sign: (data) => (broken ? Promise.reject(new Error("token removed")) : issuer.signer.sign(data)),
    };
    const { ca, store } = await createAuthority({ issuer: { ...issuer, signer } });
    const request = { ...(await requestFor("dns:a.lab.example")), requestId };
    await expect(ca.issue(request)).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
      message: 'the signer of issuer "CN=Lab Root" failed',
      cause: new Error("token removed"),
    });
    const [reservation] = await store.listReservations({
      reservedBefore: Number.POSITIVE_INFINITY,
      limit: 10,
    });
    broken = false;
    expect((await ca.issue(request)).serialNumber).toBe(reservation?.serialNumber);
  });

  test("has come to sign with another algorithm completes nothing that names the former one (B-003)", async () => {
    const { issuer, privateKey } = await createRoot({
      commonName: "Lab Root",
      key: { type: "rsa", bits: 2048 },
      clock: () => now,
    });
    const gone = { ...issuer.signer, sign: () => Promise.reject(new Error("token removed")) };
    const { ca, store } = await createAuthority({ issuer: { ...issuer, signer: gone } });
    const request = { ...(await requestFor("dns:a.lab.example")), requestId };
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_SIGNER_FAILED" });

    const pss: Signer = {
      algorithm: "rsa-pss-sha256",
      publicKey: issuer.signer.publicKey,
      sign: (data) => privateKey.sign("rsa-pss-sha256", data),
    };
    const changed = await createAuthority({ issuer: { ...issuer, signer: pss }, store });
    await expect(changed.ca.issue(request)).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
      message: expect.stringContaining("another algorithm"),
    });
    expect(await changed.ca.recover({ olderThan: -1 })).toBe(0);
    const restored = await createAuthority({ issuer, store });
    expect(await restored.ca.recover({ olderThan: -1 })).toBe(1);
  });

  test("hangs holds up its own request and no other, and its process may die", async () => {
    const { issuer } = await root;
    const stuck = Promise.withResolvers<Uint8Array>();
    const started = Promise.withResolvers<Uint8Array>();
    const hanging: Signer = {
      ...issuer.signer,
      sign(data) {
        started.resolve(data);
        return stuck.promise;
      },
    };
    const { ca: dying, store } = await createAuthority({ issuer: { ...issuer, signer: hanging } });
    const request = { ...(await requestFor("dns:a.lab.example")), requestId };
    const first = dying.issue(request);
    const data = await started.promise;

    const { ca: next } = await createAuthority({ store });
    const issued = await next.issue(request);
    expect(issued.identifiers).toEqual([identifierOf("dns:a.lab.example")]);

    // The signature that comes late is thrown away: the winner's certificate is everybody's.
    stuck.resolve(await issuer.signer.sign(data));
    expect((await first).certificate).toEqual(issued.certificate);
    expect(await store.list({ limit: 10 })).toHaveLength(1);
  });

  test("answers later is waited for", async () => {
    const { issuer } = await root;
    const remote: Signer = {
      ...issuer.signer,
      sign: (data) => new Promise((resolve) => setImmediate(resolve)).then(() => issuer.signer.sign(data)),
    };
    const { ca } = await createAuthority({ issuer: { ...issuer, signer: remote } });
    await expect(ca.issue(await requestFor("dns:a.lab.example"))).resolves.toBeDefined();
  });

  test("is another issuer's does not complete what was reserved for the first", async () => {
    const store = createFailingStore();
    const { ca } = await createAuthority({ store });
    const request = { ...(await requestFor("dns:a.lab.example")), requestId };
    store.failNext("complete", "before");
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_STORE_TRANSIENT" });

    const { issuer } = await createRoot({ commonName: "Successor", clock: () => now });
    const { ca: successor } = await createAuthority({ store, issuer });
    await expect(successor.issue(request)).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
      message: expect.stringContaining("which is not there"),
    });
    expect(await successor.recover({ olderThan: -1 })).toBe(0);
    expect(await ca.recover({ olderThan: -1 })).toBe(1);
  });
});

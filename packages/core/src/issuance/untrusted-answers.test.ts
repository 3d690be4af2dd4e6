import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  createAuthority,
  createClock,
  now,
  requester,
  requestFor,
  root,
} from "../../test/support/authority.ts";
import { createFailingStore } from "../../test/support/failing-store.ts";
import { createIntermediate, createRoot } from "../issuer/create.ts";
import { allow, definePolicy } from "../policy/policy.ts";
import { tlsClient, tlsServer } from "../profile/presets.ts";
import type { Signer } from "../signer/signer.ts";
import type { CertificateStore, Reservation } from "../store/certificate-store.ts";
import { createMemoryCertificateStore } from "../store/memory.ts";

const clock = (): Date => now;

describe("D-003: what a signer answers", () => {
  test("is verified before it gets into a certificate", async () => {
    const { issuer } = await root;
    const broken: Signer = { ...issuer.signer, sign: () => new Uint8Array(64).fill(7) };
    const { ca, store } = await createAuthority({ issuer: { ...issuer, signer: broken } });
    await expect(ca.issue(await requestFor("dns:a.lab.example"))).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
      message: expect.stringContaining("does not verify"),
    });
    expect(await store.list({ limit: 10 })).toEqual([]);
  });

  test("is never another request's: not even where a signer uses one buffer for all", async () => {
    const { issuer, privateKey } = await createRoot({ commonName: "Ed", key: { type: "ed25519" }, clock });
    const buffer = new Uint8Array(64);
    const reusing: Signer = {
      ...issuer.signer,
      async sign(data) {
        buffer.set(await privateKey.sign("ed25519", data));
        return buffer;
      },
    };
    const { ca } = await createAuthority({ issuer: { ...issuer, signer: reusing } });
    const request = await requestFor("dns:a.lab.example");
    await Promise.allSettled([1, 2, 3].map(() => ca.issue(request)));
    const alone = await ca.issue(request);
    const key = new X509Certificate(issuer.certificate).publicKey;
    const issued = [alone, ...(await ca.list({ limit: 10 }))];
    for (const { certificate } of issued) expect(new X509Certificate(certificate).verify(key)).toBe(true);
  });
});

describe("E-052: a reservation that comes from the store", () => {
  const requestId = "order-1";

  /** A store whose reservation says something else than what was judged. */
  async function storeThatAnswers(change: (reservation: Reservation) => Reservation) {
    const memory = createFailingStore();
    const { ca } = await createAuthority({ store: memory });
    const request = { ...(await requestFor("dns:a.lab.example")), requestId };
    memory.failNext("complete", "before");
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_STORE_TRANSIENT" });
    const store: CertificateStore = {
      ...memory,
      async findByRequestId(id) {
        const found = await memory.findByRequestId(id);
        return found?.outcome === "existing" ? { ...found, reservation: change(found.reservation) } : found;
      },
      listReservations: async (query) => (await memory.listReservations(query)).map(change),
    };
    return { store, request };
  }

  /** Replaces octets of the same length. */
  function replaced(octets: Uint8Array, from: string, to: string): Uint8Array {
    const hex = Buffer.from(octets).toString("hex");
    expect(hex).toContain(from);
    return new Uint8Array(Buffer.from(hex.replace(from, to), "hex"));
  }

  const hex = (text: string): string => Buffer.from(text).toString("hex");
  const changes: readonly { what: string; code: string; change: (one: Reservation) => Reservation }[] = [
    {
      what: "another name",
      code: "ERR_SIGNER_FAILED",
      change: (one) => ({
        ...one,
        tbsCertificate: replaced(one.tbsCertificate, hex("a.lab.example"), hex("b.lab.example")),
      }),
    },
    {
      what: "another usage",
      code: "ERR_LINT_FAILED",
      // digitalSignature becomes keyCertSign
      change: (one) => ({ ...one, tbsCertificate: replaced(one.tbsCertificate, "03020780", "03020204") }),
    },
    {
      what: "another key in its record",
      code: "ERR_SIGNER_FAILED",
      change: (one) => ({ ...one, publicKeyHash: "00".repeat(32) }),
    },
    {
      what: "another end in its record",
      code: "ERR_SIGNER_FAILED",
      change: (one) => ({ ...one, notAfter: one.notAfter + 1000 }),
    },
    { what: "no DER", code: "ERR_", change: (one) => ({ ...one, tbsCertificate: Uint8Array.of(0x30, 1) }) },
  ];

  test.each(changes)("is not signed with $what", async ({ code, change }) => {
    const { store, request } = await storeThatAnswers(change);
    const { ca } = await createAuthority({ store });
    for (const attempt of [ca.issue(request), ca.recover({ olderThan: -1 })])
      await expect(attempt).rejects.toMatchObject({ code: expect.stringContaining(code) });
    expect(await store.list({ limit: 10 })).toEqual([]);
  });

  test("waits for its profile to come back, and holds up no other", async () => {
    const { store, request } = await storeThatAnswers((one) => ({ ...one, profile: "gone" }));
    const { ca } = await createAuthority({ store });
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_PROFILE_UNKNOWN" });
    expect(await ca.recover({ olderThan: -1 })).toBe(0);
  });

  test("is signed as it is", async () => {
    const { store, request } = await storeThatAnswers((one) => one);
    const { ca } = await createAuthority({ store });
    await expect(ca.issue(request)).resolves.toBeDefined();
  });

  test("is not signed once its validity has ended", async () => {
    const { store, request } = await storeThatAnswers((one) => one);
    const { clock: later, advance } = createClock();
    advance("P90D");
    const { ca } = await createAuthority({ store, clock: later });
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_VALIDITY_REFUSED" });
    expect(await ca.recover({ olderThan: -1 })).toBe(0);
  });

  test("of an issuer whose signer is dead holds up no other", async () => {
    const store = createFailingStore();
    const [one, other] = [
      await createRoot({ commonName: "One", clock }),
      await createRoot({ commonName: "Other", clock }),
    ];
    for (const { issuer } of [one, other]) {
      const { ca } = await createAuthority({ store, issuer });
      store.failNext("complete", "before");
      await expect(ca.issue(await requestFor("dns:a.lab.example"))).rejects.toThrow();
    }
    const dead: Signer = { ...one.issuer.signer, sign: () => Promise.reject(new Error("no token")) };
    const { ca } = await createAuthority({
      store,
      issuers: [{ ...one.issuer, signer: dead }, other.issuer],
    });
    await expect(ca.recover({ olderThan: -1 })).rejects.toMatchObject({ code: "ERR_SIGNER_FAILED" });
    expect((await ca.list({ limit: 10 })).map(({ issuerId }) => issuerId)).toEqual([other.issuer.id]);
  });
});

describe("issuerId", () => {
  test("names an issuer that serves the profile and whose turn has come, also when it is over", async () => {
    const { clock: moving, advance } = createClock();
    const [one, other] = [
      (await createRoot({ commonName: "One", clock })).issuer,
      (await createRoot({ commonName: "Other", clock })).issuer,
    ];
    const activeFrom = new Date(now.getTime() + 86_400_000);
    const { ca } = await createAuthority({ clock: moving, issuers: [one, { issuer: other, activeFrom }] });
    const request = await requestFor("dns:a.lab.example");
    await expect(ca.issue({ ...request, issuerId: other.id })).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
      message: expect.stringContaining("does not serve profile tlsServer"),
    });
    advance("P1D");
    expect((await ca.issue({ ...request, issuerId: other.id })).issuerId).toBe(other.id);
    expect((await ca.issue({ ...request, issuerId: one.id })).issuerId).toBe(one.id);
    await expect(ca.issue({ ...request, issuerId: "00".repeat(32) })).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
    });
  });

  test("cannot lend an issuer to a profile that it was not given", async () => {
    const { issuer: top } = await root;
    const { issuer: clients } = await createIntermediate({
      issuer: top,
      commonName: "Clients",
      extKeyUsage: ["clientAuth"],
      clock,
    });
    const { ca } = await createAuthority({
      profiles: [tlsServer(), tlsClient()],
      issuers: [
        { issuer: top, profiles: ["tlsServer"] },
        { issuer: clients, profiles: ["tlsClient"] },
      ],
    });
    const request = { ...(await requestFor("dns:a.lab.example")), issuerId: clients.id };
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    await expect(ca.issue({ ...request, profile: "tlsClient" })).resolves.toBeDefined();
  });
});

describe("what a caller does with its objects", () => {
  test("afterwards changes neither the request nor the issuer", async () => {
    const { issuer: top } = await root;
    const { issuer } = await createIntermediate({ issuer: top, commonName: "Below", clock });
    const { ca } = await createAuthority({ issuer });
    const asked = { ...(await requestFor("dns:a.lab.example")), requester: { ...requester } };
    const issuing = ca.issue(asked);
    Object.assign(asked, { profile: "none", requester: { kind: "operator", id: "mallory" } });
    const first = await issuing;
    expect(first).toMatchObject({ profile: "tlsServer", requester });
    for (const octets of [...first.chain.slice(1), ...ca.trustAnchors]) octets.fill(0);
    const second = await ca.issue(await requestFor("dns:a.lab.example"));
    const [certificate, above] = second.chain.map((der) => new X509Certificate(der));
    expect(above?.subject).toBe("CN=Below");
    expect(certificate?.checkIssued(above as X509Certificate)).toBe(true);
  });

  test("in a listener does not reach the caller", async () => {
    const { ca } = await createAuthority({
      onEvent(event) {
        if (event.type === "certificate.issued") event.certificate.certificate.fill(0);
      },
    });
    const { certificate } = await ca.issue(await requestFor("dns:a.lab.example"));
    expect(certificate.some((octet) => octet !== 0)).toBe(true);
  });
});

describe("renew", () => {
  test("refuses a certificate that is revoked while policies think", async () => {
    const store = createMemoryCertificateStore();
    const thinking = Promise.withResolvers<void>();
    const decided = Promise.withResolvers<void>();
    const slow = definePolicy("slow", async ({ operation }) => {
      if (operation !== "renew") return allow;
      thinking.resolve();
      await decided.promise;
      return allow;
    });
    const { ca } = await createAuthority({ store, policies: [slow] });
    const first = await ca.issue(await requestFor("dns:a.lab.example"));
    const renewal = ca.renew({ certificate: first });
    await thinking.promise;
    await ca.revoke({ certificate: first, requester });
    decided.resolve();
    await expect(renewal).rejects.toMatchObject({ code: "ERR_RENEWAL_REFUSED" });
  });

  test("does not complete what was reserved before the earlier certificate was revoked", async () => {
    const store = createFailingStore();
    const { ca } = await createAuthority({ store });
    const first = await ca.issue(await requestFor("dns:a.lab.example"));
    store.failNext("complete", "before");
    const again = { certificate: first, requestId: "renewal-1" };
    await expect(ca.renew(again)).rejects.toMatchObject({ code: "ERR_STORE_TRANSIENT" });
    await ca.revoke({ certificate: first, requester, reason: "privilegeWithdrawn" });
    await expect(ca.renew(again)).rejects.toMatchObject({ code: "ERR_RENEWAL_REFUSED" });
    expect(await ca.recover({ olderThan: -1 })).toBe(0);
    expect(await ca.list({ limit: 10 })).toHaveLength(1);
  });

  test("answers a repeated requestId also when the earlier certificate was revoked since", async () => {
    const { ca } = await createAuthority();
    const first = await ca.issue(await requestFor("dns:a.lab.example"));
    const renewed = await ca.renew({ certificate: first, requestId: "renewal-1" });
    await ca.revoke({ certificate: first, requester });
    expect(await ca.renew({ certificate: first, requestId: "renewal-1" })).toMatchObject({
      fingerprint: renewed.fingerprint,
    });
  });
});

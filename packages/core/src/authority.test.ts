import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { describe, expect, test } from "vitest";
import {
  allowEverything,
  createAuthority,
  createClock,
  identifierOf,
  now,
  requester,
  requestFor,
  root,
} from "../test/support/authority.ts";
import { createFailingStore } from "../test/support/failing-store.ts";
import { createForeignAuthority } from "../test/support/foreign-authority.ts";
import type { IssuedCertificate } from "./certificate-authority.ts";
import { parseCertificateRevocationList } from "./crl/parse.ts";
import { createIntermediate, createRoot } from "./issuer/create.ts";
import { importIssuer } from "./issuer/issuer.ts";
import { denyDns } from "./policy/rules.ts";
import { tlsClient, tlsServer, tlsServerAndClient } from "./profile/presets.ts";
import { defineProfile } from "./profile/profile.ts";

const day = 86_400_000;
const clock = (): Date => now;

describe("createCertificateAuthority", () => {
  test.each([
    { why: "no policy", changes: { policies: [] }, says: "no policy that can allow" },
    {
      why: "nothing but policies that deny",
      changes: { policies: [denyDns("secret.lab.example")] },
      says: "no policy that can allow",
    },
    { why: "no profile", changes: { profiles: [] }, says: "profiles is empty" },
    {
      why: "delta CRLs that nobody would find",
      changes: { crl: { delta: { validity: "P1D" } } },
      says: "distribution.deltaCrl is not",
    },
    {
      why: "two profiles of one name",
      changes: { profiles: [tlsServer(), tlsClient({ name: "tlsServer" })] },
      says: "two named tlsServer",
    },
  ])("refuses to start with $why", async ({ changes, says }) => {
    await expect(createAuthority(changes)).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_OPTION_INVALID",
      message: expect.stringContaining(says),
    });
  });

  test("E-060: refuses an issuer that is not valid now", async () => {
    const { issuer } = await root;
    const late = createAuthority({ clock: () => new Date(issuer.validity.notAfter + 1000) });
    await expect(late).rejects.toMatchObject({
      code: "ERR_ISSUER_EXPIRED",
      message: expect.stringContaining('"CN=Lab Root" from 2029-'),
    });
    const early = createAuthority({ clock: () => new Date(issuer.validity.notBefore - 1000) });
    await expect(early).rejects.toMatchObject({ code: "ERR_ISSUER_EXPIRED" });
    await expect(createAuthority({ clock: () => new Date(issuer.validity.notAfter) })).resolves.toBeDefined();
  });

  test("B-033: refuses a profile whose purpose a certificate of the chain rules out", async () => {
    const { issuer: top } = await root;
    const { issuer } = await createIntermediate({
      issuer: top,
      commonName: "Servers Only",
      extKeyUsage: ["serverAuth"],
      clock,
    });
    await expect(createAuthority({ issuer, profiles: [tlsServer()] })).resolves.toBeDefined();
    for (const profile of [tlsClient(), tlsServerAndClient()]) {
      await expect(createAuthority({ issuer, profiles: [tlsServer(), profile] })).rejects.toMatchObject({
        code: "ERR_ISSUER_UNFIT",
        message: `issuer "CN=Servers Only" may not issue for clientAuth, which profile ${profile.name} is for`,
      });
    }
  });

  test("B-033: minds the purposes of every certificate above", async () => {
    const clientsOnly = await createForeignAuthority({
      subject: "CN=Clients Only",
      extensions: [new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.2"])],
    });
    const below = await createForeignAuthority({ subject: "CN=Below", issuer: clientsOnly });
    const issuer = await importIssuer({ chainPem: below.pem + clientsOnly.pem, signer: below.signer, clock });
    await expect(createAuthority({ issuer })).rejects.toMatchObject({ code: "ERR_ISSUER_UNFIT" });
    await expect(createAuthority({ issuer, profiles: [tlsClient()] })).resolves.toBeDefined();
  });

  test("a root without extKeyUsage may issue for any purpose", async () => {
    const profiles = [defineProfile({ name: "code", extKeyUsage: ["codeSigning"] })];
    await expect(createAuthority({ profiles })).resolves.toMatchObject({ ca: { profiles: ["code"] } });
  });

  test("keeps copies of the lists that it was given", async () => {
    const policies = [allowEverything];
    const profiles = [tlsServer()];
    const { ca } = await createAuthority({ policies, profiles });
    policies.length = 0;
    profiles.length = 0;
    await expect(ca.issue(await requestFor("dns:a.lab.example"))).resolves.toBeDefined();
  });

  test("is frozen, and its methods do not need it", async () => {
    const { ca } = await createAuthority();
    for (const part of [
      ca,
      ca.profiles,
      ca.trustAnchors,
      ca.issuers,
      ca.crls,
      ca.audit,
      ca.health(),
      ca.health().warnings,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    const { issue, find, list } = ca;
    const issued = await issue(await requestFor("dns:a.lab.example"));
    expect(await find(issued)).toBeDefined();
    expect(await list({ limit: 1 })).toHaveLength(1);
  });

  test("names its profiles, its issuer and its trust anchors", async () => {
    const { issuer: top } = await root;
    const { issuer } = await createIntermediate({ issuer: top, commonName: "Below", clock });
    const { ca } = await createAuthority({ issuer, profiles: [tlsClient(), tlsServer()] });
    expect(ca.profiles).toEqual(["tlsClient", "tlsServer"]);
    expect(ca.issuers).toEqual([issuer]);
    expect(ca.activeIssuer()).toBe(issuer);
    expect(ca.trustAnchors).toEqual([top.certificate]);
    expect((await ca.issue(await requestFor("dns:a.lab.example"))).profile).toBe("tlsClient");
  });
});

describe("find", () => {
  test("by issuer and serial number, by fingerprint, by DER; undefined for what there is not", async () => {
    const { ca } = await createAuthority();
    const { certificate, fingerprint, issuerId, serialNumber } = await ca.issue(
      await requestFor("dns:a.lab.example"),
    );
    const keys = [{ issuerId, serialNumber }, { fingerprint }, { certificate }];
    for (const key of keys) {
      expect(await ca.find(key)).toMatchObject({ fingerprint, serialNumber });
    }
    const changed = new Uint8Array(certificate);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    const misses = [
      { certificate: changed },
      { fingerprint: "00".repeat(32) },
      { issuerId, serialNumber: "01" },
    ];
    for (const key of misses) expect(await ca.find(key)).toBeUndefined();
  });

  test("presents a certificate of another issuer without a chain that would not fit", async () => {
    const { ca, store } = await createAuthority();
    const old = await ca.issue(await requestFor("dns:a.lab.example"));
    const { issuer: top } = await createRoot({ commonName: "Other Root", clock });
    const { issuer } = await createIntermediate({ issuer: top, commonName: "Successor", clock });
    const { ca: successor } = await createAuthority({ issuer, store });
    expect((await successor.find(old))?.chain).toEqual([old.certificate]);
  });
});

describe("list", () => {
  test("pages through everything, oldest first, each once", async () => {
    const { clock: moving, advance } = createClock();
    const { ca } = await createAuthority({ clock: moving });
    const serialNumbers: string[] = [];
    for (let number = 0; number < 7; number += 1) {
      serialNumbers.push((await ca.issue(await requestFor(`dns:n${number}.lab.example`))).serialNumber);
      advance("1ms");
    }
    const listed: IssuedCertificate[] = [];
    for (;;) {
      const last = listed.at(-1);
      const page = await ca.list({ limit: 3, ...(last !== undefined && { after: last }) });
      if (page.length === 0) break;
      listed.push(...page);
    }
    expect(listed.map(({ serialNumber }) => serialNumber)).toEqual(serialNumbers);
  });

  test("by one name", async () => {
    const { ca } = await createAuthority();
    await ca.issue(await requestFor("dns:a.lab.example", "dns:b.lab.example"));
    await ca.issue(await requestFor("dns:c.lab.example"));
    const found = await ca.list({ limit: 10, identifier: identifierOf("dns:b.lab.example") });
    expect(found).toHaveLength(1);
  });
});

describe("recover", () => {
  test("E-052: completes what a crash has left, once it is old enough", async () => {
    const { clock: moving, advance } = createClock();
    const store = createFailingStore();
    const { ca } = await createAuthority({ store, clock: moving });
    store.failNext("complete", "before");
    await expect(ca.issue(await requestFor("dns:a.lab.example"))).rejects.toThrow();
    expect(await ca.recover()).toBe(0);
    advance("PT61S");
    expect(await ca.recover()).toBe(1);
    expect(await ca.recover()).toBe(0);
    const [recovered] = await ca.list({ limit: 10 });
    expect(recovered).toMatchObject({ identifiers: [identifierOf("dns:a.lab.example")], issuedAt: moving() });
    expect(await store.listAudit({ limit: 10 })).toHaveLength(1);
  });

  test("E-052: leaves what has expired, and finds what stands behind any number of such", async () => {
    const { clock: moving, advance } = createClock();
    const store = createFailingStore();
    const { ca } = await createAuthority({ store, clock: moving });
    const abandon = async (number: number, notAfter: Date): Promise<void> => {
      store.failNext("complete", "before");
      const request = { ...(await requestFor(`dns:n${number}.lab.example`)), notAfter };
      await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_STORE_TRANSIENT" });
    };
    const short = new Date(now.getTime() + 600_000);
    const long = new Date(now.getTime() + day);
    for (let number = 0; number < 150; number += 1) await abandon(number, short);
    advance("PT1S");
    for (let number = 150; number < 153; number += 1) await abandon(number, long);
    advance("PT1H");
    expect(await ca.recover()).toBe(3);
    expect(await ca.list({ limit: 1000 })).toHaveLength(3);
    expect(await ca.recover()).toBe(0);
  });

  test("E-052: more than one batch", async () => {
    const store = createFailingStore();
    const { ca } = await createAuthority({ store });
    for (let number = 0; number < 230; number += 1) {
      store.failNext("complete", "before");
      await expect(ca.issue(await requestFor(`dns:n${number}.lab.example`))).rejects.toThrow();
    }
    expect(await ca.recover({ olderThan: -1 })).toBe(230);
  });

  test("E-052: two at once complete each reservation once", async () => {
    const store = createFailingStore();
    const { ca } = await createAuthority({ store });
    store.failNext("complete", "before");
    await expect(ca.issue(await requestFor("dns:a.lab.example"))).rejects.toThrow();
    await Promise.all([ca.recover({ olderThan: -1 }), ca.recover({ olderThan: -1 })]);
    expect(await ca.list({ limit: 10 })).toHaveLength(1);
    expect(await store.listAudit({ limit: 10 })).toHaveLength(1);
  });
});

describe("crls", () => {
  test("B-160: an active issuer publishes also while it has no certificate, a former one does not", async () => {
    const { clock: moving, advance } = createClock();
    const [former, active] = [
      (await createRoot({ commonName: "Former", validity: "P30D", clock })).issuer,
      (await createRoot({ commonName: "Active", clock })).issuer,
    ];
    const activeFrom = new Date(now.getTime() + day);
    const { ca } = await createAuthority({
      clock: moving,
      issuers: [former, { issuer: active, activeFrom }],
    });
    const notAfter = new Date(now.getTime() + day / 2);
    await ca.issue({ ...(await requestFor("dns:a.lab.example")), notAfter });
    expect(await ca.crls.publish()).toHaveLength(2);
    advance("P2D");
    await ca.issue({
      ...(await requestFor("dns:a.lab.example")),
      notAfter: new Date(notAfter.getTime() + 2 * day),
    });
    for (let week = 0; week < 3; week += 1) {
      advance("P7D");
      await ca.crls.publish();
    }
    const [last, current] = await Promise.all(
      [former, active].map(({ id }) => ca.crls.find({ issuerId: id })),
    );
    expect(last?.nextUpdate).toBeLessThan(moving().getTime());
    expect(current?.nextUpdate).toBeGreaterThan(moving().getTime());
  });

  test("B-166: a revocation reaches its CRL also when there are fewer partitions than when it was issued", async () => {
    const distribution = { crl: "http://pki.lab.example/{issuer}/{partition}.crl" };
    const { ca, store, issuer } = await createAuthority({ distribution, crl: { partitions: 4 } });
    const revoked: string[] = [];
    for (let number = 0; number < 8; number += 1) {
      const certificate = await ca.issue(await requestFor("dns:a.lab.example"));
      await ca.revoke({ certificate, requester });
      revoked.push(certificate.serialNumber);
    }
    const { ca: later } = await createAuthority({ store, distribution, issuer });
    const listed: string[] = [];
    for (const { crl } of await later.crls.publish())
      for (const { serialNumber } of parseCertificateRevocationList(crl).revokedCertificates)
        listed.push(serialNumber);
    expect(listed.toSorted()).toEqual(revoked.map((serial) => serial.replace(/^(?:00)+/, "")).toSorted());
  });
});

describe("health", () => {
  test("E-060: goes from well through a warning to the end, as the clock moves", async () => {
    const { clock: moving, advance } = createClock();
    const { issuer } = await createRoot({ commonName: "Short", validity: "P100D", clock });
    const { ca } = await createAuthority({ issuer, clock: moving });
    expect(ca.health()).toEqual({
      ok: true,
      issuers: [
        {
          issuerId: issuer.id,
          subject: "CN=Short",
          notAfter: new Date("2030-04-10T23:59:59Z"),
          daysLeft: 100,
          activeFor: ["tlsServer"],
        },
      ],
      warnings: [],
    });
    advance("P10D");
    expect(ca.health()).toMatchObject({ ok: true, issuers: [{ daysLeft: 90 }], warnings: [] });
    advance("PT1S");
    expect(ca.health()).toMatchObject({
      ok: true,
      issuers: [{ daysLeft: 89 }],
      warnings: ['since 2030-01-10 certificates are cut short by the end of issuer "CN=Short"'],
    });
    advance("P89D");
    advance("PT23H56M");
    expect(ca.health()).toMatchObject({
      ok: false,
      warnings: ['issuer "CN=Short" is too near its end to issue anything for profile tlsServer'],
    });
    await expect(ca.issue(await requestFor("dns:a.lab.example"))).rejects.toMatchObject({
      code: "ERR_VALIDITY_REFUSED",
    });
    advance("PT1H");
    expect(ca.health()).toMatchObject({
      ok: false,
      issuers: [],
      warnings: ["no issuer can sign for profile tlsServer"],
    });
    await expect(ca.issue(await requestFor("dns:a.lab.example"))).rejects.toMatchObject({
      code: "ERR_ISSUER_EXPIRED",
    });
  });

  test("E-060: a clock that steps back before the issuer began is told, and issues nothing", async () => {
    let time = now.getTime();
    const { ca } = await createAuthority({ clock: () => new Date(time) });
    time -= day;
    expect(ca.health()).toMatchObject({
      ok: false,
      warnings: expect.arrayContaining(["no issuer can sign for profile tlsServer"]),
    });
    const request = { ...(await requestFor("dns:a.lab.example")), requester };
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_ISSUER_EXPIRED" });
  });
});

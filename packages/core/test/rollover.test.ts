import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import {
  type CertificateAuthority,
  type CertificateAuthorityOptions,
  type CertificateStore,
  createCertificateAuthority,
  createIntermediate,
  createRoot,
  encodePem,
  type IssuedCertificate,
  tlsClient,
  tlsServer,
} from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import * as x509 from "@peculiar/x509";
import { afterAll, describe, expect, test } from "vitest";
import { allowEverything, createClock, now, requester, requestFor } from "./support/authority.ts";
import { createFailingStore } from "./support/failing-store.ts";
import { createWorkshop } from "./support/workshop.ts";

// An intermediate is replaced: both are configured, and the clock alone decides.

const day = 86_400_000;
const switchDay = 40;
const oldEnds = 100;
const activeFrom = new Date(now.getTime() + switchDay * day);

const { issuer: root } = await createRoot({ commonName: "Root", clock: () => now });
const { issuer: old } = await createIntermediate({
  issuer: root,
  commonName: "Intermediate 1",
  validity: `P${oldEnds}D`,
  clock: () => now,
});
// Made, and valid, well before its turn.
const { issuer: next } = await createIntermediate({
  issuer: root,
  commonName: "Intermediate 2",
  clock: () => now,
});

interface Installation {
  readonly store: CertificateStore;
  readonly clock: () => Date;
  advance(duration: string): void;
  /** Another process on the same store. */
  start(changes?: Partial<CertificateAuthorityOptions>): Promise<CertificateAuthority>;
}

function install(store: CertificateStore = createMemoryCertificateStore()): Installation {
  const { clock, advance } = createClock();
  return {
    store,
    clock,
    advance,
    start: (changes = {}) =>
      createCertificateAuthority({
        issuers: [old, { issuer: next, activeFrom }],
        store,
        policies: [allowEverything],
        clock,
        ...changes,
      }),
  };
}

const workshop = createWorkshop();
afterAll(() => workshop.dispose());

function verifyWithOpenssl({ chain }: IssuedCertificate, time: number): boolean {
  const [leaf = new Uint8Array(), ...above] = chain.map((der) => encodePem("CERTIFICATE", der));
  return workshop.run("openssl", [
    ...["verify", "-x509_strict", "-purpose", "sslserver", "-attime", `${Math.floor(time / 1000)}`],
    ...["-CAfile", workshop.write("root.pem", encodePem("CERTIFICATE", root.certificate))],
    ...["-untrusted", workshop.write("above.pem", above.join(""))],
    workshop.write("leaf.pem", leaf),
  ]).ok;
}

describe("D-010: an intermediate is replaced", () => {
  test("every day of both lives there is a certificate, from the issuer whose turn it is, that its chain outlives", async () => {
    const { clock, advance, start } = install();
    const ca = await start();
    let cutShort = 0;
    for (let today = 0; today < 160; today += 1) {
      const issued = await ca.issue(await requestFor("dns:www.lab.example"));
      const turn = today < switchDay ? old : next;
      expect(issued.issuerId, `day ${today}`).toBe(turn.id);
      expect(issued.chain.slice(1), `day ${today}`).toEqual(turn.chain);
      expect(issued.notAfter.getTime(), `day ${today}`).toBeLessThanOrEqual(turn.validity.notAfter);
      const leaf = new X509Certificate(issued.certificate);
      expect(leaf.checkIssued(new X509Certificate(turn.certificate))).toBe(true);
      if (today < switchDay && issued.notAfter.getTime() === turn.validity.notAfter) cutShort += 1;
      advance("P1D");
    }
    // From day 10 on those of 90 days would have outlived the old issuer, and end with it.
    expect(cutShort).toBe(switchDay - 10);
    expect(clock().getTime()).toBe(now.getTime() + 160 * day);
  });

  test("all processes change over within the same millisecond, however long they have been running", async () => {
    const { advance, start } = install();
    const early = await start();
    advance(`P${switchDay - 1}D`);
    const late = await start();
    advance("PT86399S");
    for (const ca of [early, late]) expect(ca.activeIssuer()?.id).toBe(old.id);
    advance("999ms");
    for (const ca of [early, late]) {
      expect(ca.activeIssuer()?.id).toBe(old.id);
      expect((await ca.issue(await requestFor("dns:a.example"))).issuerId).toBe(old.id);
    }
    advance("1ms");
    for (const ca of [early, late, await start()]) {
      expect(ca.activeIssuer()?.id).toBe(next.id);
      expect((await ca.issue(await requestFor("dns:a.example"))).issuerId).toBe(next.id);
    }
  });

  test("openssl verifies certificates of both, from when they are made to their end", async () => {
    const { clock, advance, start } = install();
    const ca = await start();
    const first = await ca.issue(await requestFor("dns:www.lab.example"));
    advance(`PT${switchDay * 86_400 - 1}S`);
    const lastOfOld = await ca.issue(await requestFor("dns:www.lab.example"));
    expect(lastOfOld.issuerId).toBe(old.id);
    advance("PT1S");
    const firstOfNext = await ca.issue(await requestFor("dns:www.lab.example"));
    for (const issued of [first, lastOfOld, firstOfNext]) {
      expect(verifyWithOpenssl(issued, issued.issuedAt.getTime())).toBe(true);
      // To openssl the second that notAfter names is one too late.
      expect(verifyWithOpenssl(issued, issued.notAfter.getTime() - 1000)).toBe(true);
      expect(verifyWithOpenssl(issued, issued.notAfter.getTime() + 1000)).toBe(false);
    }
    expect(clock()).toEqual(activeFrom);
  });

  test("what the old one has issued is found with its own chain, renewed by the new one, and revoked", async () => {
    const { advance, start } = install();
    const ca = await start();
    const { fingerprint, issuerId, serialNumber } = await ca.issue(await requestFor("dns:www.lab.example"));
    advance(`P${switchDay + 1}D`);
    const found = await ca.find({ fingerprint });
    expect(found?.chain.slice(1)).toEqual(old.chain);
    const renewed = await ca.renew({ certificate: { issuerId, serialNumber } });
    expect(renewed.issuerId).toBe(next.id);
    const revoked = await ca.revoke({ certificate: { issuerId, serialNumber }, requester });
    expect(revoked).toMatchObject({ issuerId: old.id, status: "revoked" });
  });

  test("a request that began under the old one and broke off is completed by it, not begun again", async () => {
    const store = createFailingStore();
    const { advance, start } = install(store);
    const ca = await start();
    store.failNext("complete", "before");
    const request = { ...(await requestFor("dns:www.lab.example")), requestId: "order 1" };
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_STORE_TRANSIENT" });
    store.failNext("complete", "before");
    const other = { ...(await requestFor("dns:other.lab.example")), requestId: "order 2" };
    await expect(ca.issue(other)).rejects.toMatchObject({ code: "ERR_STORE_TRANSIENT" });
    advance(`P${switchDay + 1}D`);
    expect((await ca.issue(request)).issuerId).toBe(old.id);
    expect(await (await start()).recover()).toBe(1);
    expect((await ca.issue(other)).issuerId).toBe(old.id);
  });

  test("profiles change over on their own", async () => {
    const { advance, start } = install();
    const later = new Date(activeFrom.getTime() + 10 * day);
    const { issuer: clients } = await createIntermediate({
      issuer: root,
      commonName: "Clients 2",
      clock: () => now,
    });
    const ca = await start({
      profiles: [tlsServer(), tlsClient()],
      issuers: [
        old,
        { issuer: next, activeFrom, profiles: ["tlsServer"] },
        { issuer: clients, activeFrom: later, profiles: ["tlsClient"] },
      ],
    });
    const active = (): (string | undefined)[] =>
      ["tlsServer", "tlsClient"].map((name) => ca.activeIssuer(name)?.subject);
    expect(active()).toEqual(["CN=Intermediate 1", "CN=Intermediate 1"]);
    advance(`P${switchDay}D`);
    expect(active()).toEqual(["CN=Intermediate 2", "CN=Intermediate 1"]);
    advance("P10D");
    expect(active()).toEqual(["CN=Intermediate 2", "CN=Clients 2"]);
    expect(ca.issuers).toHaveLength(3);
    expect(ca.trustAnchors).toHaveLength(1);
  });
});

describe("D-010, B-169: the old issuer goes on publishing what it has revoked", () => {
  test("until its last certificate has ended, and the new one from its first day", async () => {
    const { advance, start, clock } = install();
    const ca = await start();
    const issued = await ca.issue(await requestFor("dns:www.lab.example"));
    advance(`P${switchDay + 1}D`);
    await ca.crls.publish();
    await ca.revoke({ certificate: issued, requester, reason: "superseded" });
    await ca.crls.publish();
    const read = async (issuerId: string): Promise<x509.X509Crl> => {
      const record = await ca.crls.find({ issuerId });
      return new x509.X509Crl(new Uint8Array(record?.crl ?? []));
    };
    const ofOld = await read(old.id);
    expect(ofOld.issuer).toBe("CN=Intermediate 1");
    expect(ofOld.entries.map(({ serialNumber }) => serialNumber)).toEqual([issued.serialNumber]);
    expect(await ofOld.verify({ publicKey: new x509.X509Certificate(new Uint8Array(old.certificate)) })).toBe(
      true,
    );
    expect((await read(next.id)).entries).toEqual([]);

    const updated = async (days: number): Promise<boolean> => {
      advance(`P${days}D`);
      await ca.crls.publish();
      return (await read(old.id)).thisUpdate.getTime() === clock().getTime();
    };
    expect(await updated(20)).toBe(true);
    expect(await updated(90 - switchDay - 22)).toBe(true); // the day before the certificate ends
    expect(await updated(5)).toBe(true); // once more, after its end
    expect(await updated(20)).toBe(false);
    expect((await read(next.id)).thisUpdate.getTime()).toBe(clock().getTime());
  });
});

describe("D-010: what operators are told", () => {
  test("health says who issues what, and for how long each is good", async () => {
    const { advance, start } = install();
    const ca = await start();
    expect(ca.health()).toMatchObject({
      ok: true,
      issuers: [
        { issuerId: old.id, subject: "CN=Intermediate 1", daysLeft: oldEnds, activeFor: ["tlsServer"] },
        { issuerId: next.id, subject: "CN=Intermediate 2", daysLeft: 1825, activeFor: [] },
      ],
    });
    advance(`P${switchDay}D`);
    expect(ca.health().issuers.map(({ activeFor }) => activeFor)).toEqual([[], ["tlsServer"]]);
    advance(`P${oldEnds - switchDay}D`);
    expect(ca.health().issuers.map(({ subject }) => subject)).toEqual(["CN=Intermediate 2"]);
  });

  test("a gap ahead is a warning and no reason not to start; in the gap nothing is issued", async () => {
    const { advance, start } = install();
    const late = new Date(now.getTime() + (oldEnds + 5) * day);
    const ca = await start({ issuers: [old, { issuer: next, activeFrom: late }] });
    expect(ca.health().warnings).toContain(
      "no issuer serves profile tlsServer from 2030-04-11T00:00:00Z to 2030-04-16T00:00:00Z",
    );
    advance(`P${oldEnds + 1}D`);
    expect(ca.health().ok).toBe(false);
    await expect(ca.issue(await requestFor("dns:www.lab.example"))).rejects.toMatchObject({
      code: "ERR_ISSUER_EXPIRED",
    });
    advance("P4D");
    expect((await ca.issue(await requestFor("dns:www.lab.example"))).issuerId).toBe(next.id);
  });
});

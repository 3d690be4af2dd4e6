import { createMemoryCertificateStore } from "@chancery/core/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { createClock, now, root } from "../../test/support/authority.ts";
import { numbersOf, readPublished } from "../../test/support/crl-publisher.ts";
import { issueLeaf, revokeLeaf } from "../../test/support/leaf.ts";
import { createIntermediate } from "../issuer/create.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { CertificateStore } from "../store/certificate-store.ts";
import { type CrlPublisher, type CrlPublisherOptions, createCrlPublisher } from "./publish.ts";

const { issuer: anchor } = await root;
const at = now.getTime();
const oneDay = 86_400_000;
const below = { issuer: anchor, clock: () => now };
const { issuer: retired } = await createIntermediate({ ...below, commonName: "Lab 1", validity: "P60D" });
const { issuer: active } = await createIntermediate({ ...below, commonName: "Lab 2", validity: "P90D" });

let store: CertificateStore;
let time: ReturnType<typeof createClock>;

beforeEach(() => {
  store = createMemoryCertificateStore();
  time = createClock();
});

function createPublisher(changes: Partial<CrlPublisherOptions> = {}): CrlPublisher {
  return createCrlPublisher({
    issuers: () => [retired, active],
    store,
    options: { validity: "P2D" },
    clock: time.clock,
    actor: "application:tests",
    ...changes,
  });
}

const published = async (publisher: CrlPublisher): Promise<readonly string[]> =>
  (await publisher.publish()).map(({ issuerId }) => (issuerId === retired.id ? "retired" : "active"));

describe("B-169, D-010: each issuer publishes its own CRL", () => {
  test("with its own key and numbers, whichever of them issues", async () => {
    const certificates = await Promise.all(
      [retired, active].map((issuer) => issueLeaf(store, issuer, { serialNumber: "0a" })),
    );
    const [first] = certificates;
    if (first !== undefined) await revokeLeaf(store, first, { at });
    const publisher = createPublisher();
    expect(await published(publisher)).toEqual(["retired", "active"]);
    expect(numbersOf(await readPublished(publisher, retired))).toEqual(["0a"]);
    expect(numbersOf(await readPublished(publisher, active))).toEqual([]);
    expect((await publisher.find({ issuerId: active.id }))?.number).toBe(at);
  });

  test("until one was published after the end of its last certificate, which may be on it", async () => {
    await issueLeaf(store, retired, { serialNumber: "0a", notAfter: at + 3 * oneDay });
    const last = await issueLeaf(store, retired, { serialNumber: "0b", notAfter: at + 5 * oneDay + 1000 });
    const publisher = createPublisher({ issuers: () => [retired] });
    const seen: number[] = [];
    for (let day = 0; day < 12; day += 1) {
      if (day === 5) await revokeLeaf(store, last, { at: time.clock().getTime() });
      if ((await published(publisher)).length > 0) seen.push(day);
      time.advance("P1D");
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(numbersOf(await readPublished(publisher, retired))).toEqual(["0b"]);
  });

  test("from before its first certificate, and again once there is another", async () => {
    const publisher = createPublisher({ issuers: () => [active] });
    expect(await published(publisher)).toEqual(["active"]);
    time.advance("P10D");
    expect(await published(publisher)).toEqual(["active"]);
    await issueLeaf(store, active, { serialNumber: "0a", notAfter: at + 11 * oneDay });
    time.advance("P10D");
    expect(await published(publisher)).toEqual(["active"]);
    time.advance("P10D");
    expect(await published(publisher)).toEqual([]);
    await issueLeaf(store, active, { serialNumber: "0b", notAfter: at + 40 * oneDay });
    expect(await published(publisher)).toEqual(["active"]);
  });

  test("without a break while it may issue, certificates or not, but not beyond its own end", async () => {
    const publisher = createPublisher({ isActive: (issuer) => issuer.id === active.id });
    for (const issuer of [retired, active])
      await issueLeaf(store, issuer, { serialNumber: "0a", notAfter: at + oneDay });
    expect(await published(publisher)).toEqual(["retired", "active"]);
    time.advance("P10D");
    expect(await published(publisher)).toEqual(["retired", "active"]);
    time.advance("P10D");
    expect(await published(publisher)).toEqual(["active"]);
    time.advance("P90D");
    expect(await published(publisher)).toEqual([]);
  });

  test("never for an issuer that has ended and has issued nothing, unless it is forced", async () => {
    time.advance("P61D");
    const publisher = createPublisher();
    expect(await published(publisher)).toEqual(["active"]);
    expect(await publisher.publish({ force: true })).toHaveLength(2);
  });

  test("a certificate is covered by a current CRL at every instant of its life, over the switch too", async () => {
    const publisher = createPublisher();
    const certificates = [
      { issuer: retired, from: 0, to: 20 },
      { issuer: retired, from: 9, to: 30 },
      { issuer: active, from: 10, to: 40 },
    ];
    for (const [index, { issuer, to }] of certificates.entries())
      await issueLeaf(store, issuer, { serialNumber: `0${index + 1}`, notAfter: at + to * oneDay });
    for (let days = 0; days <= 40; days += 1) {
      await publisher.publish();
      for (const { issuer, from, to } of certificates) {
        if (days < from || days > to) continue;
        const { thisUpdate, nextUpdate } = await readPublished(publisher, issuer);
        const present = at + days * oneDay;
        expect([days, thisUpdate <= present, present < nextUpdate]).toEqual([days, true, true]);
      }
      time.advance("P1D");
    }
  });
});

describe("an issuer that fails", () => {
  const failing: Issuer = {
    ...retired,
    signer: {
      ...retired.signer,
      sign() {
        throw new Error("the token was pulled out");
      },
    },
  };

  test("keeps no other from publishing, and is reported afterwards", async () => {
    const heard: string[] = [];
    const publisher = createPublisher({
      issuers: () => [failing, active],
      onPublished: ({ issuerId }) => heard.push(issuerId),
    });
    await expect(publisher.publish()).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
      message: expect.stringContaining("CN=Lab 1"),
    });
    expect(heard).toEqual([active.id]);
    expect(await publisher.find({ issuerId: retired.id })).toBeUndefined();
    expect(await publisher.find({ issuerId: active.id })).toBeDefined();
  });

  test("to sign with its own key replaces no CRL", async () => {
    const publisher = createPublisher({ issuers: () => [retired] });
    await publisher.publish();
    const wrong = { ...retired, signer: { ...retired.signer, sign: active.signer.sign } };
    const mixedUp = createPublisher({ issuers: () => [wrong] });
    await expect(mixedUp.publish({ force: true })).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
      message: expect.stringContaining("does not verify"),
    });
    expect((await readPublished(publisher, retired)).record.number).toBe(at);
  });

  test("does not keep later rounds from publishing either", async () => {
    let issuers: readonly Issuer[] = [failing];
    const publisher = createPublisher({ issuers: () => issuers });
    await expect(publisher.publish()).rejects.toThrow();
    issuers = [retired];
    expect(await published(publisher)).toEqual(["retired"]);
  });
});

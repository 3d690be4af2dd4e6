import type { CertificateRecord } from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { createClock, now, root } from "../../test/support/authority.ts";
import { numbersOf, readPublished } from "../../test/support/crl-publisher.ts";
import { issueLeaf, releaseLeaf, revokeLeaf } from "../../test/support/leaf.ts";
import { createRoot } from "../issuer/create.ts";
import type { Issuer } from "../issuer/issuer.ts";
import { parseDistribution } from "../profile/distribution.ts";
import type { CertificateStore, CrlRecord, RevokedCertificate } from "../store/certificate-store.ts";
import { type CrlPublisher, type CrlPublisherOptions, createCrlPublisher } from "./publish.ts";

const { issuer, privateKey } = await root;
const { issuer: other } = await createRoot({ commonName: "Another Root", clock: () => now });
const at = now.getTime();
const day = 86_400_000;

let store: CertificateStore;
let time: ReturnType<typeof createClock>;

beforeEach(() => {
  store = createMemoryCertificateStore();
  time = createClock();
});

function createPublisher(changes: Partial<CrlPublisherOptions> = {}): CrlPublisher {
  return createCrlPublisher({
    issuers: () => [issuer],
    store,
    clock: time.clock,
    actor: "application:tests",
    ...changes,
  });
}

const read = (publisher: CrlPublisher, kind: CrlRecord["kind"] = "full", partition = 0) =>
  readPublished(publisher, issuer, { kind, partition });

const numbersOn = async (publisher: CrlPublisher, kind: CrlRecord["kind"] = "full") =>
  numbersOf(await read(publisher, kind));

/** Certificates 01, 02 and so on, as many as there are ends of validity. */
function issueAll(...ends: readonly number[]): Promise<CertificateRecord[]> {
  return Promise.all(
    ends.map((notAfter, index) => issueLeaf(store, issuer, { serialNumber: `0${index + 1}`, notAfter })),
  );
}

const here = () => time.clock().getTime();
const revoke = (
  certificate: CertificateRecord | undefined,
  reason?: RevokedCertificate["reason"],
): Promise<void> => {
  if (certificate === undefined) throw new Error("no certificate");
  return revokeLeaf(store, certificate, { at: here(), ...(reason !== undefined && { reason }) });
};

describe("what is published", () => {
  test("B-160: a first CRL for an issuer that has issued nothing, complete and empty", async () => {
    const publisher = createPublisher();
    const [published, ...rest] = await publisher.publish();
    expect(rest).toEqual([]);
    const { record, entries, ...list } = await read(publisher);
    expect(record).toEqual(published);
    expect(entries).toEqual([]);
    expect(list).toMatchObject({
      thisUpdate: at,
      nextUpdate: at + 7 * day,
      crlNumber: BigInt(at),
      baseCrlNumber: undefined,
      issuingDistributionPoint: undefined,
      freshestCrl: [],
    });
    expect(record).toMatchObject({ issuerId: issuer.id, partition: 0, kind: "full", number: at, changes: 0 });
    expect(record).not.toHaveProperty("baseNumber");
  });

  test("B-160: what is revoked and what is on hold, with reasons and dates", async () => {
    const [first, second, third] = await issueAll(at + day, at + day, at + day);
    time.advance("PT1H");
    await revoke(third);
    await revoke(first, "keyCompromise");
    await revoke(second, "certificateHold");
    const publisher = createPublisher();
    await publisher.publish();
    expect((await read(publisher)).entries).toEqual([
      { serialNumber: "01", revokedAt: here(), reason: "keyCompromise" },
      { serialNumber: "02", revokedAt: here(), reason: "certificateHold" },
      { serialNumber: "03", revokedAt: here() },
    ]);
  });

  test("the audit trail says what was published, and by whom", async () => {
    const [certificate] = await issueAll(at + day);
    await revoke(certificate);
    const publisher = createPublisher({ options: { delta: { validity: "P1D" } }, actor: "operator:anna" });
    const [full, delta] = await publisher.publish();
    const facts = (await store.listAudit({ limit: 10 })).filter(({ type }) => type === "crl.published");
    const sha256 = async (crl: Uint8Array = new Uint8Array()) =>
      Buffer.from(await crypto.subtle.digest("SHA-256", new Uint8Array(crl))).toString("hex");
    const common = { at, type: "crl.published", actor: "operator:anna", subject: issuer.id };
    expect(facts).toMatchObject([
      {
        ...common,
        details: {
          number: `${at}`,
          partition: "0",
          kind: "full",
          entries: "1",
          nextUpdate: "2030-01-08T00:00:00.000Z",
          sha256: await sha256(full?.crl),
        },
      },
      {
        ...common,
        details: {
          number: `${at + 1}`,
          partition: "0",
          kind: "delta",
          baseNumber: `${at}`,
          entries: "0",
          nextUpdate: "2030-01-02T00:00:00.000Z",
          sha256: await sha256(delta?.crl),
        },
      },
    ]);
  });

  test("tells of each CRL once it is durable", async () => {
    const heard: CrlRecord[] = [];
    const publisher = createPublisher({ onPublished: (crl) => heard.push(crl) });
    expect(heard).toEqual(await publisher.publish().then((published) => published));
    expect(heard).toHaveLength(1);
    await publisher.publish();
    expect(heard).toHaveLength(1);
  });

  test("more entries than are read at once, each once and in order", async () => {
    const serialNumbers = Array.from({ length: 2050 }, (_, index) => (index + 0x1000).toString(16));
    for (const serialNumber of serialNumbers) {
      const { issuerId } = await issueRow(serialNumber);
      await store.revoke({ issuerId, serialNumber, revokedAt: at, audit: factOf(serialNumber) });
    }
    const publisher = createPublisher();
    await publisher.publish();
    expect(await numbersOn(publisher)).toEqual(serialNumbers);
  });

  /** A row without a certificate that could be read: signing two thousand takes longer than the test is worth. */
  async function issueRow(serialNumber: string): Promise<CertificateRecord> {
    const hash = serialNumber.padStart(64, "0");
    await store.reserve({
      issuerId: issuer.id,
      serialNumber,
      requestHash: hash,
      requester: { kind: "application", id: "tests" },
      profile: "tlsServer",
      identifiers: [],
      publicKeyHash: hash,
      crlPartition: 0,
      notBefore: at,
      notAfter: at + day,
      tbsCertificate: Uint8Array.of(0x30, 0),
      reservedAt: at,
    });
    const certificate = Uint8Array.of(0x30, 0);
    return store.complete({
      issuerId: issuer.id,
      serialNumber,
      certificate,
      fingerprint: hash,
      issuedAt: at,
      audit: factOf(serialNumber),
    });
  }

  const factOf = (subject: string) => ({
    at,
    type: "tests.made",
    actor: "application:tests",
    subject,
    details: {},
  });
});

describe("when a CRL is due", () => {
  test("B-168: at half of its life, and not before", async () => {
    await issueAll(at + 30 * day);
    const publisher = createPublisher({ options: { validity: "P2D" } });
    expect(await publisher.publish()).toHaveLength(1);
    time.advance("PT23H");
    expect(await publisher.publish()).toEqual([]);
    time.advance("PT1H");
    expect(await publisher.publish()).toMatchObject([{ thisUpdate: at + day, nextUpdate: at + 3 * day }]);
  });

  test("B-168: after a revocation, a hold and a release, once each", async () => {
    const [certificate] = await issueAll(at + day);
    const publisher = createPublisher();
    await publisher.publish();
    for (const [change, expected] of [
      [() => revoke(certificate, "certificateHold"), ["01"]],
      [() => release(certificate), []],
      [() => revoke(certificate), ["01"]],
    ] as const) {
      time.advance("PT1S");
      await change();
      expect(await publisher.publish()).toHaveLength(1);
      expect(await publisher.publish()).toEqual([]);
      expect(await numbersOn(publisher)).toEqual(expected);
    }
  });

  test("when it is forced", async () => {
    const publisher = createPublisher();
    await publisher.publish();
    expect(await publisher.publish({ force: true })).toMatchObject([{ number: at + 1 }]);
  });

  test("B-166: when it would say something else about itself: another URL of its partition", async () => {
    const options = { partitions: 2 };
    const at = (crl: string) => createPublisher({ options, distribution: parseDistribution({ crl }) });
    const publisher = at("http://lab.example/{partition}");
    expect(await publisher.publish()).toHaveLength(2);
    expect((await read(publisher)).issuingDistributionPoint?.urls).toEqual(["http://lab.example/0"]);
    expect(await publisher.publish()).toEqual([]);
    const moved = at("http://lab.example/other/{partition}");
    expect(await moved.publish()).toHaveLength(2);
    expect(await moved.publish()).toEqual([]);
  });

  test("B-166: not for a URL of the only partition, which certificates without one are on too", async () => {
    await createPublisher().publish();
    const publisher = createPublisher({ distribution: parseDistribution({ crl: "http://lab.example/crl" }) });
    expect(await publisher.publish()).toEqual([]);
    expect((await read(publisher)).issuingDistributionPoint).toBeUndefined();
  });

  test.each([
    {
      why: "another name",
      changed: (of: Issuer): Issuer => ({ ...of, parsed: { ...of.parsed, subject: other.parsed.subject } }),
    },
    {
      why: "another key identifier",
      changed: (of: Issuer): Issuer => ({
        ...of,
        keyIdentifier: other.keyIdentifier,
        parsed: { ...of.parsed, subjectKeyIdentifier: other.keyIdentifier },
      }),
    },
    {
      why: "another algorithm",
      changed: (of: Issuer): Issuer => ({
        ...of,
        signer: {
          ...of.signer,
          algorithm: "ecdsa-sha384",
          sign: (data) => privateKey.sign("ecdsa-sha384", data),
        },
      }),
    },
  ])("when the issuer has $why, once", async ({ changed }) => {
    await createPublisher().publish();
    const publisher = createPublisher({ issuers: () => [changed(issuer)] });
    expect(await publisher.publish()).toHaveLength(1);
    expect(await publisher.publish()).toEqual([]);
  });

  test("no partition waits for another that has not changed", async () => {
    const distribution = parseDistribution({ crl: "http://lab.example/{partition}" });
    const publisher = createPublisher({ options: { partitions: 3 }, distribution });
    expect((await publisher.publish()).map(({ partition }) => partition)).toEqual([0, 1, 2]);
    await revoke(await issueLeaf(store, issuer, { serialNumber: "0a", crlPartition: 1 }));
    expect((await publisher.publish()).map(({ partition }) => partition)).toEqual([1]);
    expect((await read(publisher, "full", 1)).entries).toHaveLength(1);
    expect((await read(publisher, "full", 2)).entries).toEqual([]);
  });
});

const release = (certificate: CertificateRecord | undefined): Promise<void> => {
  if (certificate === undefined) throw new Error("no certificate");
  return releaseLeaf(store, certificate);
};

describe("B-162: an entry stays until it was on a CRL issued after the end of the certificate", () => {
  test("and not longer", async () => {
    // 01 ends before the second CRL, 02 with it to the second, 03 after it.
    const ends = [at + day - 2 * 3_600_000, at + day, at + 2 * day];
    for (const certificate of await issueAll(...ends)) await revoke(certificate);
    const publisher = createPublisher({ options: { validity: "P2D" } });
    const seen: (readonly string[])[] = [];
    for (let round = 0; round < 5; round += 1) {
      await publisher.publish({ force: true });
      seen.push(await numbersOn(publisher));
      time.advance("P1D");
    }
    expect(seen).toEqual([["01", "02", "03"], ["01", "02", "03"], ["02", "03"], ["03"], []]);
  });

  test("also one that was revoked after its end", async () => {
    const [certificate] = await issueAll(at + day);
    const publisher = createPublisher();
    await publisher.publish();
    time.advance("P2D");
    await revoke(certificate);
    await publisher.publish();
    expect(await numbersOn(publisher)).toEqual(["01"]);
    await publisher.publish({ force: true });
    expect(await numbersOn(publisher)).toEqual([]);
  });

  test("B-165: also one that a delta CRL was the first to list, on every delta until a full CRL has it", async () => {
    const [certificate] = await issueAll(at + day);
    const publisher = createPublisher({ options: { validity: "P8D", delta: { validity: "P2D" } } });
    await publisher.publish();
    await revoke(certificate);
    await publisher.publish();
    time.advance("P2D");
    await publisher.publish();
    expect([await numbersOn(publisher), await numbersOn(publisher, "delta")]).toEqual([[], ["01"]]);
    time.advance("P2D");
    await publisher.publish();
    expect([await numbersOn(publisher), await numbersOn(publisher, "delta")]).toEqual([["01"], []]);
    time.advance("P4D");
    await publisher.publish({ force: true });
    expect([await numbersOn(publisher), await numbersOn(publisher, "delta")]).toEqual([[], []]);
  });
});

describe("delta CRLs", () => {
  const options = { validity: "P7D", delta: { validity: "P1D" } };
  const distribution = parseDistribution({
    crl: "http://lab.example/crl",
    deltaCrl: "http://lab.example/delta",
  });

  test("B-165: one stands beside each full CRL, builds on it and says where it covers the same", async () => {
    await issueAll(at + 30 * day);
    const publisher = createPublisher({ options, distribution });
    const records = await publisher.publish();
    expect(records.map(({ kind, number, baseNumber }) => [kind, number, baseNumber])).toEqual([
      ["full", at, undefined],
      ["delta", at + 1, at],
    ]);
    const full = await read(publisher);
    const delta = await read(publisher, "delta");
    expect(delta).toMatchObject({ baseCrlNumber: BigInt(at), freshestCrl: [], nextUpdate: at + day });
    expect(full.freshestCrl).toEqual(["http://lab.example/delta"]);
    expect(delta.issuingDistributionPoint).toEqual(full.issuingDistributionPoint);
    expect(delta.extensions.get("2.5.29.27")?.critical).toBe(true);
  });

  test("B-165: a change brings a delta alone; half of the life of the full CRL a new base", async () => {
    const [first, second] = await issueAll(at + 30 * day, at + 30 * day);
    const publisher = createPublisher({ options });
    await publisher.publish();
    await revoke(first);
    expect((await publisher.publish()).map(({ kind }) => kind)).toEqual(["delta"]);
    expect(await publisher.publish()).toEqual([]);
    time.advance("PT12H");
    expect((await publisher.publish()).map(({ kind }) => kind)).toEqual(["delta"]);
    await revoke(second);
    expect((await publisher.publish()).map(({ kind }) => kind)).toEqual(["delta"]);
    expect(await numbersOn(publisher, "delta")).toEqual(["01", "02"]);
    time.advance("P3D");
    expect((await publisher.publish()).map(({ kind }) => kind)).toEqual(["full", "delta"]);
    expect([await numbersOn(publisher), await numbersOn(publisher, "delta")]).toEqual([["01", "02"], []]);
  });

  test("B-164: a hold, its release, and its release in the next base", async () => {
    const [certificate] = await issueAll(at + 30 * day);
    await revoke(certificate, "certificateHold");
    const publisher = createPublisher({ options });
    await publisher.publish();
    expect(await numbersOn(publisher)).toEqual(["01"]);
    time.advance("PT1H");
    await release(certificate);
    await publisher.publish();
    expect([await numbersOn(publisher), await numbersOn(publisher, "delta")]).toEqual([["01"], ["-01"]]);
    const { entries } = await read(publisher, "delta");
    const [fact] = (await store.listAudit({ limit: 100 })).slice(-1);
    expect(fact?.details).toMatchObject({ kind: "delta", entries: "1" });
    time.advance("PT1H");
    await publisher.publish({ force: false });
    time.advance("PT12H");
    await publisher.publish();
    expect((await read(publisher, "delta")).entries).toEqual(entries);
    await publisher.publish({ force: true });
    expect([await numbersOn(publisher), await numbersOn(publisher, "delta")]).toEqual([[], []]);
  });

  test("B-164: a hold that only delta CRLs have seen is taken back there too", async () => {
    const [certificate] = await issueAll(at + 30 * day);
    const publisher = createPublisher({ options });
    await publisher.publish();
    for (const [change, expected] of [
      [() => revoke(certificate, "certificateHold"), ["01"]],
      [() => release(certificate), ["-01"]],
      [() => revoke(certificate, "certificateHold"), ["01"]],
      [() => revoke(certificate, "superseded"), ["01"]],
    ] as const) {
      time.advance("PT1M");
      await change();
      await publisher.publish();
      expect(await numbersOn(publisher, "delta")).toEqual(expected);
    }
    // RFC 5280 section 5.3.1 leaves the date open; it stays that of the hold.
    expect((await read(publisher, "delta")).entries).toEqual([
      { serialNumber: "01", revokedAt: at + 180_000, reason: "superseded" },
    ]);
  });

  test("B-164, B-165: a hold that has expired off the base needs no word", async () => {
    const [certificate] = await issueAll(at + day, at + 30 * day);
    await revoke(certificate, "certificateHold");
    const publisher = createPublisher({ options });
    await publisher.publish();
    time.advance("P2D");
    await publisher.publish({ force: true });
    expect(await numbersOn(publisher)).toEqual(["01"]);
    expect(await numbersOn(publisher, "delta")).toEqual([]);
  });

  test("B-165: shares one sequence of numbers with the full CRLs of all partitions", async () => {
    const sharded = parseDistribution({ crl: "http://lab.example/{partition}" });
    const publisher = createPublisher({ options: { ...options, partitions: 2 }, distribution: sharded });
    const records = [...(await publisher.publish()), ...(await publisher.publish({ force: true }))];
    expect(records.map(({ number }) => number)).toEqual(Array.from({ length: 8 }, (_, index) => at + index));
  });

  test("B-165: full CRLs stop sending relying parties to a delta when there are none any more", async () => {
    await createPublisher({ options, distribution }).publish();
    const without = createPublisher({ distribution });
    expect((await without.publish()).map(({ kind }) => kind)).toEqual(["full"]);
    expect((await read(without)).freshestCrl).toEqual([]);
    expect(await without.publish()).toEqual([]);
  });

  test("B-165: no delta builds on a full CRL that covers something else", async () => {
    const publisher = createPublisher({ options, distribution });
    await publisher.publish();
    const two = { ...options, partitions: 2 };
    const split = parseDistribution({
      crl: "http://lab.example/{partition}",
      deltaCrl: "http://lab.example/delta/{partition}",
    });
    const [full, delta] = await createPublisher({ options: two, distribution: split }).publish();
    expect([full?.kind, delta?.kind, delta?.baseNumber]).toEqual(["full", "delta", full?.number]);
    const urls = [await read(publisher), await read(publisher, "delta")].map(
      (list) => list.issuingDistributionPoint?.urls,
    );
    expect(urls).toEqual([["http://lab.example/0"], ["http://lab.example/0"]]);
  });
});

describe("partitions", () => {
  const distribution = parseDistribution({ crl: "http://lab.example/{issuer}/{partition}" });

  test("B-166: each lists its own certificates and names itself with the octets of their cRLDistributionPoints", async () => {
    const publisher = createPublisher({ options: { partitions: 2 }, distribution });
    const crl = distribution.urlsOf({ issuerId: issuer.id, partition: 1 }).crl ?? "";
    const certificate = await issueLeaf(store, issuer, { serialNumber: "0a", crlPartition: 1, crl });
    await revoke(certificate);
    await publisher.publish();
    const [zero, one] = [await read(publisher, "full", 0), await read(publisher, "full", 1)];
    expect([zero.entries.length, one.entries.length]).toEqual([0, 1]);
    expect(one.extensions.get("2.5.29.28")?.critical).toBe(true);
    // From the tag of the distributionPoint on: [0] { [0] { [6] URL } }.
    const name = Buffer.from(one.extensions.get("2.5.29.28")?.value ?? []).subarray(2);
    expect(name[0]).toBe(0xa0);
    expect(Buffer.from(certificate.certificate).includes(name)).toBe(true);
    expect(one.issuingDistributionPoint).toMatchObject({
      only: undefined,
      onlySomeReasons: false,
      indirectCrl: false,
    });
  });

  test("B-166: those of a former, larger number go on", async () => {
    await createPublisher({ options: { partitions: 3 }, distribution }).publish();
    await revoke(await issueLeaf(store, issuer, { serialNumber: "0a", crlPartition: 2 }));
    const fewer = createPublisher({ options: { partitions: 1 }, distribution });
    expect((await fewer.publish()).map(({ partition }) => partition)).toEqual([2]);
    expect((await fewer.publish({ force: true })).map(({ partition }) => partition)).toEqual([0, 1, 2]);
  });

  test("B-166: one that is left of several must not pass for the CRL of all certificates", async () => {
    await createPublisher({ options: { partitions: 2 }, distribution }).publish();
    const bare = createPublisher({ options: { partitions: 1 } });
    await expect(bare.publish({ force: true })).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_OPTION_INVALID",
      message: expect.stringContaining("partition 0"),
    });
  });
});

describe("creation refuses", () => {
  const refused: readonly {
    why: string;
    options: Partial<CrlPublisherOptions>;
    code: string;
    says: string;
  }[] = [
    {
      why: "B-166: several partitions without a URL",
      options: { options: { partitions: 2 } },
      code: "ERR_OPTION_INVALID",
      says: "has no distribution URL, which each of its 2 partitions needs",
    },
    {
      why: "B-166: several partitions with one URL",
      options: {
        options: { partitions: 2 },
        distribution: parseDistribution({ crl: "http://lab.example/crl" }),
      },
      code: "ERR_OPTION_INVALID",
      says: "two CRLs have the distribution URL http://lab.example/crl",
    },
    {
      why: "B-166: a delta CRL at the URL of the full one",
      options: {
        options: { delta: { validity: "P1D" } },
        distribution: parseDistribution({
          crl: "http://lab.example/crl",
          deltaCrl: "http://lab.example/crl",
        }),
      },
      code: "ERR_OPTION_INVALID",
      says: "two CRLs have the distribution URL http://lab.example/crl",
    },
    {
      why: "an option out of bounds",
      options: { options: { partitions: 0 } },
      code: "ERR_OPTION_INVALID",
      says: "crl.partitions 0",
    },
    {
      why: "B-160: an issuer that may not sign CRLs",
      options: { issuers: () => [unfit(issuer)] },
      code: "ERR_ISSUER_UNFIT",
      says: 'issuer "CN=Lab Root" may not sign CRLs (keyUsage without cRLSign)',
    },
  ];

  test.each(refused)("$why", ({ options, code, says }) => {
    expect(() => createPublisher(options)).toThrow(
      expect.objectContaining({ name: "ConfigurationError", code, message: expect.stringContaining(says) }),
    );
  });

  test("B-160: an issuer without keyUsage may sign, one that comes later and may not is refused then", async () => {
    const silent = { ...issuer, parsed: { ...issuer.parsed, keyUsage: undefined } };
    expect(await createPublisher({ issuers: () => [silent] }).publish()).toHaveLength(1);
    let issuers: readonly Issuer[] = [];
    const publisher = createPublisher({ issuers: () => issuers });
    issuers = [unfit(issuer)];
    await expect(publisher.publish({ force: true })).rejects.toMatchObject({ code: "ERR_ISSUER_UNFIT" });
  });

  function unfit(fit: Issuer): Issuer {
    return { ...fit, parsed: { ...fit.parsed, keyUsage: new Set(["keyCertSign"] as const) } };
  }
});

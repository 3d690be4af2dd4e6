import { type CertificateRecord, encodePem } from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import { afterAll, describe, expect, test } from "vitest";
import { type CrlPublisher, type CrlPublisherOptions, createCrlPublisher } from "../../src/crl/publish.ts";
import { parseDistribution } from "../../src/profile/distribution.ts";
import { createClock, now } from "../support/authority.ts";
import { issueLeaf, pemOf, releaseLeaf, revokeLeaf } from "../support/leaf.ts";
import { createWorkshop } from "../support/workshop.ts";
import { type CrlIssuers, createCrlIssuers } from "./crl-issuers.ts";

const workshop = createWorkshop();
afterAll(() => workshop.dispose());
const kinds = await createCrlIssuers(() => now);
const ofP256 = kinds.find(({ kind }) => kind === "P-256");
if (ofP256 === undefined) throw new Error("no issuers with P-256 keys");

/** Publishes what a store knows, and asks openssl about certificates. */
function createBench({ root, issuer }: CrlIssuers, changes: Partial<CrlPublisherOptions> = {}) {
  const store = createMemoryCertificateStore();
  const { clock, advance } = createClock();
  const publisher: CrlPublisher = createCrlPublisher({
    issuers: () => [issuer],
    store,
    clock,
    actor: "application:tests",
    ...changes,
  });
  // The root's CRL covers everything: the intermediate's certificate names none.
  const above = createCrlPublisher({
    issuers: () => [root],
    store: createMemoryCertificateStore(),
    clock,
    actor: "application:tests",
  });
  const pem = (crl: Uint8Array = new Uint8Array()): string => encodePem("X509 CRL", crl);

  /** The verdict of `openssl verify` with the given CRLs and that of the root: OK, or its complaint. */
  async function verify(
    certificate: CertificateRecord,
    {
      crls,
      options = [],
    }: {
      readonly crls: readonly Parameters<CrlPublisher["find"]>[0][];
      readonly options?: readonly string[];
    },
  ): Promise<string> {
    const [ofRoot] = await above.publish({ force: true });
    const lists = [ofRoot, ...(await Promise.all(crls.map((query) => publisher.find(query))))];
    const { ok, output } = workshop.run("openssl", [
      ...["verify", "-x509_strict", "-crl_check", "-crl_check_all", ...options],
      ...["-attime", String(Math.ceil(clock().getTime() / 1000) + 1)],
      ...["-CAfile", workshop.write("root.pem", encodePem("CERTIFICATE", root.certificate))],
      ...["-untrusted", workshop.write("issuer.pem", encodePem("CERTIFICATE", issuer.certificate))],
      ...["-CRLfile", workshop.write("crls.pem", lists.map((list) => pem(list?.crl)).join(""))],
      workshop.write("certificate.pem", pemOf(certificate)),
    ]);
    return ok ? "OK" : (/error \d+ at \d+ depth lookup: (.*)/.exec(output)?.[1] ?? output);
  }

  return {
    store,
    clock,
    advance,
    publisher,
    verify,
    issue: (serialNumber: string, more: object = {}) => issueLeaf(store, issuer, { serialNumber, ...more }),
  };
}

describe("openssl verify -crl_check -crl_check_all -x509_strict", () => {
  test.each(kinds)("B-160..B-164: what $kind has signed: revoked, held, released, good", async (issuers) => {
    const { store, clock, advance, publisher, verify, issue } = createBench(issuers);
    const full = { crls: [{ issuerId: issuers.issuer.id }] };
    const [good, bad, held] = await Promise.all([issue("5001"), issue("ff02"), issue("5003")]);
    await publisher.publish();
    expect(await Promise.all([good, bad, held].map((certificate) => verify(certificate, full)))).toEqual([
      "OK",
      "OK",
      "OK",
    ]);

    advance("PT1M");
    await revokeLeaf(store, bad, { at: clock().getTime(), reason: "keyCompromise" });
    await revokeLeaf(store, held, { at: clock().getTime(), reason: "certificateHold" });
    await publisher.publish();
    expect(await verify(good, full)).toBe("OK");
    expect(await verify(bad, full)).toBe("certificate revoked");
    expect(await verify(held, full)).toBe("certificate revoked");

    advance("PT1M");
    await releaseLeaf(store, held);
    await publisher.publish();
    expect(await verify(held, full)).toBe("OK");
    expect(await verify(bad, full)).toBe("certificate revoked");
  });

  test("B-168: a CRL serves until nextUpdate and not longer", async () => {
    const { advance, publisher, verify, issue } = createBench(ofP256, { options: { validity: "P2D" } });
    const certificate = await issue("5001");
    await publisher.publish();
    const full = { crls: [{ issuerId: ofP256.issuer.id }] };
    advance("PT47H");
    expect(await verify(certificate, full)).toBe("OK");
    advance("PT2H");
    expect(await verify(certificate, full)).toBe("CRL has expired");
  });

  test("B-166: a partition's CRL serves its own certificates, and no others", async () => {
    const { issuer } = ofP256;
    const distribution = parseDistribution({ crl: "http://pki.lab.example/{issuer}/{partition}" });
    const bench = createBench(ofP256, { options: { partitions: 2 }, distribution });
    const { store, publisher, verify } = bench;
    const leaf = (serialNumber: string, crlPartition: number) =>
      bench.issue(serialNumber, {
        crlPartition,
        crl: distribution.urlsOf({ issuerId: issuer.id, partition: crlPartition }).crl,
      });
    const [good, bad] = await Promise.all([leaf("5001", 0), leaf("5002", 1)]);
    await revokeLeaf(store, bad, { at: now.getTime() });
    await publisher.publish();
    const answer = (certificate: CertificateRecord, ...partitions: readonly number[]) =>
      verify(certificate, {
        crls: partitions.map((partition) => ({ issuerId: issuer.id, partition })),
        options: ["-extended_crl"],
      });
    expect(await answer(good, 0, 1)).toBe("OK");
    expect(await answer(bad, 0, 1)).toBe("certificate revoked");
    expect(await answer(good, 1)).toBe("different CRL scope");
    expect(await answer(bad, 0)).toBe("different CRL scope");
  });
});

describe("openssl verify -use_deltas", () => {
  test.each(kinds)("B-164, B-165: a delta CRL of $kind revokes, holds and releases", async (issuers) => {
    const distribution = parseDistribution({
      crl: "http://pki.lab.example/{issuer}/crl",
      deltaCrl: "http://pki.lab.example/{issuer}/delta",
    });
    const bench = createBench(issuers, {
      options: { delta: { validity: "P1D" } },
      distribution,
    });
    const { store, clock, advance, publisher } = bench;
    const crl = distribution.urlsOf({ issuerId: issuers.issuer.id, partition: 0 }).crl;
    const good = await bench.issue("5001", { crl });
    const released = await bench.issue("5002", { crl });
    const revoked = await bench.issue("5003", { crl });
    await revokeLeaf(store, released, { at: clock().getTime(), reason: "certificateHold" });
    await publisher.publish();
    advance("PT1H");
    await releaseLeaf(store, released);
    await revokeLeaf(store, revoked, { at: clock().getTime(), reason: "superseded" });
    await publisher.publish();

    const { id: issuerId } = issuers.issuer;
    const certificates = [good, released, revoked];
    const fullAlone = { crls: [{ issuerId }], options: ["-extended_crl"] };
    const withDelta = {
      crls: [{ issuerId }, { issuerId, kind: "delta" }],
      options: ["-extended_crl", "-use_deltas"],
    } as const;
    const verdicts = (lists: Parameters<typeof bench.verify>[1]) =>
      Promise.all(certificates.map((certificate) => bench.verify(certificate, lists)));
    expect(await verdicts(fullAlone)).toEqual(["OK", "certificate revoked", "OK"]);
    expect(await verdicts(withDelta)).toEqual(["OK", "OK", "certificate revoked"]);

    // The next full CRL says the same by itself, and the delta beside it nothing more.
    advance("PT1H");
    await publisher.publish({ force: true });
    expect(await verdicts(fullAlone)).toEqual(["OK", "OK", "certificate revoked"]);
    expect(await verdicts(withDelta)).toEqual(["OK", "OK", "certificate revoked"]);
  });
});

describe("openssl crl", () => {
  test.each(kinds)(
    "B-160..B-163: verifies and shows what $kind has signed",
    async ({ root, issuer, kind, names }) => {
      const { store, publisher, issue } = createBench({ root, issuer, kind, names });
      const file = workshop.write("issuer.pem", encodePem("CERTIFICATE", issuer.certificate));
      const show = async (): Promise<string> => {
        const crl = workshop.write("crl.der", (await publisher.find({ issuerId: issuer.id }))?.crl ?? "");
        const { ok, output } = workshop.run("openssl", [
          "crl",
          "-inform",
          "DER",
          "-in",
          crl,
          "-noout",
          "-text",
          "-verify",
          "-CAfile",
          file,
        ]);
        expect(ok).toBe(true);
        expect(output).toContain("verify OK");
        return output;
      };
      await publisher.publish();
      expect(await show()).toContain("No Revoked Certificates.");

      await store.revoke({
        issuerId: issuer.id,
        serialNumber: (await issue("5001")).serialNumber,
        revokedAt: now.getTime(),
        reason: "keyCompromise",
        invalidityDate: now.getTime() - 1000,
        audit: {
          at: 0,
          type: "certificate.revoked",
          actor: "application:tests",
          subject: "5001",
          details: {},
        },
      });
      await publisher.publish();
      const text = (await show()).replace(/ +/g, " ");
      for (const line of [
        "Version 2 (0x1)",
        `Signature Algorithm: ${names.openssl}`,
        `Issuer: CN = ${kind} Intermediate`,
        "Last Update: Jan 1 00:00:00 2030 GMT",
        "Next Update: Jan 8 00:00:00 2030 GMT",
        "X509v3 CRL Number: \n 1893456000001",
        "Serial Number: 5001",
        "Revocation Date: Jan 1 00:00:00 2030 GMT",
        "X509v3 CRL Reason Code: \n Key Compromise",
        "Invalidity Date: \n Dec 31 23:59:59 2029 GMT",
      ])
        expect(text).toContain(line);
      expect(text).not.toContain("critical");
    },
  );
});

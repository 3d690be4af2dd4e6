import { describe, expect, test } from "vitest";
import { now, root } from "../../test/support/authority.ts";
import { createForeignAuthority } from "../../test/support/foreign-authority.ts";
import { createIntermediate } from "../issuer/create.ts";
import { importIssuer } from "../issuer/issuer.ts";
import { parseCertificateRevocationList } from "./parse.ts";
import { signCrl } from "./sign-crl.ts";
import { verifyCertificateRevocationList } from "./verify.ts";

const clock = (): Date => now;

describe("D-001: signCrl", () => {
  test("lists what an offline root has revoked", async () => {
    const { issuer } = await root;
    const { issuer: below } = await createIntermediate({ issuer, commonName: "Below", clock });
    const { serialNumber } = below.parsed;
    const revokedAt = now.getTime() - 60_000;
    const crl = await signCrl({
      issuer,
      revoked: [{ serialNumber, revokedAt, reason: "cACompromise" }],
      clock,
    });
    const read = parseCertificateRevocationList(crl);
    expect(read).toMatchObject({
      crlNumber: BigInt(now.getTime()),
      thisUpdate: now.getTime(),
      nextUpdate: now.getTime() + 90 * 86_400_000,
    });
    expect([...read.revokedCertificates]).toEqual([{ serialNumber, revokedAt, reason: "cACompromise" }]);
    expect(await verifyCertificateRevocationList(read, issuer.parsed)).toBe(true);
  });

  test("says that nothing is revoked, under a number that was chosen", async () => {
    const { issuer } = await root;
    const crl = await signCrl({ issuer, revoked: [], number: 7, validity: "P365D", clock });
    const read = parseCertificateRevocationList(crl);
    expect(read.crlNumber).toBe(7n);
    expect([...read.revokedCertificates]).toEqual([]);
  });

  test("refuses a serial number twice, a number that is none, and an issuer that may not", async () => {
    const { issuer } = await root;
    const entry = { revokedAt: 0 };
    const wrong = [
      {
        revoked: [
          { ...entry, serialNumber: "0a" },
          { ...entry, serialNumber: "000A" },
        ],
      },
      { revoked: [], number: 0 },
      { revoked: [], number: 1.5 },
      { revoked: [], validity: "soon" },
    ];
    for (const one of wrong)
      await expect(signCrl({ issuer, clock, ...one })).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    const foreign = await createForeignAuthority({ subject: "CN=No Lists", keyUsage: "03020204" });
    const unfit = await importIssuer({ chainPem: foreign.pem, signer: foreign.signer, clock });
    await expect(signCrl({ issuer: unfit, revoked: [], clock })).rejects.toMatchObject({
      code: "ERR_ISSUER_UNFIT",
    });
  });
});

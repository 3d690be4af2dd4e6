import "reflect-metadata";
import { encodePem, parseCertificate, type RevocationReason, revocationReasons } from "@chancery/core";
import * as x509 from "@peculiar/x509";
import { afterAll, describe, expect, test } from "vitest";
import { parseCertificateRevocationList } from "../../src/crl/parse.ts";
import { verifyCertificateRevocationList } from "../../src/crl/verify.ts";
import { createCrl } from "../support/crl.ts";
import { createWorkshop, isInstalled } from "../support/workshop.ts";
import { createCrlIssuers } from "./crl-issuers.ts";

const workshop = createWorkshop();
afterAll(() => workshop.dispose());

// The system's time: certtool cannot be told another.
const madeAt = new Date(Math.floor(Date.now() / 1000) * 1000);
const at = madeAt.getTime();
const url = "http://pki.lab.example/crl/0";
const reasons = (Object.keys(revocationReasons) as RevocationReason[]).filter(
  (reason) => reason !== "unspecified",
);

// One entry of each reason; removeFromCRL is for the delta alone.
const entries = reasons.map((reason, index) => ({
  serialNumber: `${index.toString(16)}f`.padStart(2, "0").concat("ab".repeat(index * 2)),
  revokedAt: at - index * 1000,
  reason,
  ...(index % 2 === 0 && { invalidityDate: at - 86_400_000 }),
}));
const fullEntries = entries.filter(({ reason }) => reason !== "removeFromCRL");

/** Every kind of CRL that every kind of key signs. */
const specimens = (
  await Promise.all(
    (
      await createCrlIssuers(() => madeAt)
    ).map(async ({ kind, issuer, root, names }) => {
      const times = { thisUpdate: at, nextUpdate: at + 86_400_000 };
      const lists = {
        empty: { ...times, crlNumber: 1n },
        full: {
          ...times,
          crlNumber: 0x80n,
          distributionPoint: url,
          freshestCrl: `${url}/delta`,
          entries: fullEntries,
        },
        delta: { ...times, crlNumber: 0x81n, baseCrlNumber: 0x80n, distributionPoint: url, entries },
      };
      return Promise.all(
        Object.entries(lists).map(async ([name, fields]) => ({
          name: `${kind}, ${name}`,
          issuer,
          root,
          names,
          fields: { entries: [], ...fields },
          crl: await createCrl(issuer, fields),
        })),
      );
    }),
  )
).flat();

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");
const second = (time: number): string => new Date(time).toISOString().replace(".000Z", "Z");

test("there is something to read", () => {
  expect(specimens).toHaveLength(15);
  expect(fullEntries).toHaveLength(8);
});

test("our own reader agrees with what follows", async () => {
  for (const { crl, issuer, fields, name } of specimens) {
    const list = parseCertificateRevocationList(crl);
    expect([...list.revokedCertificates], name).toEqual(fields.entries);
    expect(await verifyCertificateRevocationList(list, parseCertificate(issuer.certificate)), name).toBe(
      true,
    );
  }
});

describe("@peculiar/x509", () => {
  test("B-160..B-163: reads and verifies everything", async () => {
    for (const { crl, issuer, fields, name } of specimens) {
      const list = new x509.X509Crl(new Uint8Array(crl));
      expect(list.thisUpdate.getTime(), name).toBe(fields.thisUpdate);
      expect(list.nextUpdate?.getTime(), name).toBe(fields.nextUpdate);
      const { publicKey } = new x509.X509Certificate(new Uint8Array(issuer.certificate));
      // It takes the key for one of PKCS#1 v1.5, whatever the algorithm of the CRL.
      if (!name.startsWith("RSASSA-PSS")) expect(await list.verify({ publicKey }), name).toBe(true);
      expect(
        list.entries.map(({ serialNumber, revocationDate, reason, invalidity }) => ({
          serialNumber: serialNumber.toLowerCase().replace(/^00/, ""),
          revokedAt: revocationDate.getTime(),
          reason: reason && (x509.X509CrlReason[reason] ?? reason),
          invalidityDate: invalidity?.getTime(),
        })),
        name,
      ).toEqual(
        fields.entries.map(({ serialNumber, revokedAt, reason, invalidityDate }) => ({
          serialNumber,
          revokedAt,
          reason: x509.X509CrlReason[revocationReasons[reason]],
          invalidityDate,
        })),
      );
    }
  });
});

describe("certtool", () => {
  test.skipIf(!isInstalled("certtool"))(
    "B-160..B-163: verifies and shows everything (skipped without gnutls-bin)",
    () => {
      for (const { crl, issuer, fields, name } of specimens) {
        const file = workshop.write("certtool.pem", encodePem("X509 CRL", crl));
        const trusted = workshop.write("certtool-ca.pem", encodePem("CERTIFICATE", issuer.certificate));
        const verdict = workshop.run("certtool", [
          "--verify-crl",
          "--load-ca-certificate",
          trusted,
          "--infile",
          file,
        ]);
        expect(verdict.output, name).toContain("Verified. The certificate is trusted.");
        const { ok, output } = workshop.run("certtool", ["--crl-info", "--infile", file]);
        expect(ok, name).toBe(true);
        expect(output, name).toContain("Version: 2");
        expect(output, name).toContain(
          fields.entries.length === 0
            ? "No revoked certificates."
            : `Revoked certificates (${fields.entries.length})`,
        );
        for (const { serialNumber } of fields.entries)
          expect(output, name).toMatch(new RegExp(`Serial Number \\(hex\\): (?:00)?${serialNumber}\\b`));
        expect(output, name).toMatch(
          new RegExp(`CRL Number \\(not critical\\): 0*${fields.crlNumber.toString(16)}\\b`),
        );
      }
    },
  );
});

describe("Go's crypto/x509", () => {
  test.skipIf(!isInstalled("go"))(
    "B-160..B-166: reads and verifies everything (skipped without golang-go)",
    () => {
      const program = `${workshop.folder}/go-crl`;
      const source = new URL("go-crl/main.go", import.meta.url).pathname;
      const build = workshop.run("env", ["GO111MODULE=off", "go", "build", "-o", program, source]);
      expect(build.output).toBe("");
      const jobs = specimens.map(({ crl, issuer }) => ({ crl: hex(crl), issuer: hex(issuer.certificate) }));
      const reports = JSON.parse(workshop.run(program, [], JSON.stringify(jobs)).output) as Record<
        string,
        unknown
      >[];
      expect(reports).toHaveLength(specimens.length);
      for (const [index, { issuer, fields, names, name }] of specimens.entries()) {
        const { extensions, ...report } = reports[index] ?? {};
        expect(report, name).toEqual({
          issuer: hex(issuer.parsed.subject.der),
          signatureAlgorithm: names.go,
          thisUpdate: second(fields.thisUpdate),
          nextUpdate: second(fields.nextUpdate),
          number: `${fields.crlNumber}`,
          verdict: "ok",
          entries: fields.entries.map(({ serialNumber, revokedAt, reason, invalidityDate }) => ({
            serialNumber,
            revocationDate: second(revokedAt),
            extensions: [
              {
                oid: "2.5.29.21",
                critical: false,
                value: `0a01${revocationReasons[reason].toString(16).padStart(2, "0")}`,
              },
              ...(invalidityDate === undefined
                ? []
                : [{ oid: "2.5.29.24", critical: false, value: `180f${hex(generalized(invalidityDate))}` }]),
            ],
          })),
        });
        expect(
          (extensions as { oid: string; critical: boolean }[]).map(
            ({ oid, critical }) => `${oid}${critical ? "!" : ""}`,
          ),
          name,
        ).toEqual([
          "2.5.29.35",
          "2.5.29.20",
          ...("baseCrlNumber" in fields ? ["2.5.29.27!"] : []),
          ...("distributionPoint" in fields ? ["2.5.29.28!"] : []),
          ...("freshestCrl" in fields ? ["2.5.29.46"] : []),
        ]);
      }
    },
  );

  const generalized = (time: number): Uint8Array =>
    new TextEncoder().encode(second(time).replace(/[-:T]/g, ""));
});

describe("python3-cryptography", () => {
  /** Version 38 verifies neither of these two. */
  const isVerified = (name: string): boolean => !/^(?:RSASSA-PSS|Ed25519)/.test(name);
  const python = "/usr/bin/python3";
  const hasPython = isInstalled(python) && workshop.run(python, ["-c", "import cryptography"]).ok;
  const program = `
import json, sys
from cryptography import x509
from cryptography.x509.oid import ExtensionOID, CRLEntryExtensionOID
reports = []
for job in json.load(sys.stdin):
    crl = x509.load_der_x509_crl(bytes.fromhex(job["crl"]))
    issuer = x509.load_der_x509_certificate(bytes.fromhex(job["issuer"]))
    def find(oid, of=crl):
        try: return of.extensions.get_extension_for_oid(oid)
        except x509.ExtensionNotFound: return None
    scope = find(ExtensionOID.ISSUING_DISTRIBUTION_POINT)
    base = find(ExtensionOID.DELTA_CRL_INDICATOR)
    fresh = find(ExtensionOID.FRESHEST_CRL)
    entries = []
    for one in crl:
        reason = find(CRLEntryExtensionOID.CRL_REASON, one)
        date = find(CRLEntryExtensionOID.INVALIDITY_DATE, one)
        entries.append([format(one.serial_number, "x"), one.revocation_date.isoformat(), reason and reason.value.reason.value, date and date.value.invalidity_date.isoformat()])
    reports.append({
        "valid": crl.is_signature_valid(issuer.public_key()) if job["verify"] else None,
        "thisUpdate": crl.last_update.isoformat(),
        "nextUpdate": crl.next_update.isoformat(),
        "number": crl.extensions.get_extension_for_oid(ExtensionOID.CRL_NUMBER).value.crl_number,
        "base": base and base.value.crl_number,
        "key": crl.extensions.get_extension_for_oid(ExtensionOID.AUTHORITY_KEY_IDENTIFIER).value.key_identifier.hex(),
        "scope": scope and [name.value for name in scope.value.full_name],
        "fresh": fresh and [name.value for point in fresh.value for name in point.full_name],
        "entries": entries,
    })
print(json.dumps(reports))`;

  test.skipIf(!hasPython)(
    "B-160..B-166: reads and verifies everything (skipped without python3-cryptography)",
    () => {
      const jobs = specimens.map(({ crl, issuer, name }) => ({
        crl: hex(crl),
        issuer: hex(issuer.certificate),
        verify: isVerified(name),
      }));
      const { ok, output } = workshop.run(python, ["-c", program], JSON.stringify(jobs));
      expect(ok, output).toBe(true);
      const reports = JSON.parse(output) as unknown[];
      const local = (time: number): string => second(time).replace("Z", "");
      for (const [index, { issuer, fields, name }] of specimens.entries()) {
        expect(reports[index], name).toEqual({
          valid: isVerified(name) ? true : null,
          thisUpdate: local(fields.thisUpdate),
          nextUpdate: local(fields.nextUpdate),
          number: Number(fields.crlNumber),
          base: "baseCrlNumber" in fields ? Number(fields.baseCrlNumber) : null,
          key: hex(issuer.keyIdentifier),
          scope: "distributionPoint" in fields ? [fields.distributionPoint] : null,
          fresh: "freshestCrl" in fields ? [fields.freshestCrl] : null,
          entries: fields.entries.map(({ serialNumber, revokedAt, reason, invalidityDate }) => [
            serialNumber.replace(/^0/, ""),
            local(revokedAt),
            reason,
            invalidityDate === undefined ? null : local(invalidityDate),
          ]),
        });
      }
    },
  );
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lintAccepted, lintViolations } from "../../test/support/lint-cases.ts";
import {
  buildTbs,
  der,
  extension,
  issuerKeyIdentifier,
  type TbsRole,
  tbsNames,
} from "../../test/support/tbs-certificate.ts";
import { encodeDer, encodeSequence } from "../asn1/der-writer.ts";
import { extensionOids, ocspOids } from "../asn1/oids.ts";
import { parseCertificate } from "../certificate/parse.ts";
import { encodeCertificate } from "../certificate/tbs-certificate.ts";
import { isCaError } from "../errors.ts";
import { assertLinted, lintTbsCertificate } from "./lint.ts";
import type { LintContext } from "./rule.ts";
import { lintRules } from "./rules.ts";

const issuer: LintContext["issuer"] = {
  parsed: { subject: { der: tbsNames.root }, basicConstraints: { pathLength: 1 } },
  keyIdentifier: issuerKeyIdentifier,
  validity: { notBefore: Date.UTC(2029, 0, 1), notAfter: Date.UTC(2059, 0, 1) },
  signer: { algorithm: "ecdsa-sha256" },
};

describe("B-201: lintTbsCertificate", () => {
  test.each(lintViolations)("$rule: $why", ({ rule, role = "endEntity", parts, says, custom = [] }) => {
    const context = { role, issuer, profile: { customExtensions: custom } };
    const findings = lintTbsCertificate(buildTbs(role, parts), context);
    expect(
      findings.map((finding) => finding.rule),
      JSON.stringify(findings),
    ).toEqual([rule]);
    for (const word of says) expect(findings[0]?.message).toContain(word);
  });

  test("an issuer without a name breaks that rule, and nothing else when it stands so in the issuer's certificate", () => {
    const nameless = { ...issuer, parsed: { ...issuer.parsed, subject: { der: encodeSequence() } } };
    const tbs = buildTbs("endEntity", { issuer: encodeSequence() });
    expect(lintTbsCertificate(tbs, { role: "endEntity", issuer: nameless }).map(({ rule }) => rule)).toEqual([
      "rfc5280-4.1.2.4-issuer-empty",
    ]);
  });

  test("every rule has a certificate that breaks it, and an id of its own", () => {
    const ids = lintRules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const broken = new Set(lintViolations.map(({ rule }) => rule));
    expect(ids.filter((id) => !broken.has(id))).toEqual(["rfc5280-4.1.2.4-issuer-empty"]); // the test before this one
    expect([...broken].filter((id) => !ids.includes(id))).toEqual(["rfc5280-4.1-tbs-certificate-form"]);
    for (const id of ids)
      expect(id).toMatch(/^(chancery|rfc\d{4}-[a\d.]+|spiffe-x509-svid-[\d.]+|x690-[\d.]+)-[a-z-]+$/);
  });

  test.each(lintAccepted)("accepts $why", ({ role = "endEntity", parts, custom = [] }) => {
    const context = { role, issuer, profile: { customExtensions: custom } };
    expect(lintTbsCertificate(buildTbs(role, parts), context)).toEqual([]);
    expect(() => assertLinted(buildTbs(role, parts), context)).not.toThrow();
  });

  test("beneath an issuer without a path length, any path length is right", () => {
    const free = { ...issuer, parsed: { ...issuer.parsed, basicConstraints: {} } };
    const tbs = buildTbs("intermediate", {
      extensions: { basicConstraints: extension("2.5.29.19", der("30060101ff020105"), true) },
    });
    expect(lintTbsCertificate(tbs, { role: "intermediate", issuer: free })).toEqual([]);
  });

  test("finds every fault at once, in the order of the fields", () => {
    const parts = {
      version: null,
      serialNumber: der("020100"),
      extensions: { keyUsage: null, other: extension("1.2.3", der("0500")) },
    };
    expect(
      lintTbsCertificate(buildTbs("endEntity", parts), { role: "endEntity", issuer }).map(({ rule }) => rule),
    ).toEqual([
      "rfc5280-4.1.2.1-version",
      "rfc5280-4.1.2.2-serial-number-positive",
      "chancery-extension-known",
      "rfc5280-4.2.1.3-key-usage-present",
    ]);
  });
});

describe("assertLinted", () => {
  test("throws every finding, with field, message and rule in the text", () => {
    const check = (): void =>
      assertLinted(buildTbs("endEntity", { version: null }), { role: "endEntity", issuer });
    expect(check).toThrow(
      expect.objectContaining({
        name: "LintError",
        code: "ERR_LINT_FAILED",
        message:
          "the certificate was not signed: version: is absent, which means 1, it has to be 3 (rfc5280-4.1.2.1-version)",
        findings: [
          {
            rule: "rfc5280-4.1.2.1-version",
            field: "version",
            message: "is absent, which means 1, it has to be 3",
          },
        ],
      }),
    );
    try {
      check();
    } catch (error) {
      expect(isCaError(error)).toBe(true);
    }
  });
});

describe("B-002: any octets", () => {
  const roles = fc.constantFrom<TbsRole>("endEntity", "intermediate", "root");

  test("give findings and never an exception", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), roles, (octets, role) => {
        expect(lintTbsCertificate(octets, { role, issuer })).not.toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("changed anywhere, give findings, or a certificate that the strict reader accepts too", () => {
    const rich = buildTbs("endEntity", {
      extensions: {
        crl: notCritical("2.5.29.31", "3016 3014 a012 a010 860e 687474703a2f2f612e746573742f"),
        access: notCritical(
          "1.3.6.1.5.5.7.1.1",
          "301c 301a 06082b06010505073001 860e 687474703a2f2f612e746573742f",
        ),
        policies: notCritical("2.5.29.32", "3006 3004 06022a03"),
        mustStaple: notCritical("1.3.6.1.5.5.7.1.24", "3003020105"),
        provisioner: notCritical("1.3.6.1.4.1.37476.9000.64.1", "300b 020106 040461636d65 0400"),
      },
    });
    expect(lintTbsCertificate(rich, { role: "endEntity", issuer })).toEqual([]);
    const change = fc.tuple(fc.nat(rich.length - 1), fc.nat(255));
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const octets = new Uint8Array(rich);
        for (const [index, octet] of changes) octets[index] = octet;
        if (lintTbsCertificate(octets, { role: "endEntity", issuer }).length > 0) return;
        accepted += 1;
        const certificate = encodeCertificate(octets, "ecdsa-sha256", Uint8Array.of(0));
        expect(parseCertificate(certificate).basicConstraints).toEqual({ ca: false });
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(0); // a serial number, a key: not everything has one right value
  });

  test("cut off anywhere, give findings", () => {
    const tbs = buildTbs("endEntity");
    for (let length = 0; length < tbs.length; length += 1)
      expect(lintTbsCertificate(tbs.subarray(0, length), { role: "endEntity", issuer })).not.toEqual([]);
  });

  test("every extension may be hostile: any value gives findings and never an exception", () => {
    const oids = [...Object.values(extensionOids), ocspOids.noCheck];
    const value = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .array(fc.uint8Array({ maxLength: 8 }), { maxLength: 4 })
        .map((parts) => encodeSequence(...parts.map((part) => encodeDer(part[0] ?? 0x30, part.subarray(1))))),
    );
    fc.assert(
      fc.property(fc.constantFrom(...oids), value, fc.boolean(), roles, (oid, octets, isCritical, role) => {
        const tbs = buildTbs(role, {
          extensionsField: encodeDer(0xa3, encodeSequence(extension(oid, octets, isCritical))),
        });
        expect(Array.isArray(lintTbsCertificate(tbs, { role, issuer }))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test("thousands of names are counted before they are read", () => {
    const names = Array.from({ length: 9_999 }, (_, index) =>
      encodeDer(0x82, Buffer.from(`xn--${index}.example`)),
    );
    const subjectAltName = extension("2.5.29.17", encodeSequence(...names), true);
    const tbs = buildTbs("endEntity", { extensions: { subjectAltName } });
    expect(lintTbsCertificate(tbs, { role: "endEntity", issuer }).map(({ message }) => message)).toEqual([
      "subjectAltName has 9999 names, allowed are 1 to 100",
    ]);
  });
});

function notCritical(oid: string, hex: string): Uint8Array {
  return extension(oid, der(hex));
}

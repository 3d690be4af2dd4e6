import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import { encodePem, type Issuer, lintTbsCertificate, parseCertificate } from "@chancery/core";
import * as x509 from "@peculiar/x509";
import { afterAll, describe, expect, test } from "vitest";
import { createWorkshop, isInstalled } from "../support/workshop.ts";
import { createSpecimens, madeAt, type Specimen } from "./certificates.ts";
import {
  expectedOf,
  hex,
  intermediatesOf,
  keyIdentifierOf,
  type ReadCertificate,
  signatureAlgorithms,
} from "./expected.ts";

// Everything that the tests of this file look at: kinds of issuer x tiers x kinds of subject key x profiles.
const specimens = await createSpecimens();
const issuers = [...new Set(specimens.map(({ issuer }) => issuer))];
const workshop = createWorkshop();
afterAll(() => workshop.dispose());

const oids = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" } as const;

test("the matrix is whole", () => {
  const [pss, others] = [3 * 2 * 3, 4 * 3 * 5 * 3];
  expect(specimens.filter(({ issuerKind }) => issuerKind.startsWith("rsa-pss"))).toHaveLength(pss);
  expect(new Set(specimens.map(({ name }) => name)).size).toBe(pss + others);
});

describe("the lint", () => {
  test("B-201: finds nothing in any certificate, and the wrong issuer wherever it is told another", () => {
    const [first] = issuers;
    for (const { issued, issuer, name } of specimens) {
      const { tbsCertificate } = parseCertificate(issued.certificate);
      expect(lintTbsCertificate(tbsCertificate, { role: "endEntity", issuer }), name).toEqual([]);
      if (first === undefined || first.id === issuer.id) continue;
      const findings = lintTbsCertificate(tbsCertificate, { role: "endEntity", issuer: first });
      expect(
        findings.map(({ rule }) => rule),
        name,
      ).toEqual(
        expect.arrayContaining(["rfc5280-4.1.2.4-issuer", "rfc5280-4.2.1.1-authority-key-identifier"]),
      );
    }
  });
});

describe("@peculiar/x509", () => {
  test("B-010..B-015, B-018, B-019, B-030..B-032, B-050, B-200: reads every field as it was meant", () => {
    for (const specimen of specimens) {
      expect(readWithPeculiar(specimen.issued.certificate), specimen.name).toEqual(expectedOf(specimen));
    }
  });

  test("B-003, B-141, B-142: finds one algorithm inside and outside, the one of the issuer", () => {
    for (const { issued, issuerKind, name } of specimens) {
      const { der } = signatureAlgorithms[issuerKind] ?? { der: "" };
      const certificate = Buffer.from(issued.certificate);
      // Certificate and TBSCertificate both have a length of two octets; inside, the algorithm follows the serialNumber.
      expect([certificate[1], certificate[5]], name).toEqual([0x82, 0x82]);
      const outside = 8 + certificate.readUInt16BE(6);
      const inside = 8 + 5 + 2 + 16;
      for (const start of [inside, outside]) {
        expect(hex(certificate.subarray(start, start + der.length / 2)), name).toBe(der);
      }
    }
  });

  test("B-200: verifies every signature", async () => {
    for (const { issued, issuer, name } of specimens) {
      const certificate = new x509.X509Certificate(new Uint8Array(issued.certificate));
      const { publicKey } = new x509.X509Certificate(new Uint8Array(issuer.certificate));
      expect(await certificate.verify({ publicKey, date: madeAt }), name).toBe(true);
    }
  });

  test("B-034, B-035, D-002: reads every issuer as it was meant", () => {
    for (const issuer of issuers) {
      const certificate = new x509.X509Certificate(new Uint8Array(issuer.certificate));
      const isRoot = issuer.chain.length === 0;
      expect(certificate.getExtension(x509.BasicConstraintsExtension), issuer.subject).toMatchObject({
        ca: true,
        critical: true,
        pathLength: isRoot ? undefined : 0,
      });
      const usages = certificate.getExtension(x509.KeyUsagesExtension);
      expect(usages?.usages, issuer.subject).toBe(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
      );
      expect(certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId, issuer.subject).toBe(
        keyIdentifierOf(issuer.signer.publicKey),
      );
    }
  });
});

describe("node X509Certificate", () => {
  test("B-014, B-050, B-200: reads and verifies every certificate", () => {
    for (const specimen of specimens) {
      const { issued, issuer, name } = specimen;
      const certificate = new X509Certificate(issued.certificate);
      const expected = expectedOf(specimen);
      const above = new X509Certificate(issuer.certificate);
      expect(certificate.checkIssued(above), name).toBe(true);
      expect(certificate.verify(above.publicKey), name).toBe(true);
      expect(certificate.ca, name).toBe(false);
      expect(certificate.serialNumber.toLowerCase(), name).toBe(issued.serialNumber);
      const dates = [certificate.validFrom, certificate.validTo].map((text) => new Date(text).toISOString());
      expect(dates, name).toEqual(
        [expected.notBefore, expected.notAfter].map((time) => time.replace("Z", ".000Z")),
      );
      const purposes = (expected.extKeyUsage as (keyof typeof oids)[]).map((purpose) => oids[purpose]);
      expect(certificate.keyUsage, name).toEqual(purposes);
    }
  });

  test("B-050: accepts the names that were asked for, and no other", () => {
    for (const { issued, name, profile } of specimens) {
      const certificate = new X509Certificate(issued.certificate);
      const isServer = profile === "tlsServer";
      expect(certificate.checkHost("www.lab.example") !== undefined, name).toBe(isServer);
      expect(certificate.checkHost("any.lab.example") !== undefined, name).toBe(isServer);
      expect(certificate.checkHost("lab.example"), name).toBeUndefined();
      expect(certificate.checkIP("2001:db8::1") !== undefined, name).toBe(isServer);
      expect(certificate.checkIP("192.0.2.7") !== undefined, name).toBe(profile === "tlsServerAndClient");
      const mailbox = certificate.checkEmail("Anna.Example@lab.example");
      expect(mailbox !== undefined, name).toBe(profile === "tlsClient");
    }
  });
});

describe("openssl", () => {
  test("B-200: verify -x509_strict accepts every chain for its purpose", () => {
    for (const [index, issuer] of issuers.entries()) {
      const trusted = workshop.write(`${index}/root.pem`, encodePem("CERTIFICATE", issuer.trustAnchor));
      const between = workshop.write(`${index}/between.pem`, intermediatesOf(issuer));
      for (const [profile, purposes] of Object.entries(purposesOf)) {
        const files = specimens
          .filter((specimen) => specimen.issuer === issuer && specimen.profile === profile)
          .map(({ issued, subjectKind }) =>
            workshop.write(
              `${index}/${profile}-${subjectKind}.pem`,
              encodePem("CERTIFICATE", issued.certificate),
            ),
          );
        expect(files).toHaveLength(issuer.signer.algorithm.startsWith("rsa-pss") ? 2 : 5);
        for (const purpose of purposes) {
          const { ok, output } = workshop.run("openssl", [
            ...["verify", "-x509_strict", "-purpose", `ssl${purpose}`, "-CAfile", trusted],
            ...(issuer.chain.length === 0 ? [] : ["-untrusted", between]),
            ...files,
          ]);
          expect(output, issuer.subject).toBe(files.map((file) => `${file}: OK\n`).join(""));
          expect(ok).toBe(true);
        }
      }
    }
  });

  test("B-033: does not accept a server's certificate as a client's, nor the reverse", () => {
    for (const { profile, wrong } of [
      { profile: "tlsServer", wrong: "sslclient" },
      { profile: "tlsClient", wrong: "sslserver" },
    ]) {
      const [specimen] = specimens.filter((candidate) => candidate.profile === profile);
      const trusted = workshop.write(
        "wrong/root.pem",
        encodePem("CERTIFICATE", specimen?.issuer.trustAnchor ?? new Uint8Array()),
      );
      const file = workshop.write("wrong/certificate.pem", specimen?.issued.chainPem ?? "");
      const { output } = workshop.run("openssl", ["verify", "-purpose", wrong, "-CAfile", trusted, file]);
      expect(output).toMatch(/(unsupported|unsuitable) certificate purpose/);
    }
  });

  test("B-002: asn1parse reads every certificate to its end", () => {
    for (const { issued, name } of specimens.slice(0, 15)) {
      const file = workshop.write("parse.der", issued.certificate);
      expect(workshop.run("openssl", ["asn1parse", "-inform", "DER", "-in", file]).ok, name).toBe(true);
    }
  });
});

describe("certtool", () => {
  test.skipIf(!isInstalled("certtool"))(
    "B-200: verifies a chain of each kind (skipped without gnutls-bin)",
    () => {
      const sample = specimens.filter(({ profile }) => profile === "tlsServer");
      expect(sample).toHaveLength(66);
      for (const { issued, issuer, name } of sample) {
        const trusted = workshop.write("certtool/root.pem", encodePem("CERTIFICATE", issuer.trustAnchor));
        const args = ["--verify", "--verify-hostname", "www.lab.example", "--load-ca-certificate", trusted];
        const { ok, output } = workshop.run("certtool", args, issued.chainPem);
        expect(output, name).toContain("Chain verification output: Verified. The certificate is trusted.");
        expect(ok, name).toBe(true);
      }
    },
  );
});

describe("Go's crypto/x509", () => {
  test.skipIf(!isInstalled("go"))(
    "B-010..B-015, B-030..B-034, B-050, B-141, B-200: reads and verifies everything (skipped without golang-go)",
    () => {
      const program = `${workshop.folder}/go-verify`;
      const source = new URL("go/main.go", import.meta.url).pathname;
      const build = workshop.run("env", ["GO111MODULE=off", "go", "build", "-o", program, source]);
      expect(build.output).toBe("");

      const ends = readWithGo(program, specimens.map(jobFor));
      for (const [index, specimen] of specimens.entries()) {
        const { issuerKind, name } = specimen;
        const { signatureAlgorithm, unhandled, verdict, ...read } = ends[index] ?? {};
        expect({ signatureAlgorithm, unhandled, verdict }, name).toEqual({
          signatureAlgorithm: signatureAlgorithms[issuerKind]?.go,
          unhandled: [],
          verdict: "ok",
        });
        expect(normalize(read), name).toEqual(expectedOf(specimen));
      }

      const authorities = readWithGo(program, issuers.map(jobForIssuer));
      for (const [index, issuer] of issuers.entries()) {
        const isRoot = issuer.chain.length === 0;
        expect(authorities[index], issuer.subject).toMatchObject({
          verdict: "ok",
          version: 3,
          ca: true,
          pathLength: isRoot ? -1 : 0,
          keyUsage: 32 | 64, // keyCertSign, cRLSign
          extKeyUsage: isRoot ? [] : [1, 2],
          permittedDns: issuer.subject.includes("Constrained") ? ["lab.example", "localhost"] : [],
          issuer: authorities[index]?.["issuer"],
          subjectKeyIdentifier: keyIdentifierOf(issuer.signer.publicKey),
        });
      }
    },
  );

  const jobFor = ({ issued, issuer, profile }: Specimen): object => ({
    ...jobForIssuer(issuer),
    certificate: hex(issued.certificate),
    purposes: purposesOf[profile].map((purpose) => (purpose === "server" ? 1 : 2)),
    host: profile === "tlsServer" ? "any.lab.example" : "",
  });

  const jobForIssuer = (issuer: Issuer): object => ({
    certificate: hex(issuer.certificate),
    intermediates: issuer.chain.map(hex),
    root: hex(issuer.trustAnchor),
    time: madeAt.toISOString(),
    purposes: [1, 2],
  });

  const readWithGo = (program: string, jobs: readonly object[]): Record<string, unknown>[] =>
    JSON.parse(workshop.run(program, [], JSON.stringify(jobs)).output) as Record<string, unknown>[];

  const normalize = (read: Record<string, unknown>): ReadCertificate => {
    const { pathLength: _, permittedDns: __, keyUsage, extKeyUsage, extensions, ...rest } = read;
    return {
      ...(rest as unknown as ReadCertificate),
      serialNumber: String(read["serialNumber"]).replace(/^0+/, ""),
      keyUsage: keyUsage === 1 ? ["digitalSignature"] : [],
      extKeyUsage: (extKeyUsage as number[]).map((purpose) => ({ 1: "server", 2: "client" })[purpose] ?? "?"),
      extensions: (extensions as { oid: string; critical: boolean }[]).map(
        ({ oid, critical }) => `${oid}${critical ? "!" : ""}`,
      ),
    };
  };
});

const purposesOf = {
  tlsServer: ["server"],
  tlsClient: ["client"],
  tlsServerAndClient: ["server", "client"],
} as const;

function readWithPeculiar(der: Uint8Array): ReadCertificate {
  const certificate = new x509.X509Certificate(new Uint8Array(der));
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  const usages = certificate.getExtension(x509.KeyUsagesExtension)?.usages ?? 0;
  const purposes = certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages ?? [];
  return {
    version: versionOf(der),
    serialNumber: certificate.serialNumber.toLowerCase().replace(/^0+/, ""),
    issuer: hex(certificate.issuerName.toArrayBuffer()),
    subject: hex(certificate.subjectName.toArrayBuffer()),
    notBefore: certificate.notBefore.toISOString().replace(".000Z", "Z"),
    notAfter: certificate.notAfter.toISOString().replace(".000Z", "Z"),
    keyUsage: usages === x509.KeyUsageFlags.digitalSignature ? ["digitalSignature"] : [`flags ${usages}`],
    extKeyUsage: purposes.map((oid) =>
      oid === oids.server ? "server" : oid === oids.client ? "client" : String(oid),
    ),
    ca: certificate.getExtension(x509.BasicConstraintsExtension)?.ca ?? true,
    names: names.map(({ type, value }) => `${type === "url" ? "uri" : type}:${value}`),
    subjectKeyIdentifier: certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ?? "",
    authorityKeyIdentifier: certificate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId ?? "",
    extensions: certificate.extensions.map(({ type, critical }) => `${type}${critical ? "!" : ""}`),
  };
}

/** @peculiar/x509 does not show the version. */
function versionOf(der: Uint8Array): number {
  return hex(der).includes("a003020102") ? 3 : 0;
}

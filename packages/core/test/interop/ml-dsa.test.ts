import "reflect-metadata";
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import {
  allow,
  createCertificateAuthority,
  createIntermediate,
  createRoot,
  definePolicy,
  encodePem,
  encodePrivateKeyPem,
  generatePrivateKey,
  type Issuer,
  type KeySpecification,
  parseIdentifier,
} from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import * as x509 from "@peculiar/x509";
import { afterAll, describe, expect, test } from "vitest";
import { hasMlDsa } from "../support/private-keys.ts";
import { createWorkshop, isInstalled } from "../support/workshop.ts";
import { madeAt } from "./certificates.ts";
import { hex } from "./expected.ts";

x509.cryptoProvider.set(crypto);
const workshop = createWorkshop();
afterAll(() => workshop.dispose());

const clock = (): Date => madeAt;
const parameterSets = [44, 65, 87] as const;
const arcs = { 44: 17, 65: 18, 87: 19 };
const oidOf = (parameterSet: 44 | 65 | 87): string => `2.16.840.1.101.3.4.3.${arcs[parameterSet]}`;
const identifierOf = (parameterSet: 44 | 65 | 87): string =>
  `300b06096086480165030403${arcs[parameterSet].toString(16)}`;
const mlDsa = (parameterSet: 44 | 65 | 87): KeySpecification => ({ type: "ml-dsa", parameterSet });

async function issueFrom(issuer: Issuer, publicKey: Uint8Array): Promise<Uint8Array> {
  const ca = await createCertificateAuthority({
    issuers: [issuer],
    store: createMemoryCertificateStore(),
    policies: [definePolicy("all", () => allow)],
    clock,
  });
  const { certificate } = await ca.issue({
    publicKey,
    identifiers: [parseIdentifier("dns", "www.lab.example")],
    requester: { kind: "application", id: "ml-dsa" },
  });
  return certificate;
}

describe.skipIf(!hasMlDsa)("ML-DSA certificates (skipped on a runtime without ML-DSA)", () => {
  test.each(parameterSets)(
    "B-200, RFC 9881: Node verifies root, intermediate and end entity of ML-DSA-%i",
    async (parameterSet) => {
      const key = mlDsa(parameterSet);
      const root = await createRoot({ commonName: "Root", key, clock });
      const below = await createIntermediate({ issuer: root.issuer, commonName: "Below", key, clock });
      const subject = await generatePrivateKey(key);
      const leaf = await issueFrom(below.issuer, subject.publicKey);

      const certificate = new X509Certificate(leaf);
      const intermediate = new X509Certificate(below.issuer.certificate);
      const anchor = new X509Certificate(root.issuer.certificate);
      const links = [
        { lower: certificate, upper: intermediate },
        { lower: intermediate, upper: anchor },
        { lower: anchor, upper: anchor },
      ];
      for (const { lower, upper } of links) {
        expect(lower.checkIssued(upper)).toBe(true);
        expect(lower.verify(upper.publicKey)).toBe(true);
        expect(lower.publicKey.asymmetricKeyType).toBe(`ml-dsa-${parameterSet}`);
      }
      expect(certificate.verify(anchor.publicKey)).toBe(false);
      expect(certificate.checkHost("www.lab.example")).toBe("www.lab.example");
      expect(certificate.checkPrivateKey(createPrivateKey(await encodePrivateKeyPem(subject)))).toBe(true);
    },
  );

  test.each(parameterSets)(
    "RFC 9881 sections 2 and 4: ML-DSA-%i is named without parameters, three times, and the key is not wrapped",
    async (parameterSet) => {
      const root = await createRoot({ commonName: "Root", key: mlDsa(parameterSet), clock });
      const subject = await generatePrivateKey(mlDsa(parameterSet));
      const certificate = hex(await issueFrom(root.issuer, subject.publicKey));
      // In the TBSCertificate, in the SubjectPublicKeyInfo and beside the signature.
      expect(certificate.split(identifierOf(parameterSet))).toHaveLength(4);
      const lengths = { 44: "0382052100", 65: "038207a100", 87: "03820a2100" };
      expect(certificate).toContain(identifierOf(parameterSet) + lengths[parameterSet]);
    },
  );

  test("every kind of issuer certifies ML-DSA keys, and ML-DSA every kind of key", async () => {
    const kinds: readonly KeySpecification[] = [{ type: "ec", curve: "P-256" }, { type: "ed25519" }];
    const subject = await generatePrivateKey(mlDsa(65));
    for (const key of kinds) {
      const { issuer } = await createRoot({ commonName: "Classical", key, clock });
      const certificate = new X509Certificate(await issueFrom(issuer, subject.publicKey));
      expect(certificate.verify(new X509Certificate(issuer.certificate).publicKey)).toBe(true);
      expect(certificate.publicKey.asymmetricKeyType).toBe("ml-dsa-65");
    }
    const { issuer } = await createRoot({ commonName: "Root", key: mlDsa(87), clock });
    for (const key of kinds) {
      const { publicKey } = await generatePrivateKey(key);
      const certificate = new X509Certificate(await issueFrom(issuer, publicKey));
      expect(certificate.verify(new X509Certificate(issuer.certificate).publicKey)).toBe(true);
    }
  });

  test.skipIf(!isInstalled("openssl"))(
    "B-002: openssl reads the structure to its end and shows the OID",
    async () => {
      for (const parameterSet of parameterSets) {
        const { issuer } = await createRoot({ commonName: "Root", key: mlDsa(parameterSet), clock });
        const subject = await generatePrivateKey(mlDsa(parameterSet));
        const file = workshop.write("leaf.der", await issueFrom(issuer, subject.publicKey));
        const parsed = workshop.run("openssl", ["asn1parse", "-inform", "DER", "-in", file]);
        expect(parsed.ok).toBe(true);
        const { output } = workshop.run("openssl", [
          "x509",
          "-inform",
          "DER",
          "-in",
          file,
          "-noout",
          "-text",
        ]);
        // OpenSSL 3.0 shows numbers, later versions the name.
        const named = new RegExp(
          `Algorithm: (?:${oidOf(parameterSet).replaceAll(".", "\\.")}|ML-DSA-${parameterSet})`,
          "g",
        );
        expect(output.match(named)).toHaveLength(3);
        expect(output).toContain("DNS:www.lab.example");
      }
    },
  );

  test("B-200: @peculiar/x509 reads every field of one and verifies it", async () => {
    const { issuer } = await createRoot({ commonName: "Root", key: mlDsa(44), clock });
    const subject = await generatePrivateKey(mlDsa(44));
    const certificate = new x509.X509Certificate(new Uint8Array(await issueFrom(issuer, subject.publicKey)));
    const { publicKey } = new x509.X509Certificate(new Uint8Array(issuer.certificate));
    expect(await certificate.verify({ publicKey, date: madeAt })).toBe(true);
    expect(certificate.signatureAlgorithm).toMatchObject({ name: "ML-DSA-44" });
    expect(certificate.issuer).toBe("CN=Root");
    expect(hex(certificate.publicKey.rawData)).toBe(hex(subject.publicKey));
    expect(certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items).toMatchObject([
      { type: "dns", value: "www.lab.example" },
    ]);
    // RFC 7093 section 2, method 1, over the 1312 octets that follow the header of the SubjectPublicKeyInfo.
    const key = subject.publicKey.subarray(-1312);
    expect(certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId).toBe(
      createHash("sha256").update(key).digest("hex").slice(0, 40),
    );
    expect(certificate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId).toBe(
      hex(issuer.keyIdentifier),
    );
    expect(encodePem("CERTIFICATE", new Uint8Array(certificate.rawData))).toBe(
      `${certificate.toString("pem")}\n`,
    );
  });
});

import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { readDer } from "../../src/asn1/der-reader.ts";
import { attributeTypeOids } from "../../src/asn1/oids.ts";
import { encodePem } from "../../src/asn1/pem.ts";
import { encodeNameAttributes, type NameAttribute, readName } from "../../src/certificate/name.ts";
import { encodeCertificate } from "../../src/certificate/tbs-certificate.ts";
import { isCaError } from "../../src/errors.ts";
import { formatIdentifier, type Identifier, parseIdentifier } from "../../src/identifier/identifier.ts";
import { createToBeSignedEncoder } from "../../src/issuance/to-be-signed.ts";
import { createIntermediate, createRoot } from "../../src/issuer/create.ts";
import type { Issuer } from "../../src/issuer/issuer.ts";
import { generatePrivateKey } from "../../src/key/private-key.ts";
import {
  parseSubjectPublicKeyInfo,
  type SubjectPublicKeyInfo,
} from "../../src/key/subject-public-key-info.ts";
import { assertLinted, lintTbsCertificate } from "../../src/lint/lint.ts";
import { type DistributionOptions, parseDistribution } from "../../src/profile/distribution.ts";
import {
  codeSigning,
  emailProtection,
  ocspResponder,
  spiffe,
  stepLeaf,
  tlsClient,
  tlsServer,
  tlsServerAndClient,
} from "../../src/profile/presets.ts";
import { defineProfile, type Profile, type ProfileOptions } from "../../src/profile/profile.ts";
import { createWorkshop } from "../support/workshop.ts";

const now = new Date("2030-01-01T00:00:00Z");
const clock = (): Date => now;
const purposesOfPresets = [
  "serverAuth",
  "clientAuth",
  "codeSigning",
  "emailProtection",
  "ocspSigning",
] as const;
const root = await createRoot({ commonName: "Lab Root", clock });
const { issuer } = await createIntermediate({
  issuer: root.issuer,
  commonName: "Lab Intermediate",
  extKeyUsage: ["serverAuth", "clientAuth", "codeSigning", "emailProtection"],
  clock,
});

const keys: Readonly<Record<string, SubjectPublicKeyInfo>> = Object.fromEntries(
  await Promise.all(
    Object.entries({
      "P-256": { type: "ec", curve: "P-256" },
      "P-384": { type: "ec", curve: "P-384" },
      Ed25519: { type: "ed25519" },
      RSA: { type: "rsa", bits: 2048 },
    } as const).map(async ([kind, key]) => [
      kind,
      parseSubjectPublicKeyInfo((await generatePrivateKey(key)).publicKey),
    ]),
  ),
);

const workshop = createWorkshop();
afterAll(() => workshop.dispose());
const trusted = workshop.write("root.pem", encodePem("CERTIFICATE", root.issuer.certificate));
const between = workshop.write("between.pem", encodePem("CERTIFICATE", issuer.certificate));

/** All that decides what a certificate says. */
interface Plan {
  readonly profile: Profile;
  readonly key: string;
  readonly identifiers: readonly Identifier[];
  readonly requested: readonly NameAttribute[];
  readonly distribution: DistributionOptions;
  readonly by?: Issuer;
}

describe("presets", () => {
  const dns = [parseIdentifier("dns", "www.lab.example"), parseIdentifier("ip", "192.0.2.1")];
  const mail = [parseIdentifier("email", "Anna@lab.example")];
  const named = [{ type: attributeTypeOids.commonName, value: "Lab Builds" }];
  const rows: readonly {
    profile: Profile;
    identifiers?: readonly Identifier[];
    requested?: typeof named;
    purposes: readonly string[];
  }[] = [
    { profile: tlsServer(), identifiers: dns, purposes: ["sslserver"] },
    { profile: tlsClient(), identifiers: [...dns, ...mail], purposes: ["sslclient"] },
    { profile: tlsServerAndClient(), identifiers: dns, purposes: ["sslserver", "sslclient"] },
    {
      profile: spiffe({ trustDomain: "lab.example" }),
      identifiers: [parseIdentifier("uri", "spiffe://lab.example/ns/web")],
      purposes: ["sslserver", "sslclient"],
    },
    { profile: ocspResponder(), purposes: ["ocsphelper"] },
    { profile: codeSigning(), requested: named, purposes: ["any"] },
    { profile: emailProtection(), identifiers: mail, purposes: ["smimesign"] },
    { profile: stepLeaf(), identifiers: dns, requested: named, purposes: ["sslserver", "sslclient"] },
  ];

  test.each(rows)(
    "B-200, B-201: $profile.name passes the lint, openssl for its purpose, and two parsers",
    async (row) => {
      const { profile, identifiers = [], requested = [], purposes } = row;
      const distribution = { crl: "http://pki.test/{issuer}/{partition}", ocsp: "http://pki.test/ocsp" };
      const files: string[] = [];
      for (const key of Object.keys(keys)) {
        const certificate = await certify({ profile, key, identifiers, requested, distribution });
        assertReadAlike(certificate, identifiers);
        files.push(workshop.write(`${profile.name}/${key}.pem`, encodePem("CERTIFICATE", certificate)));
      }
      for (const purpose of purposes) {
        const { output } = verify(["-purpose", purpose], files);
        expect(output).toBe(files.map((file) => `${file}: OK\n`).join(""));
      }
    },
  );

  test("C-005: openssl finds one URI, and neither cA nor keyCertSign, in an X509-SVID", async () => {
    const profile = spiffe({ trustDomain: "lab.example" });
    const identifiers = [parseIdentifier("uri", "spiffe://lab.example/ns/web")];
    const certificate = await certify({
      profile,
      key: "P-256",
      identifiers,
      requested: [],
      distribution: {},
    });
    const file = workshop.write("svid.pem", encodePem("CERTIFICATE", certificate));
    const { output } = workshop.run("openssl", ["x509", "-in", file, "-noout", "-text"]);
    expect(output).toMatch(
      /X509v3 Subject Alternative Name: critical\s+URI:spiffe:\/\/lab\.example\/ns\/web\n/,
    );
    expect(output).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/);
    expect(output).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE\n/);
    expect(output).toMatch(
      /X509v3 Extended Key Usage: \s+TLS Web Server Authentication, TLS Web Client Authentication\n/,
    );
  });

  test("B-036..B-041: openssl reads policies, URLs, stapling and custom extensions as they were meant", async () => {
    const profile = tlsServer({
      certificatePolicies: [{ oid: "1.2.3.4", cps: "http://pki.test/cps", explicitText: "For the lab" }],
      mustStaple: true,
      extensions: [{ oid: "1.2.3.5", value: Uint8Array.of(0x0c, 3, 0x6c, 0x61, 0x62) }],
    });
    const distribution = {
      crl: "http://pki.test/{partition}.crl",
      deltaCrl: "http://pki.test/{partition}.delta",
      ocsp: "http://pki.test/ocsp",
      issuer: "http://pki.test/ca.der",
    };
    const certificate = await certify({ profile, key: "RSA", identifiers: dns, requested: [], distribution });
    const file = workshop.write("rich.pem", encodePem("CERTIFICATE", certificate));
    const { output } = workshop.run("openssl", ["x509", "-in", file, "-noout", "-text"]);
    const text = output.replace(/\s+/g, " ");
    expect(text).toContain(
      "Policy: 1.2.3.4 CPS: http://pki.test/cps User Notice: Explicit Text: For the lab",
    );
    expect(text).toContain("OCSP - URI:http://pki.test/ocsp CA Issuers - URI:http://pki.test/ca.der");
    expect(text).toContain("X509v3 CRL Distribution Points: Full Name: URI:http://pki.test/7.crl");
    expect(text).toContain("TLS Feature: status_request");
    expect(text).toContain("1.2.3.5: ..lab");
    expect(text).not.toContain("delta");
  });
});

describe("B-200, B-201: any plan", () => {
  const oid = fc.constantFrom("1.2.3.4", "1.2.3.5", "2.16.840.1.101.3.2.1.48.1");
  const options: fc.Arbitrary<Partial<ProfileOptions>> = fc.record(
    {
      subject: fc.record(
        {
          fixed: fc.constantFrom(
            { organization: "Lab" },
            { country: "DE", organization: "Büro & Söhne", organizationalUnit: ["A", "B"] },
            { domainComponent: ["lab", "example"] },
          ),
          commonName: fc.constantFrom("identifier", "none", "request"),
          fromRequest: fc.constantFrom([], ["locality"], ["locality", "serialNumber"]),
        },
        { requiredKeys: [] },
      ),
      identifierTypes: mostly(
        ["dns", "email", "ip", "uri"],
        fc.uniqueArray(fc.constantFrom("dns", "email", "ip", "uri")),
      ),
      maximumIdentifiers: fc.integer({ min: 2, max: 5 }),
      keyTypes: mostly(["ec", "ed25519", "rsa"], fc.constantFrom(["ec"], ["ed25519", "rsa"])),
      keyUsage: fc.constantFrom(
        {},
        { rsa: ["digitalSignature", "keyEncipherment"] },
        { ec: ["digitalSignature", "keyAgreement"], ed25519: ["nonRepudiation", "digitalSignature"] },
        { rsa: ["keyEncipherment"] },
      ),
      extKeyUsage: mostly(
        ["serverAuth"],
        fc.uniqueArray(fc.constantFrom(...purposesOfPresets), { maxLength: 2 }),
      ),
      furtherPurposes: fc.constantFrom([], ["1.3.6.1.4.1.311.20.2.2"]),
      certificatePolicies: fc.uniqueArray(
        fc.record(
          { oid, cps: fc.constant("http://pki.test/cps"), explicitText: fc.constantFrom("x", "Büro") },
          { requiredKeys: ["oid"] },
        ),
        { maxLength: 2, selector: (policy) => policy.oid },
      ),
      mustStaple: mostly(false, fc.constant(true)),
      noRevAvail: fc.boolean(),
      ocspNoCheck: mostly(false, fc.constant(true)),
      distribution: fc.constantFrom("authority", "none"),
      basicConstraints: fc.constantFrom("absent", "critical"),
      subjectKeyIdentifier: fc.constantFrom("sha-1", "sha-256"),
      subjectAltNameOrder: fc.constantFrom("kind", "request"),
      extensions: fc.constantFrom([], [{ oid: "1.2.3.9", value: Uint8Array.of(4, 1, 7) }]),
    },
    { requiredKeys: [] },
  );
  const names = [
    "dns:www.lab.example",
    "dns:*.lab.example",
    "dns:xn--bro-hoa.example",
    "ip:192.0.2.1",
    "ip:2001:db8::1",
    "email:Anna@lab.example",
    "uri:https://lab.example/x?y=1",
    "uri:spiffe://lab.example/ns/web",
  ];
  const wish = fc.record({
    options,
    key: fc.constantFrom(...Object.keys(keys)),
    names: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 4 }),
    requested: fc.constantFrom<readonly NameAttribute[]>(
      [],
      [{ type: attributeTypeOids.commonName, value: "www.lab.example" }],
      [
        { type: attributeTypeOids.commonName, value: "Anna Büro" },
        { type: attributeTypeOids.locality, value: "Ulm" },
      ],
    ),
    distribution: fc.constantFrom<DistributionOptions>(
      {},
      { ocsp: "http://pki.test/ocsp" },
      {
        crl: "http://pki.test/{issuer}/{partition}",
        ocsp: "http://pki.test/ocsp",
        issuer: "http://pki.test/ca",
      },
    ),
    self: fc.boolean(),
  });

  test("that profile and lint accept is accepted by openssl -x509_strict and read alike by two parsers", async () => {
    const tally = { certified: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { minLength: 40, maxLength: 40 }), async (wishes) => {
        const certificates: Uint8Array[] = [];
        for (const one of wishes) {
          const identifiers = one.names.map(identifier);
          const certificate = await certifyOrRefuse(one, identifiers);
          if (certificate === undefined) {
            tally.refused += 1;
            continue;
          }
          assertReadAlike(certificate, identifiers);
          certificates.push(certificate);
        }
        tally.certified += certificates.length;
        const files = certificates.map((der, index) =>
          workshop.write(`any/${index}.pem`, encodePem("CERTIFICATE", der)),
        );
        const { output } = verify([], files);
        expect(output).toBe(files.map((file) => `${file}: OK\n`).join(""));
      }),
      { numRuns: 6, endOnFailure: true },
    );
    // Both happen, or the property says nothing.
    expect(tally.certified).toBeGreaterThan(30);
    expect(tally.refused).toBeGreaterThan(30);
  });

  /** Undefined where profile or request are refused: with a typed error, and never by the lint. */
  async function certifyOrRefuse(
    one: typeof wish extends fc.Arbitrary<infer Wish> ? Wish : never,
    identifiers: readonly Identifier[],
  ): Promise<Uint8Array | undefined> {
    try {
      const profile = defineProfile({ name: "any", ...one.options });
      if (profile.mustStaple && one.distribution.ocsp === undefined) return undefined;
      const by = one.self ? root.issuer : issuer;
      return await certify({ ...one, profile, identifiers, by });
    } catch (error) {
      if (!isCaError(error) || error.code === "ERR_LINT_FAILED") throw error;
      return undefined;
    }
  }
});

/** As the authority does it: asserted, planned, encoded, linted, signed. */
async function certify(plan: Plan): Promise<Uint8Array> {
  const { profile, identifiers, requested, by = issuer } = plan;
  const publicKey = keys[plan.key];
  if (publicKey === undefined) throw new Error(`no key of kind ${plan.key}`);
  profile.assertIdentifiers(identifiers);
  profile.assertKey(publicKey.algorithm);
  const subject = encodeNameAttributes(profile.planSubject(identifiers, requested));
  const tbs = await createToBeSignedEncoder()({
    profile,
    issuer: by,
    serialNumber: crypto.getRandomValues(new Uint8Array(16)),
    validity: { notBefore: now.getTime(), notAfter: now.getTime() + 86_400_000 },
    subject: readName(readDer(subject), "subject"),
    identifiers,
    publicKey,
    distribution: parseDistribution(plan.distribution).urlsOf({ issuerId: by.id, partition: 7 }),
    provisionerExtension: { type: 1, name: "anna", credentialId: "kid" },
  });
  assertLinted(tbs, { role: "endEntity", issuer: by, profile });
  return encodeCertificate(tbs, by.signer.algorithm, await by.signer.sign(tbs));
}

function verify(args: readonly string[], files: readonly string[]): { readonly output: string } {
  return workshop.run("openssl", [
    ...["verify", "-x509_strict", "-attime", String(now.getTime() / 1000 + 60)],
    ...["-CAfile", trusted, "-untrusted", between],
    ...args,
    ...files,
  ]);
}

/** Reads a certificate with @peculiar/x509 and with Node, and finds the names in both. */
function assertReadAlike(certificate: Uint8Array, identifiers: readonly Identifier[]): void {
  const read = new x509.X509Certificate(new Uint8Array(certificate));
  const names = read.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  const found = names.map(({ type, value }) => `${type === "url" ? "uri" : type}:${value}`);
  expect(found.toSorted()).toEqual(identifiers.map(formatIdentifier).toSorted());
  expect(new Set(read.extensions.map(({ type }) => type)).size).toBe(read.extensions.length);
  const node = new X509Certificate(certificate);
  expect(node.ca).toBe(false);
  expect((node.subjectAltName ?? "").split(", ").filter((name) => name !== "")).toHaveLength(
    identifiers.length,
  );
}

/** Contradictions are refused, so what is drawn at random has to be right more often than not. */
function mostly<T, Other>(usual: T, other: fc.Arbitrary<Other>): fc.Arbitrary<T | Other> {
  return fc.oneof({ arbitrary: fc.constant(usual), weight: 4 }, { arbitrary: other, weight: 1 });
}

function identifier(text: string): Identifier {
  const colon = text.indexOf(":");
  return parseIdentifier(text.slice(0, colon), text.slice(colon + 1));
}

test("B-201: the lint accepts what the authorities of this file say", () => {
  for (const [role, one] of [
    ["root", root.issuer],
    ["intermediate", issuer],
  ] as const)
    expect(lintTbsCertificate(one.parsed.tbsCertificate, { role, issuer: root.issuer })).toEqual([]);
});

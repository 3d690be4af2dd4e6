import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { describe, expect, test } from "vitest";
import { createForeignAuthority } from "../../test/support/foreign-authority.ts";
import { formatName } from "../certificate/name.ts";
import { type ParsedCertificate, parseCertificate } from "../certificate/parse.ts";
import { createIntermediate, createRoot } from "./create.ts";
import { type CrossCertifyOptions, crossCertify } from "./cross-certify.ts";
import { formatSubtree } from "./format-subtree.ts";
import { importIssuer } from "./issuer.ts";

const day = 86_400_000;
const now = new Date("2030-01-01T00:00:00Z");
const clock = (): Date => now;
const { issuer: old } = await createRoot({ commonName: "Root 2020", validity: "P100D", clock });
const { issuer: young } = await createRoot({ commonName: "Root 2030", organization: "Büro", clock });

const cross = async (options: Partial<CrossCertifyOptions> = {}): Promise<ParsedCertificate> =>
  parseCertificate(await crossCertify({ issuer: old, subject: young.certificate, clock, ...options }));

describe("crossCertify", () => {
  test("D-011, D-012, B-030: keeps name, key and key identifier of the subject, octet for octet", async () => {
    const read = await cross();
    expect(Buffer.from(read.subject.der)).toEqual(Buffer.from(young.parsed.subject.der));
    expect(Buffer.from(read.publicKey.der)).toEqual(Buffer.from(young.signer.publicKey));
    expect(Buffer.from(read.subjectKeyIdentifier ?? [])).toEqual(Buffer.from(young.keyIdentifier));
    expect(Buffer.from(read.issuer.der)).toEqual(Buffer.from(old.parsed.subject.der));
    expect(Buffer.from(read.authorityKeyIdentifier ?? [])).toEqual(Buffer.from(old.keyIdentifier));
    expect([young.parsed.serialNumber, old.parsed.serialNumber]).not.toContain(read.serialNumber);
    const certificate = new X509Certificate(read.der);
    expect(certificate.verify(new X509Certificate(old.certificate).publicKey)).toBe(true);
    expect(certificate.checkIssued(new X509Certificate(old.certificate))).toBe(true);
  });

  test("D-012: two cross-certificates have two serial numbers", async () => {
    const [one, two] = [await cross(), await cross()];
    expect(one.serialNumber).not.toBe(two.serialNumber);
  });

  test("D-011: goes in either direction, and a second root may follow the first", async () => {
    const oldWithNew = await cross({ issuer: young, subject: old.certificate });
    expect(formatName(oldWithNew.issuer)).toBe("O=Büro, CN=Root 2030");
    expect(formatName(oldWithNew.subject)).toBe("CN=Root 2020");
    expect(oldWithNew.notAfter).toBe(old.validity.notAfter);
  });

  test("B-016: is valid as long as both are, or less", async () => {
    const read = await cross();
    expect(read.notBefore).toBe(now.getTime() - 3_600_000);
    expect(read.notAfter).toBe(old.validity.notAfter);
    expect((await cross({ validity: "P7D" })).notAfter).toBe(now.getTime() + 7 * day - 1000);
    expect((await cross({ validity: "P9999D" })).notAfter).toBe(old.validity.notAfter);
    const oldWithNew = await cross({ issuer: young, subject: old.certificate, validity: "P9999D" });
    expect(oldWithNew.notAfter).toBe(old.validity.notAfter);
    const later = { commonName: "Later", clock: () => new Date(now.getTime() + 1_800_000) };
    const begun = await cross({ subject: (await createRoot(later)).issuer.certificate });
    expect(begun.notBefore).toBe(now.getTime() - 1_800_000);
  });

  describe("B-034: the path length is that of the subject, cut to what the issuer leaves", () => {
    test.each([
      { issuer: undefined, subject: undefined, expected: undefined },
      { issuer: undefined, subject: 1, expected: 1 },
      { issuer: 3, subject: undefined, expected: 2 },
      { issuer: 3, subject: 1, expected: 1 },
      { issuer: 1, subject: 1, expected: 0 },
      { issuer: 0, subject: 1, expected: "refused" },
    ])("issuer $issuer, subject $subject: $expected", async ({ issuer, subject, expected }) => {
      const limit = (pathLength: number | undefined): object =>
        pathLength === undefined ? {} : { pathLength };
      const above = await createRoot({ commonName: "Above", clock, ...limit(issuer) });
      const below = await createRoot({ commonName: "Below", clock, ...limit(subject) });
      const certified = cross({ issuer: above.issuer, subject: below.issuer.certificate });
      if (expected === "refused")
        await expect(certified).rejects.toMatchObject({
          code: "ERR_ISSUER_UNFIT",
          message: '"CN=Above" has path length 0 and allows no further certificate authority',
        });
      else expect((await certified).basicConstraints?.pathLength).toBe(expected);
    });

    test.each([
      { issuer: 1, subject: undefined, expected: 1 },
      { issuer: 0, subject: undefined, expected: 0 },
      { issuer: 2, subject: 1, expected: 1 },
    ])("under one name nothing is taken away: issuer $issuer, subject $subject", async (row) => {
      const limit = (pathLength: number | undefined): object =>
        pathLength === undefined ? {} : { pathLength };
      const above = await createRoot({ commonName: "Root", clock, ...limit(row.issuer) });
      const below = await createRoot({ commonName: "Root", clock, ...limit(row.subject) });
      const read = await cross({ issuer: above.issuer, subject: below.issuer.certificate });
      expect(read.basicConstraints?.pathLength).toBe(row.expected);
    });
  });

  test("B-035: what limits the subject limits it here too", async () => {
    const { issuer: strict } = await createRoot({
      commonName: "Strict",
      clock,
      signsOcsp: true,
      nameConstraints: { permitted: { dns: ["lab.example"] }, excluded: { ip: ["0.0.0.0/0"] } },
    });
    const read = await cross({ subject: strict.certificate });
    expect(read.nameConstraints?.permitted.map(formatSubtree)).toEqual(["dns:lab.example"]);
    expect(read.nameConstraints?.excluded.map(formatSubtree)).toEqual(["ip:0.0.0.0/0.0.0.0"]);
    expect(read.extensions.get("2.5.29.30")?.critical).toBe(true);
    expect(read.keyUsage).toEqual(new Set(["digitalSignature", "keyCertSign", "cRLSign"]));
    expect((await cross()).keyUsage).toEqual(new Set(["keyCertSign", "cRLSign"]));
  });

  test("B-012, B-030: a foreign root keeps its spelling and its key identifier", async () => {
    // @peculiar/x509 writes UTF8String and derives key identifiers by SHA-1.
    const foreign = await createForeignAuthority({ subject: "O=Lab, CN=Foreign Root" });
    const subject = new Uint8Array(foreign.certificate.rawData);
    const read = await cross({ subject });
    expect(Buffer.from(read.subject.der)).toEqual(
      Buffer.from(foreign.certificate.subjectName.toArrayBuffer()),
    );
    const identifier = foreign.certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
    expect(Buffer.from(read.subjectKeyIdentifier ?? []).toString("hex")).toBe(identifier);
  });

  test("D-011: an intermediate of ours can cross-certify as well", async () => {
    const { issuer: middle } = await createIntermediate({
      issuer: old,
      commonName: "Bridge",
      pathLength: 2,
      clock,
    });
    const read = await cross({ issuer: middle });
    expect(read.basicConstraints?.pathLength).toBe(1);
  });

  const refused: readonly {
    why: string;
    code?: string;
    says: string;
    options: () => Promise<Partial<CrossCertifyOptions>>;
  }[] = [
    {
      why: "what is no certificate",
      code: "ERR_CERTIFICATE_MALFORMED",
      says: "malformed",
      options: async () => ({ subject: new Uint8Array(9) }),
    },
    {
      why: "an intermediate",
      says: '"CN=Below", which is not self-signed',
      options: async () => {
        const { issuer } = await createIntermediate({ issuer: young, commonName: "Below", clock });
        return { subject: issuer.certificate };
      },
    },
    {
      why: "an end entity that signed itself",
      says: "is not a certificate authority",
      options: async () => {
        const server = await createForeignAuthority({ subject: "CN=Server", ca: false });
        return { subject: new Uint8Array(server.certificate.rawData) };
      },
    },
    { why: "itself", says: "is that of the issuer", options: async () => ({ subject: old.certificate }) },
    {
      why: "D-012: a root without subjectKeyIdentifier",
      says: '"CN=Nameless" has no subjectKeyIdentifier',
      options: async () => {
        const nameless = await createForeignAuthority({
          subject: "CN=Nameless",
          subjectKeyIdentifier: false,
        });
        return { subject: new Uint8Array(nameless.certificate.rawData) };
      },
    },
    {
      why: "a root that has expired",
      code: "ERR_ISSUER_EXPIRED",
      says: '"CN=Gone" expired',
      options: async () => {
        const gone = await createForeignAuthority({
          subject: "CN=Gone",
          notAfter: new Date(now.getTime() - 1000),
        });
        return { subject: new Uint8Array(gone.certificate.rawData) };
      },
    },
    {
      why: "an issuer whose time is over",
      code: "ERR_ISSUER_EXPIRED",
      says: 'issuer "CN=Root 2020" can issue from',
      options: async () => ({ clock: () => new Date(now.getTime() + 100 * day) }),
    },
    {
      why: "B-035: a subject that the issuer's constraints exclude",
      says: '"O=Büro, CN=Root 2030" is outside the name constraints of "CN=Strict"',
      options: async () => {
        // permittedSubtrees: directoryName O=Elsewhere
        const constraints = Buffer.from(
          "301ca01a3018a416301431123010060355040a0c09456c73657768657265",
          "hex",
        );
        const extensions = [new x509.Extension("2.5.29.30", true, constraints)];
        const strict = await createForeignAuthority({ subject: "CN=Strict", extensions });
        return { issuer: await importIssuer({ chainPem: strict.pem, signer: strict.signer, clock }) };
      },
    },
    {
      why: "D-003: a signer that signs with another key",
      code: "ERR_SIGNER_FAILED",
      says: "does not verify",
      options: async () => ({ issuer: { ...old, signer: { ...old.signer, sign: young.signer.sign } } }),
    },
  ];

  test.each(refused)("D-011: refuses $why", async ({ code = "ERR_ISSUER_UNFIT", says, options }) => {
    await expect(cross(await options())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(says),
    });
  });
});

import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createForeignAuthority } from "../../test/support/foreign-authority.ts";
import { parseCertificate } from "../certificate/parse.ts";
import { type CreateIssuerOptions, createIntermediate, createRoot } from "./create.ts";
import { type Issuer, importIssuer } from "./issuer.ts";

const day = 86_400_000;
const now = new Date("2030-01-01T00:00:00Z");
const clock = (): Date => now;
const options: CreateIssuerOptions = { commonName: "Lab Root", organization: "Lab", clock };

describe("createRoot", () => {
  test("B-018, B-032, D-002: makes a root that says what a root says", async () => {
    const { issuer, privateKey } = await createRoot(options);
    const read = parseCertificate(issuer.certificate);
    expect([...read.extensions].map(([oid, { critical }]) => [oid, critical])).toEqual([
      ["2.5.29.19", true],
      ["2.5.29.15", true],
      ["2.5.29.14", false],
    ]);
    expect(read).toMatchObject({
      basicConstraints: { ca: true },
      keyUsage: new Set(["keyCertSign", "cRLSign"]),
      signatureAlgorithm: "ecdsa-sha256",
    });
    expect(read.basicConstraints).not.toHaveProperty("pathLength");
    expect(issuer).toMatchObject({ subject: "O=Lab, CN=Lab Root", chain: [], nameConstraints: [] });
    expect(issuer.trustAnchor).toBe(issuer.certificate);
    expect(privateKey.publicKey).toEqual(issuer.signer.publicKey);
    const certificate = new X509Certificate(issuer.certificate);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(true);
  });

  test("B-015: lives 3650 days from now, and began an hour ago for clients whose clock is behind", async () => {
    const { issuer } = await createRoot(options);
    expect(issuer.validity).toEqual({
      notBefore: now.getTime() - 3_600_000,
      notAfter: now.getTime() + 3650 * day - 1000,
    });
  });

  test("B-014: can live until the last second of 9999, and no longer", async () => {
    const eve = (): Date => new Date("9999-12-31T00:00:00Z");
    const { issuer } = await createRoot({ ...options, clock: eve, validity: "P1D" });
    expect(new X509Certificate(issuer.certificate).validTo).toBe("Dec 31 23:59:59 9999 GMT");
    await expect(createRoot({ ...options, clock: eve, validity: "PT86401S" })).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
    });
    await expect(createRoot({ ...options, validity: "999999999h" })).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
    });
  });

  test("E-101: what is written into a name stays one value, whatever it looks like", async () => {
    const organization = "Lab, CN=Other+O=x\\, OU=y";
    const { issuer } = await createRoot({ ...options, organization });
    expect(parseCertificate(issuer.certificate).subject.attributes).toEqual([
      { type: "2.5.4.10", value: organization },
      { type: "2.5.4.3", value: "Lab Root" },
    ]);
    expect(new X509Certificate(issuer.certificate).subject.split("\n")).toHaveLength(2);
  });

  test("B-011: draws its serial number from the clock and the chance it was given", async () => {
    const random = (length: number): Uint8Array => new Uint8Array(length).fill(0xab);
    const { issuer } = await createRoot({ ...options, random });
    expect(new X509Certificate(issuer.certificate).serialNumber).toMatch(/^01[0-9A-F]{10}(AB){10}$/);
  });

  test("B-035: writes permitted DNS names and keeps to them", async () => {
    const { issuer } = await createRoot({ ...options, permittedDns: ["Lab.Example", "localhost"] });
    expect(parseCertificate(issuer.certificate).extensions.get("2.5.29.30")?.critical).toBe(true);
    expect(issuer.nameConstraints).toHaveLength(1);
    const bases = issuer.nameConstraints[0]?.permitted.map(({ content }) => Buffer.from(content).toString());
    expect(bases).toEqual(["lab.example", "localhost"]);
  });

  test.each([
    { why: "B-018: no name", changes: { commonName: "" }, says: "commonName has 0 characters" },
    { why: "B-013: a name of 65 characters", changes: { commonName: "x".repeat(65) }, says: "65 characters" },
    { why: "B-057: a name with NUL", changes: { commonName: "Lab\u0000" }, says: "control" },
    { why: "a validity that is none", changes: { validity: "10 years" }, says: '"10 years"' },
    {
      why: "a wildcard as a constraint",
      changes: { permittedDns: ["*.lab.example"] },
      says: "*.lab.example",
    },
    { why: "an address as a constraint", changes: { permittedDns: ["10.0.0.1"] }, says: "10.0.0.1" },
    { why: "an empty constraint", changes: { permittedDns: [""] }, says: "is empty" },
  ])("refuses $why", async ({ changes, says }) => {
    await expect(createRoot({ ...options, ...changes })).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_OPTION_INVALID",
      message: expect.stringContaining(says),
    });
  });
});

describe("createIntermediate", () => {
  const anchor = createRoot(options);

  test("B-030, B-032, D-002: makes an intermediate of path length 0 that points to its issuer", async () => {
    const { issuer: root } = await anchor;
    const { issuer } = await createIntermediate({ issuer: root, commonName: "Lab Intermediate", clock });
    const read = parseCertificate(issuer.certificate);
    expect([...read.extensions].map(([oid, { critical }]) => [oid, critical])).toEqual([
      ["2.5.29.19", true],
      ["2.5.29.15", true],
      ["2.5.29.14", false],
      ["2.5.29.35", false],
      ["2.5.29.37", false],
    ]);
    expect(read).toMatchObject({
      basicConstraints: { ca: true, pathLength: 0 },
      keyUsage: new Set(["keyCertSign", "cRLSign"]),
      extKeyUsage: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
      authorityKeyIdentifier: root.keyIdentifier,
    });
    expect(issuer.chain).toEqual([issuer.certificate]);
    expect(issuer.trustAnchor).toEqual(root.certificate);
    const certificate = new X509Certificate(issuer.certificate);
    expect(certificate.verify(new X509Certificate(root.certificate).publicKey)).toBe(true);
    expect(certificate.checkIssued(new X509Certificate(root.certificate))).toBe(true);
  });

  test("B-016: never outlives its issuer, nor begins before it", async () => {
    const { issuer: root } = await createRoot({ ...options, validity: "P30D" });
    const { issuer } = await createIntermediate({ issuer: root, commonName: "Lab Intermediate", clock });
    expect(issuer.validity).toEqual(root.validity);
  });

  test("B-034: finds none beneath path length 0", async () => {
    const { issuer: root } = await anchor;
    const { issuer } = await createIntermediate({ issuer: root, commonName: "Lab Intermediate", clock });
    await expect(createIntermediate({ issuer, commonName: "Too Deep", clock })).rejects.toMatchObject({
      code: "ERR_ISSUER_UNFIT",
      message: '"CN=Lab Intermediate" has path length 0 and allows no further certificate authority',
    });
  });

  test("B-034: minds the path length of every certificate above, not only of its issuer", async () => {
    const root = await createForeignAuthority({ subject: "CN=Root", pathLength: 1 });
    const middle = await createForeignAuthority({ subject: "CN=Middle", issuer: root });
    const issuerOf = (chainPem: string, signer: Issuer["signer"]): Promise<Issuer> =>
      importIssuer({ chainPem, signer, clock });
    const below = { issuer: await issuerOf(root.pem, root.signer), commonName: "Fits", clock };
    await expect(createIntermediate(below)).resolves.toMatchObject({ issuer: { subject: "CN=Fits" } });
    const beneath = {
      issuer: await issuerOf(middle.pem + root.pem, middle.signer),
      commonName: "Too Deep",
      clock,
    };
    await expect(createIntermediate(beneath)).rejects.toMatchObject({
      code: "ERR_ISSUER_UNFIT",
      message: '"CN=Root" has path length 1 and allows no further certificate authority',
    });
  });

  test("what it makes can be imported again", async () => {
    const { issuer: root } = await anchor;
    const { issuer } = await createIntermediate({ issuer: root, commonName: "Lab Intermediate", clock });
    const pem = [...issuer.chain, issuer.trustAnchor]
      .map((der) => new X509Certificate(der).toString())
      .join("\n");
    const imported = await importIssuer({ chainPem: pem, signer: issuer.signer, clock });
    expect(imported.id).toBe(issuer.id);
    expect(imported.chain.map((der) => Buffer.from(der))).toEqual(
      issuer.chain.map((der) => Buffer.from(der)),
    );
  });

  test("refuses to work beneath an issuer that is not valid now", async () => {
    const { issuer: root } = await anchor;
    const later = { issuer: root, commonName: "Late", clock: () => new Date(now.getTime() + 3650 * day) };
    await expect(createIntermediate(later)).rejects.toMatchObject({ code: "ERR_ISSUER_EXPIRED" });
    const earlier = { issuer: root, commonName: "Early", clock: () => new Date(now.getTime() - day) };
    await expect(createIntermediate(earlier)).rejects.toMatchObject({ code: "ERR_ISSUER_EXPIRED" });
  });

  test("refuses a list of purposes that is empty", async () => {
    const { issuer: root } = await anchor;
    const none = createIntermediate({ issuer: root, commonName: "Useless", clock, extKeyUsage: [] });
    await expect(none).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
  });

  test("a signer that fails is a SignerError", async () => {
    const { issuer: root } = await anchor;
    const broken = { ...root.signer, sign: () => Promise.reject(new Error("token removed")) };
    const creation = createIntermediate({
      issuer: { ...root, signer: broken },
      commonName: "Lab Intermediate",
      clock,
    });
    await expect(creation).rejects.toMatchObject({ code: "ERR_SIGNER_FAILED" });
  });
});

test("what is created is frozen", async () => {
  const created = await createRoot(options);
  const below = await createIntermediate({ issuer: created.issuer, commonName: "Lab Intermediate", clock });
  for (const { issuer, privateKey } of [created, below]) {
    const parts = [
      issuer,
      issuer.chain,
      issuer.validity,
      issuer.nameConstraints,
      issuer.signer,
      issuer.parsed,
    ];
    expect([...parts, privateKey].filter((part) => !Object.isFrozen(part))).toEqual([]);
  }
  expect([created, below].every(Object.isFrozen)).toBe(true);
});

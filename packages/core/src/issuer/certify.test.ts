import { createPrivateKey, createPublicKey, sign, X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { buildRequest, commonName } from "../../test/support/certification-request.ts";
import { readVector } from "../../test/support/vectors.ts";
import { readAuthorityInfoAccess } from "../certificate/authority-info-access.ts";
import { readCertificatePolicies } from "../certificate/certificate-policies.ts";
import { readCrlDistributionPoints } from "../certificate/distribution-points.ts";
import { formatName } from "../certificate/name.ts";
import { parseCertificate } from "../certificate/parse.ts";
import { parseCertificationRequest } from "../csr/certification-request.ts";
import { parseIntermediateRequest } from "../csr/intermediate-request.ts";
import { generatePrivateKey } from "../key/private-key.ts";
import { createLocalSigner } from "../signer/local-signer.ts";
import type { Signer } from "../signer/signer.ts";
import { type CertifyIntermediateOptions, certifyIntermediate } from "./certify-intermediate.ts";
import { certifyRoot } from "./certify-root.ts";
import { createIntermediate, createRoot } from "./create.ts";
import { formatSubtree } from "./format-subtree.ts";

const day = 86_400_000;
const now = new Date("2030-01-01T00:00:00Z");
const clock = (): Date => now;
const root = await createRoot({ commonName: "Lab Root", organization: "Lab", clock });
const key = await generatePrivateKey();
const subject = { commonName: "Lab Intermediate", publicKey: key.publicKey };

/** A token: the key is in another process, so to speak, and the answer takes a while. */
function createToken(pem: string, algorithm: Signer["algorithm"], hash: string | undefined): Signer {
  const token = createPrivateKey(pem);
  return {
    algorithm,
    publicKey: new Uint8Array(createPublicKey(token).export({ format: "der", type: "spki" })),
    async sign(data) {
      await Promise.resolve();
      return new Uint8Array(sign(hash, data, token));
    },
  };
}

describe("certifyRoot", () => {
  test.each([
    { file: "p-256", algorithm: "ecdsa-sha256", hash: "sha256" },
    { file: "p-521", algorithm: "ecdsa-sha512", hash: "sha512" },
    { file: "rsa", algorithm: "rsa-pkcs1-sha384", hash: "sha384" },
    { file: "ed25519", algorithm: "ed25519", hash: undefined },
  ] as const)(
    "D-001, D-003, B-142: makes a root of a $file key in a token",
    async ({ file, algorithm, hash }) => {
      const signer = createToken(readVector(`keys/${file}.pem`), algorithm, hash);
      const issuer = await certifyRoot({ signer, commonName: "Token Root", clock });
      expect(issuer).toMatchObject({ subject: "CN=Token Root", chain: [], signer });
      expect(parseCertificate(issuer.certificate).signatureAlgorithm).toBe(algorithm);
      const certificate = new X509Certificate(issuer.certificate);
      expect(certificate.verify(createPublicKey(readVector(`keys/${file}.pem`)))).toBe(true);
    },
  );

  test("B-034, B-035, B-053: writes what it is told", async () => {
    const issuer = await certifyRoot({
      signer: createLocalSigner(key),
      commonName: "Root",
      validity: "P30D",
      pathLength: 2,
      signsOcsp: true,
      uri: "spiffe://lab.example",
      nameConstraints: { permitted: { dns: ["lab.example"] }, excluded: { ip: ["0.0.0.0/0"] } },
      clock,
    });
    const read = parseCertificate(issuer.certificate);
    expect([...read.extensions].map(([oid, { critical }]) => `${oid}${critical ? "!" : ""}`)).toEqual([
      "2.5.29.19!",
      "2.5.29.15!",
      "2.5.29.14",
      "2.5.29.30!",
      "2.5.29.17",
    ]);
    expect(read).toMatchObject({
      basicConstraints: { ca: true, pathLength: 2 },
      keyUsage: new Set(["digitalSignature", "keyCertSign", "cRLSign"]),
    });
    expect(read.nameConstraints?.permitted.map(formatSubtree)).toEqual(["dns:lab.example"]);
    expect(read.nameConstraints?.excluded.map(formatSubtree)).toEqual(["ip:0.0.0.0/0.0.0.0"]);
    expect(new X509Certificate(issuer.certificate).subjectAltName).toBe("URI:spiffe://lab.example");
    expect(issuer.validity.notAfter).toBe(now.getTime() + 30 * day - 1000);
  });

  test("B-011: a rule that the options do not know of still holds: no serial number of zero", async () => {
    const signer = createLocalSigner(key);
    const options = { signer, commonName: "Root", random: (length: number) => new Uint8Array(length) };
    await expect(certifyRoot({ ...options, clock: () => new Date(0) })).rejects.toMatchObject({
      name: "LintError",
      code: "ERR_LINT_FAILED",
      message: expect.stringContaining("serialNumber"),
    });
    await expect(certifyRoot({ ...options, clock: () => new Date(1) })).resolves.toBeDefined();
  });

  test("D-003: a token that signs with another key makes no root", async () => {
    const signer = { ...createLocalSigner(key), sign: root.issuer.signer.sign };
    await expect(certifyRoot({ signer, commonName: "Root", clock })).rejects.toMatchObject({
      name: "SignerError",
      code: "ERR_SIGNER_FAILED",
      message: expect.stringContaining("does not verify under its public key"),
    });
  });

  test("D-003: a token whose algorithm is not its key's makes no root", async () => {
    const signer: Signer = { ...createLocalSigner(key), algorithm: "ed25519" };
    await expect(certifyRoot({ signer, commonName: "Root", clock })).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
      message: expect.stringContaining("signs with ed25519"),
    });
  });

  test.each([
    { why: "no key at all", publicKey: new Uint8Array() },
    { why: "a key of another kind", publicKey: Uint8Array.of(0x30, 0) },
  ])("B-150: refuses $why", async ({ publicKey }) => {
    const signer = { ...createLocalSigner(key), publicKey };
    await expect(certifyRoot({ signer, commonName: "Root", clock })).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_ISSUER_UNFIT",
      message: expect.stringContaining("the signer's public key is not accepted"),
    });
  });

  test.each([
    { why: "a path length below nothing", changes: { pathLength: -1 }, says: "pathLength -1" },
    { why: "a path length in parts", changes: { pathLength: 0.5 }, says: "pathLength 0.5" },
    { why: "a workload's SPIFFE ID", changes: { uri: "spiffe://lab.example/web" }, says: "trust domain" },
    { why: "a URI of another kind", changes: { uri: "https://lab.example" }, says: "trust domain" },
  ])("refuses $why", async ({ changes, says }) => {
    await expect(
      certifyRoot({ signer: createLocalSigner(key), commonName: "Root", clock, ...changes }),
    ).rejects.toMatchObject({ code: "ERR_OPTION_INVALID", message: expect.stringContaining(says) });
  });
});

describe("certifyIntermediate", () => {
  const certify = (options: Partial<CertifyIntermediateOptions>): ReturnType<typeof certifyIntermediate> =>
    certifyIntermediate({ issuer: root.issuer, ...subject, clock, ...options });

  test("D-002, B-030: certifies a key that is elsewhere", async () => {
    const { certificate, chain, chainPem, trustAnchor, validity } = await certify({});
    const read = parseCertificate(certificate);
    expect(formatName(read.subject)).toBe("CN=Lab Intermediate");
    expect(Buffer.from(read.publicKey.der)).toEqual(Buffer.from(key.publicKey));
    expect(read).toMatchObject({
      basicConstraints: { ca: true, pathLength: 0 },
      keyUsage: new Set(["keyCertSign", "cRLSign"]),
      authorityKeyIdentifier: root.issuer.keyIdentifier,
    });
    expect(chain).toEqual([certificate]);
    expect(trustAnchor).toEqual(root.issuer.certificate);
    expect(validity.notAfter).toBe(now.getTime() + 1825 * day - 1000);
    const above = new X509Certificate(root.issuer.certificate);
    expect(new X509Certificate(chainPem).verify(above.publicKey)).toBe(true);
    expect(new X509Certificate(chainPem).checkIssued(above)).toBe(true);
  });

  test("the chain goes up to the trust anchor and leaves it out", async () => {
    const { issuer: middle } = await createIntermediate({
      issuer: root.issuer,
      commonName: "Middle",
      pathLength: 1,
      clock,
    });
    const { chain, trustAnchor } = await certify({ issuer: middle });
    expect(chain).toHaveLength(2);
    expect(chain[1]).toEqual(middle.certificate);
    expect(trustAnchor).toEqual(root.issuer.certificate);
  });

  test("B-033, B-036..B-038, B-053: writes what it is told", async () => {
    const { certificate } = await certify({
      extKeyUsage: ["clientAuth", "emailProtection"],
      certificatePolicies: ["2.5.29.32.0", "1.3.6.1.4.1.57264.1"],
      distribution: {
        crl: "http://crl.lab.example/root.crl",
        ocsp: ["http://ocsp.lab.example/"],
        caIssuers: ["http://lab.example/root.der"],
      },
      uri: "spiffe://lab_1.example",
      signsOcsp: true,
    });
    const { extensions, ...read } = parseCertificate(certificate);
    const valueAt = (oid: string): Uint8Array => extensions.get(oid)?.value ?? new Uint8Array();
    expect([...extensions].map(([oid, { critical }]) => `${oid}${critical ? "!" : ""}`)).toEqual([
      "2.5.29.19!",
      "2.5.29.15!",
      "2.5.29.14",
      "2.5.29.35",
      "2.5.29.37",
      "2.5.29.32",
      "2.5.29.31",
      "1.3.6.1.5.5.7.1.1",
      "2.5.29.17",
    ]);
    expect(read.extKeyUsage).toEqual(["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4"]);
    expect(read.keyUsage).toContain("digitalSignature");
    expect(readCertificatePolicies(valueAt("2.5.29.32"))).toEqual([
      { oid: "2.5.29.32.0" },
      { oid: "1.3.6.1.4.1.57264.1" },
    ]);
    expect(readCrlDistributionPoints(valueAt("2.5.29.31"))).toEqual(["http://crl.lab.example/root.crl"]);
    expect(readAuthorityInfoAccess(valueAt("1.3.6.1.5.5.7.1.1"))).toEqual({
      ocsp: ["http://ocsp.lab.example/"],
      caIssuers: ["http://lab.example/root.der"],
    });
  });

  test("takes a request in every form, and the name and key in it", async () => {
    const der = buildRequest({ subject: commonName("Asked For") });
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(der).toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
    const forms = [der, pem, await parseIntermediateRequest(der), await parseCertificationRequest(der)];
    for (const request of forms) {
      const { certificate } = await certifyIntermediate({ issuer: root.issuer, request, clock });
      const read = parseCertificate(certificate);
      expect(formatName(read.subject)).toBe("CN=Asked For");
      // Byte for byte: a UTF8String stays one, where we would have written PrintableString.
      expect(Buffer.from(read.subject.der).toString("hex")).toContain("0c0941736b656420466f72");
      expect(read.basicConstraints).toEqual({ ca: true, pathLength: 0 });
    }
  });

  test("B-133: a parsed request is verified again: who changes one gains nothing", async () => {
    const request = await parseIntermediateRequest(buildRequest({ subject: commonName("Asked For") }));
    const forged = { ...request, der: request.der.map((octet, index) => (index === 20 ? octet ^ 1 : octet)) };
    await expect(certifyIntermediate({ issuer: root.issuer, request: forged, clock })).rejects.toMatchObject({
      name: "CsrError",
    });
  });

  test("gives another name than the requested one when it is told one", async () => {
    const request = buildRequest({ subject: commonName("Asked For") });
    const given = { issuer: root.issuer, request, commonName: "Given", organization: "Lab", clock };
    const { certificate } = await certifyIntermediate(given);
    expect(formatName(parseCertificate(certificate).subject)).toBe("O=Lab, CN=Given");
    await expect(
      certifyIntermediate({ issuer: root.issuer, request, organization: "Lab", clock }),
    ).rejects.toMatchObject({ code: "ERR_OPTION_INVALID", message: expect.stringContaining("commonName") });
    await expect(
      certifyIntermediate({ issuer: root.issuer, request: buildRequest(), clock }),
    ).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
      message: expect.stringContaining("empty subject"),
    });
  });

  test("B-035, B-133: keeps to constraints that are asked for, unless it is told others; a longer path is not given", async () => {
    const request = readVector("csr/openssl-refused-name-constraints.pem");
    const asked = await parseIntermediateRequest(request);
    const options = { issuer: root.issuer, request, commonName: "Asked", clock };
    const { certificate } = await certifyIntermediate(options);
    expect(parseCertificate(certificate).nameConstraints).toEqual(asked.nameConstraints);
    const other = await certifyIntermediate({ ...options, permittedDns: ["other.example"] });
    expect(parseCertificate(other.certificate).nameConstraints?.permitted.map(formatSubtree)).toEqual([
      "dns:other.example",
    ]);
  });

  test("B-016: never outlives its issuer, and begins not before it", async () => {
    const young = await createRoot({ commonName: "Young", validity: "P10D", clock });
    const { validity } = await certify({ issuer: young.issuer, validity: "P20D" });
    expect(validity).toEqual(young.issuer.validity);
    const within = await certify({ issuer: young.issuer, validity: "P5D" });
    expect(within.validity.notAfter).toBe(now.getTime() + 5 * day - 1000);
  });

  test("B-016: an issuer counts in the last millisecond of its last second", async () => {
    const { issuer } = root;
    const last = issuer.validity.notAfter + 999;
    const { validity } = await certify({ clock: () => new Date(last) });
    expect(validity.notAfter).toBe(issuer.validity.notAfter);
    await expect(certify({ clock: () => new Date(last + 1) })).rejects.toMatchObject({
      code: "ERR_ISSUER_EXPIRED",
    });
  });

  describe("B-034: path lengths", () => {
    const narrow = createRoot({ commonName: "Narrow", pathLength: 2, clock });

    test.each([
      { pathLength: 0, fits: true },
      { pathLength: 1, fits: true },
      { pathLength: 2, fits: false },
      { pathLength: 255, fits: false },
    ])("beneath path length 2, $pathLength fits: $fits", async ({ pathLength, fits }) => {
      const { issuer } = await narrow;
      const certified = certify({ issuer, pathLength });
      if (fits) {
        const read = parseCertificate((await certified).certificate);
        expect(read.basicConstraints?.pathLength).toBe(pathLength);
      } else {
        await expect(certified).rejects.toMatchObject({
          code: "ERR_ISSUER_UNFIT",
          message: `"CN=Narrow" has path length 2 and allows a further certificate authority at most path length 1, not ${pathLength}`,
        });
      }
    });

    test("each step down leaves one less, and nothing in the end", async () => {
      const { issuer } = await narrow;
      const one = await createIntermediate({ issuer, commonName: "One", pathLength: 1, clock });
      const two = await createIntermediate({ issuer: one.issuer, commonName: "Two", clock });
      await expect(certify({ issuer: one.issuer, pathLength: 1 })).rejects.toMatchObject({
        code: "ERR_ISSUER_UNFIT",
      });
      await expect(certify({ issuer: two.issuer })).rejects.toMatchObject({
        message: '"CN=Two" has path length 0 and allows no further certificate authority',
      });
    });
  });

  describe("B-035: name constraints are nested", () => {
    const strict = createRoot({
      commonName: "Strict",
      clock,
      nameConstraints: {
        permitted: {
          dns: ["lab.example"],
          ip: ["10.0.0.0/8"],
          email: [".lab.example"],
          uri: [".lab.example"],
        },
        excluded: { dns: ["secret.lab.example"] },
      },
    });

    test.each<{ why: string; permitted: object; refuses?: string }>([
      { why: "the same name", permitted: { dns: ["lab.example"] } },
      { why: "a name below", permitted: { dns: ["a.lab.example"] } },
      { why: "a network within", permitted: { ip: ["10.1.0.0/16"] } },
      { why: "a host below", permitted: { uri: ["a.lab.example"], email: ["x@a.lab.example"] } },
      { why: "a name above", permitted: { dns: ["example"] }, refuses: "dns:example" },
      { why: "a name beside", permitted: { dns: ["a.lab.example", "b.example"] }, refuses: "dns:b.example" },
      {
        why: "an excluded name",
        permitted: { dns: ["x.secret.lab.example"] },
        refuses: "dns:x.secret.lab.example",
      },
      { why: "a network around", permitted: { ip: ["0.0.0.0/0"] }, refuses: "ip:0.0.0.0/0.0.0.0" },
      { why: "a network of the other family", permitted: { ip: ["fd00::/8"] }, refuses: "ip:fd00::/ff00::" },
      { why: "a mail host above", permitted: { email: ["lab.example"] }, refuses: "email:lab.example" },
      { why: "a URI host beside", permitted: { uri: ["b.example"] }, refuses: "uri:b.example" },
    ])("$why", async ({ permitted, refuses }) => {
      const certified = certify({ issuer: (await strict).issuer, nameConstraints: { permitted } });
      if (refuses === undefined) await expect(certified).resolves.toBeDefined();
      else {
        await expect(certified).rejects.toMatchObject({
          code: "ERR_ISSUER_UNFIT",
          message: `"CN=Strict" does not permit ${refuses}`,
        });
      }
    });

    test("exclusions may be added, and an intermediate without constraints inherits", async () => {
      const { issuer } = await strict;
      await expect(
        certify({ issuer, nameConstraints: { excluded: { dns: ["other.example", ""] } } }),
      ).resolves.toBeDefined();
      const { issuer: plain } = await createIntermediate({ issuer, commonName: "Plain", clock });
      expect(plain.nameConstraints).toHaveLength(1);
    });

    test("the trust domain of an intermediate is a name that the constraints bind", async () => {
      const { issuer } = await strict;
      await expect(certify({ issuer, uri: "spiffe://a.lab.example" })).resolves.toBeDefined();
      await expect(certify({ issuer, uri: "spiffe://other.example" })).rejects.toMatchObject({
        code: "ERR_ISSUER_UNFIT",
        message: '"CN=Lab Intermediate" is outside the name constraints of "CN=Strict"',
      });
    });
  });

  test("B-033: purposes are within those of the chain above", async () => {
    const { issuer } = await createIntermediate({
      issuer: root.issuer,
      commonName: "Servers",
      extKeyUsage: ["serverAuth"],
      pathLength: 1,
      clock,
    });
    await expect(certify({ issuer, extKeyUsage: ["serverAuth"] })).resolves.toBeDefined();
    await expect(certify({ issuer })).rejects.toMatchObject({
      code: "ERR_ISSUER_UNFIT",
      message: 'issuer "CN=Servers" may not issue for clientAuth, which the intermediate is for',
    });
  });

  const { issuer } = root;
  test.each<{ why: string; options: Partial<CertifyIntermediateOptions>; says: string }>([
    {
      why: "the name of its issuer",
      options: { commonName: "Lab Root", organization: "Lab" },
      says: "O=Lab, CN=Lab Root",
    },
    {
      why: "the name of its issuer in other letters",
      options: { commonName: "LAB  root", organization: "lab" },
      says: "which is above it",
    },
    {
      why: "the key of its issuer",
      options: { publicKey: issuer.signer.publicKey },
      says: "the public key is that of",
    },
    { why: "no purpose", options: { extKeyUsage: [] }, says: "extKeyUsage of an intermediate is empty" },
    { why: "a purpose twice", options: { extKeyUsage: ["serverAuth", "serverAuth"] }, says: "twice" },
    {
      why: "B-033: the power to answer OCSP requests about itself",
      options: { extKeyUsage: ["serverAuth", "ocspSigning"] },
      says: "ocspSigning",
    },
    {
      why: "B-036: a policy twice",
      options: { certificatePolicies: ["1.2.3", "1.2.3"] },
      says: "has 1.2.3 twice",
    },
    {
      why: "B-036: a policy that is none",
      options: { certificatePolicies: ["policy"] },
      says: "no object identifier",
    },
    {
      why: "B-037: a CRL over https",
      options: { distribution: { crl: "https://x.example/" } },
      says: "no http URL",
    },
    {
      why: "B-037: a CRL without a host",
      options: { distribution: { crl: "http://" } },
      says: "no http URL",
    },
    {
      why: "B-038: a place outside ASCII",
      options: { distribution: { ocsp: ["http://bücher.example/"] } },
      says: "no http URL",
    },
    { why: "B-034: a path length in parts", options: { pathLength: 1.5 }, says: "pathLength 1.5" },
  ])("refuses $why", async ({ options, says }) => {
    await expect(certify(options)).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_OPTION_INVALID",
      message: expect.stringContaining(says),
    });
  });

  test("B-150: refuses a weak key, in a request and by itself", async () => {
    const request = readVector("csr/openssl-refused-rsa-1024.pem");
    await expect(certifyIntermediate({ issuer, request, commonName: "Weak", clock })).rejects.toMatchObject({
      code: "ERR_KEY_WEAK",
    });
    await expect(certify({ publicKey: new Uint8Array(9) })).rejects.toMatchObject({
      code: "ERR_KEY_MALFORMED",
    });
  });

  test("B-133: refuses the request of an end entity", async () => {
    await expect(
      certifyIntermediate({
        issuer,
        request: readVector("csr/openssl-usages.pem"),
        commonName: "Server",
        clock,
      }),
    ).rejects.toMatchObject({ code: "ERR_CSR_EXTENSION_REFUSED" });
  });

  test("refuses an issuer whose time is over", async () => {
    const late = (): Date => new Date(now.getTime() + 3650 * day);
    await expect(certify({ clock: late })).rejects.toMatchObject({ code: "ERR_ISSUER_EXPIRED" });
  });
});

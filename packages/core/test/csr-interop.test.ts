import "reflect-metadata";
import { parseCertificationRequest } from "@chancery/core";
import * as x509 from "@peculiar/x509";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasMlDsa } from "./support/private-keys.ts";
import { listVectors, readPemVector, readVector } from "./support/vectors.ts";

x509.cryptoProvider.set(crypto);

const every = [
  "dns:www.example.test",
  "dns:*.apps.example.test",
  "ip:192.0.2.7",
  "ip:2001:db8::7",
  "email:lab@example.test",
  "uri:https://example.test/id",
];
const go = [
  "dns:www.example.test",
  "dns:*.apps.example.test",
  "email:lab@example.test",
  "ip:192.0.2.7",
  "ip:2001:db8::7",
  "uri:spiffe://example.test/workload/web",
];
const python = [
  "dns:www.example.test",
  "ip:192.0.2.7",
  "email:lab@example.test",
  "uri:spiffe://example.test/workload/web",
];
const certtool = ["dns:www.example.test", "ip:192.0.2.7", "email:lab@example.test"];
const www = ["dns:www.example.test"];

const rsa = (bits: number): object => ({ type: "rsa", bits });
const ec = (curve: string): object => ({ type: "ec", curve });
const ed25519 = { type: "ed25519" };
const mlDsa = (parameterSet: number): object => ({ type: "ml-dsa", parameterSet });

// Each file's origin is in vectors/README.md.
const acceptedEverywhere: readonly { file: string; key: object; names: readonly string[] }[] = [
  { file: "certtool-ecdsa", key: ec("P-256"), names: certtool },
  { file: "certtool-eddsa", key: ed25519, names: certtool },
  { file: "certtool-rsa", key: rsa(2048), names: certtool },
  { file: "go-ed25519", key: ed25519, names: go },
  { file: "go-must-staple", key: ec("P-256"), names: go },
  { file: "go-no-attributes", key: ec("P-256"), names: www },
  { file: "go-p-256", key: ec("P-256"), names: go },
  { file: "go-p-384", key: ec("P-384"), names: go },
  { file: "go-p-521", key: ec("P-521"), names: go },
  { file: "go-rsa-2048", key: rsa(2048), names: go },
  { file: "keytool-ec", key: ec("P-256"), names: ["dns:www.example.test", "ip:192.0.2.7"] },
  { file: "keytool-rsa-pss", key: rsa(2048), names: www },
  { file: "openssl-challenge-password", key: ec("P-256"), names: www },
  { file: "openssl-ed25519", key: ed25519, names: every },
  { file: "openssl-new-header", key: ec("P-256"), names: www },
  { file: "openssl-no-extensions", key: ec("P-256"), names: www },
  { file: "openssl-p-256", key: ec("P-256"), names: every },
  { file: "openssl-p-256-sha512", key: ec("P-256"), names: every },
  { file: "openssl-p-384", key: ec("P-384"), names: every },
  { file: "openssl-p-521", key: ec("P-521"), names: every },
  { file: "openssl-rsa-2048", key: rsa(2048), names: every },
  { file: "openssl-rsa-2048-pss-signature", key: rsa(2048), names: every },
  { file: "openssl-rsa-3072-sha384", key: rsa(3072), names: every },
  { file: "openssl-rsa-4096-sha512", key: rsa(4096), names: every },
  { file: "openssl-usages", key: ec("P-256"), names: every },
  { file: "openssl-utf8-subject", key: ec("P-256"), names: [] },
  { file: "python-ed25519", key: ed25519, names: python },
  { file: "python-p-256", key: ec("P-256"), names: python },
  { file: "python-rsa-2048", key: rsa(2048), names: python },
  { file: "python-rsa-2048-pss-signature", key: rsa(2048), names: python },
  { file: "python-rsa-2048-pss-signature-sha384", key: rsa(2048), names: python },
  { file: "python-rsa-2048-pss-signature-sha512", key: rsa(2048), names: python },
];

const mlDsaOnly: typeof acceptedEverywhere = [
  { file: "python-ml-dsa-44", key: mlDsa(44), names: python },
  { file: "python-ml-dsa-65", key: mlDsa(65), names: python },
  { file: "python-ml-dsa-87", key: mlDsa(87), names: python },
];

const accepted = [...acceptedEverywhere, ...(hasMlDsa ? mlDsaOnly : [])];

const refused: readonly { id: string; why: string; file: string; code: string }[] = [
  {
    id: "B-052",
    why: "an IPv4 address mapped into IPv6",
    file: "go-refused-mapped-address",
    code: "ERR_CSR_MALFORMED",
  },
  { id: "B-140", why: "P-224", file: "go-refused-p-224", code: "ERR_KEY_UNSUPPORTED" },
  {
    id: "B-130",
    why: "a PKCS#1 v1.5 signature that is labelled PSS",
    file: "go-refused-pss-label",
    code: "ERR_CSR_SIGNATURE_INVALID",
  },
  { id: "B-140", why: "brainpoolP256r1", file: "openssl-refused-brainpool", code: "ERR_KEY_UNSUPPORTED" },
  { id: "B-133", why: "cA TRUE", file: "openssl-refused-ca", code: "ERR_CSR_EXTENSION_REFUSED" },
  {
    id: "B-140",
    why: "a compressed point",
    file: "openssl-refused-compressed-point",
    code: "ERR_KEY_UNSUPPORTED",
  },
  {
    id: "B-133",
    why: "an unknown critical extension",
    file: "openssl-refused-critical",
    code: "ERR_CSR_EXTENSION_REFUSED",
  },
  {
    id: "case 111",
    why: "a directoryName",
    file: "openssl-refused-directory-name",
    code: "ERR_CSR_MALFORMED",
  },
  { id: "case 31", why: "DSA", file: "openssl-refused-dsa", code: "ERR_KEY_UNSUPPORTED" },
  {
    id: "B-134",
    why: "ECDSA with SHA-1",
    file: "openssl-refused-ecdsa-sha1",
    code: "ERR_CSR_ALGORITHM_REFUSED",
  },
  { id: "case 31", why: "Ed448", file: "openssl-refused-ed448", code: "ERR_KEY_UNSUPPORTED" },
  {
    id: "B-140",
    why: "a curve in numbers",
    file: "openssl-refused-explicit-curve",
    code: "ERR_KEY_UNSUPPORTED",
  },
  {
    id: "B-133",
    why: "keyCertSign",
    file: "openssl-refused-key-cert-sign",
    code: "ERR_CSR_EXTENSION_REFUSED",
  },
  { id: "B-134", why: "RSA with MD5", file: "openssl-refused-md5", code: "ERR_CSR_ALGORITHM_REFUSED" },
  {
    id: "B-133",
    why: "nameConstraints",
    file: "openssl-refused-name-constraints",
    code: "ERR_CSR_EXTENSION_REFUSED",
  },
  { id: "case 111", why: "an otherName", file: "openssl-refused-other-name", code: "ERR_CSR_MALFORMED" },
  {
    id: "RFC 4055",
    why: "a key for RSASSA-PSS alone",
    file: "openssl-refused-pss-key",
    code: "ERR_KEY_UNSUPPORTED",
  },
  {
    id: "RFC 4055",
    why: "PSS with a salt of 20 octets",
    file: "openssl-refused-pss-salt-20",
    code: "ERR_CSR_ALGORITHM_REFUSED",
  },
  { id: "B-134", why: "PSS with SHA-1", file: "openssl-refused-pss-sha1", code: "ERR_CSR_ALGORITHM_REFUSED" },
  { id: "case 111", why: "a registeredID", file: "openssl-refused-registered-id", code: "ERR_CSR_MALFORMED" },
  { id: "B-150", why: "RSA of 1024 bits", file: "openssl-refused-rsa-1024", code: "ERR_KEY_WEAK" },
  { id: "B-150", why: "an RSA exponent of 3", file: "openssl-refused-rsa-exponent-3", code: "ERR_KEY_WEAK" },
  { id: "case 31", why: "secp256k1", file: "openssl-refused-secp256k1", code: "ERR_KEY_UNSUPPORTED" },
  { id: "B-134", why: "RSA with SHA-1", file: "openssl-refused-sha1", code: "ERR_CSR_ALGORITHM_REFUSED" },
  { id: "B-134", why: "RSA with SHA-224", file: "openssl-refused-sha224", code: "ERR_CSR_ALGORITHM_REFUSED" },
  {
    id: "B-056",
    why: "two commonNames",
    file: "openssl-refused-two-common-names",
    code: "ERR_CSR_MALFORMED",
  },
];

describe("requests of openssl, GnuTLS, Go, Java and Python", () => {
  test("every file stands in one of the two tables", () => {
    const files = [...acceptedEverywhere, ...mlDsaOnly, ...refused].map(({ file }) => `${file}.pem`);
    expect(files.toSorted()).toEqual(listVectors("csr"));
  });

  test.each(accepted)("B-130: reads $file", async ({ file, key, names }) => {
    const request = await parseCertificationRequest(readVector(`csr/${file}.pem`));
    expect(request.publicKey.algorithm).toEqual(key);
    expect(request.identifiers.map(({ type, value }) => `${type}:${value}`)).toEqual(names);
    expect(request.der).toEqual(readPemVector(`csr/${file}.pem`));
  });

  test.each(accepted)("reads the same in $file as another library does", async ({ file, names }) => {
    const request = await parseCertificationRequest(readVector(`csr/${file}.pem`));
    const foreign = new x509.Pkcs10CertificateRequest(readVector(`csr/${file}.pem`));
    expect(new Uint8Array(foreign.publicKey.rawData)).toEqual(request.publicKey.der);
    expect(foreign.subjectName.getField("CN")).toEqual(
      request.commonName === undefined ? [] : [request.commonName],
    );
    expect(namesOf(foreign)).toEqual(names);
  });

  test.each(refused)("$id: refuses $why", async ({ file, code }) => {
    await expect(parseCertificationRequest(readVector(`csr/${file}.pem`))).rejects.toMatchObject({
      name: "CsrError",
      code,
    });
  });

  test.skipIf(hasMlDsa).each(mlDsaOnly)(
    "refuses $file on a runtime without ML-DSA (skipped where there is ML-DSA)",
    async ({ file }) => {
      await expect(parseCertificationRequest(readVector(`csr/${file}.pem`))).rejects.toMatchObject({
        name: "CsrError",
        code: "ERR_KEY_UNSUPPORTED",
      });
    },
  );

  test("a subject beyond ASCII is read as it was written", async () => {
    const { subject, commonName } = await parseCertificationRequest(
      readVector("csr/openssl-utf8-subject.pem"),
    );
    expect(commonName).toBe("Z\u00fcrich \u03a9mega");
    expect(subject.attributes).toEqual([
      { type: "2.5.4.10", value: "K\u00e4ytt\u00f6" },
      { type: "2.5.4.3", value: "Z\u00fcrich \u03a9mega" },
    ]);
  });

  test("one bit turned anywhere in any of them is noticed", async () => {
    const file = fc.constantFrom(...accepted.map((row) => row.file));
    await fc.assert(
      fc.asyncProperty(file, fc.nat(), fc.nat(7), async (name, place, bit) => {
        const der = readPemVector(`csr/${name}.pem`);
        const at = place % der.length;
        der[at] = (der[at] ?? 0) ^ (1 << bit);
        await expect(parseCertificationRequest(der)).rejects.toMatchObject({ name: "CsrError" });
      }),
      { numRuns: 200 },
    );
  });
});

describe("requests of @peculiar/x509, made here and now", () => {
  const rsaParameters = { hash: "SHA-256", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
  test.each([
    { name: "P-256", algorithm: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }, key: ec("P-256") },
    { name: "P-384", algorithm: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" }, key: ec("P-384") },
    { name: "P-521", algorithm: { name: "ECDSA", namedCurve: "P-521", hash: "SHA-512" }, key: ec("P-521") },
    { name: "Ed25519", algorithm: { name: "Ed25519" }, key: ed25519 },
    { name: "RSA", algorithm: { name: "RSASSA-PKCS1-v1_5", ...rsaParameters }, key: rsa(2048) },
    { name: "RSA-PSS", algorithm: { name: "RSA-PSS", saltLength: 32, ...rsaParameters }, key: rsa(2048) },
    ...(hasMlDsa
      ? [44, 65, 87].map((set) => ({
          name: `ML-DSA-${set}`,
          algorithm: { name: `ML-DSA-${set}` },
          key: mlDsa(set),
        }))
      : []),
    {
      name: "RSA-PSS with SHA-512",
      algorithm: { name: "RSA-PSS", saltLength: 64, ...rsaParameters, hash: "SHA-512" },
      key: rsa(2048),
    },
  ])("reads one for $name", async ({ algorithm, key }) => {
    const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    if (!("privateKey" in keys)) throw new TypeError("no key pair");
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: "CN=www.example.test, O=Lab",
      keys,
      signingAlgorithm: algorithm,
      attributes: [new x509.ChallengePasswordAttribute("correct horse battery")],
      extensions: [
        new x509.SubjectAlternativeNameExtension([
          { type: "dns", value: "www.example.test" },
          { type: "ip", value: "2001:db8::7" },
          { type: "email", value: "lab@example.test" },
          { type: "url", value: "https://example.test/id" },
        ]),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ],
    });
    const read = await parseCertificationRequest(request.toString("pem"));
    expect(read.publicKey.algorithm).toEqual(key);
    expect(read.commonName).toBe("www.example.test");
    expect(read.identifiers.map(({ type, value }) => `${type}:${value}`)).toEqual([
      "dns:www.example.test",
      "ip:2001:db8::7",
      "email:lab@example.test",
      "uri:https://example.test/id",
    ]);
  });
});

/** The names that the foreign reader finds: of the subjectAltName, or a commonName without a space where there is none. */
function namesOf(request: x509.Pkcs10CertificateRequest): readonly string[] {
  const types: Record<string, string> = { dns: "dns", ip: "ip", email: "email", url: "uri" };
  const extension = request.getExtension("2.5.29.17");
  if (extension instanceof x509.SubjectAlternativeNameExtension)
    return extension.names.items.map(({ type, value }) => `${types[type]}:${value}`);
  const commonNames = request.subjectName.getField("CN");
  return commonNames.filter((name) => !name.includes(" ")).map((name) => `dns:${name}`);
}

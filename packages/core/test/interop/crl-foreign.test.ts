import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodePem, parseCertificate } from "@chancery/core";
import { afterAll, describe, expect, test } from "vitest";
import { parseCertificateRevocationList } from "../../src/crl/parse.ts";
import { verifyCertificateRevocationList } from "../../src/crl/verify.ts";
import { createWorkshop } from "../support/workshop.ts";

const workshop = createWorkshop();
afterAll(() => workshop.dispose());

/** Rows of openssl's database: revoked certificates with reason and, for a compromise, the time of it. */
const database = [
  "R\t400101000000Z\t300101000000Z\t01\tunknown\t/CN=a",
  "R\t400101000000Z\t300101000001Z,superseded\t0A0B\tunknown\t/CN=b",
  "R\t400101000000Z\t300101000002Z,holdInstruction,holdInstructionNone\tFF01\tunknown\t/CN=c",
  "R\t400101000000Z\t300101000003Z,keyTime,20291231235959Z\t7F\tunknown\t/CN=d",
  "V\t400101000000Z\t\t05\tunknown\t/CN=e",
].join("\n");

const configuration = `
[ca]
default_ca = lab
[lab]
database = index.txt
crlnumber = crlnumber.txt
default_md = sha256
default_crl_days = 30
[full]
authorityKeyIdentifier = keyid:always
issuingDistributionPoint = critical, @scope
freshestCRL = URI:http://lab.example/delta
[scope]
fullname = URI:http://lab.example/crl
onlyuser = TRUE
[delta]
authorityKeyIdentifier = keyid:always
2.5.29.27 = critical, DER:02:02:10:00
`;

const keys = [
  { kind: "RSA", options: ["-newkey", "rsa:2048"], algorithm: "rsa-pkcs1-sha256" },
  {
    kind: "P-256",
    options: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    algorithm: "ecdsa-sha256",
  },
  { kind: "Ed25519", options: ["-newkey", "ed25519"], algorithm: "ed25519" },
] as const;

/** Makes a CA and a CRL of its database, with openssl alone. */
function makeCrl(
  options: readonly string[],
  extensions: "delta" | "full",
): { crl: Uint8Array; issuer: Uint8Array } {
  workshop.write("ca.conf", configuration);
  workshop.write("index.txt", database);
  workshop.write("crlnumber.txt", "10FF\n");
  const made = workshop.run("openssl", [
    ...[
      "req",
      "-x509",
      "-nodes",
      "-subj",
      "/O=Lab/CN=Foreign",
      "-keyout",
      "key.pem",
      "-out",
      "ca.pem",
      ...options,
    ],
    ...["-addext", "keyUsage=critical,cRLSign,keyCertSign"],
  ]);
  expect(made.ok, made.output).toBe(true);
  const signed = workshop.run("openssl", [
    ...["ca", "-gencrl", "-config", "ca.conf", "-cert", "ca.pem", "-keyfile", "key.pem"],
    ...["-crlexts", extensions, "-out", "crl.pem"],
  ]);
  expect(signed.ok, signed.output).toBe(true);
  const read = (file: string, label: string): Uint8Array => {
    const [der] = decodePem(readFileSync(join(workshop.folder, file), "utf8"), label);
    if (der === undefined) throw new Error(`${file} holds no ${label}`);
    return der;
  };
  return { crl: read("crl.pem", "X509 CRL"), issuer: read("ca.pem", "CERTIFICATE") };
}

describe("CRLs that openssl has made", () => {
  test.each(keys)("B-160..B-166: a full one, signed with $kind", async ({ options, algorithm }) => {
    const { crl, issuer } = makeCrl(options, "full");
    const list = parseCertificateRevocationList(crl);
    expect(await verifyCertificateRevocationList(list, parseCertificate(issuer))).toBe(true);
    expect(list).toMatchObject({
      signatureAlgorithm: algorithm,
      crlNumber: 0x10ffn,
      baseCrlNumber: undefined,
      issuingDistributionPoint: { urls: ["http://lab.example/crl"], only: "userCertificates" },
      freshestCrl: ["http://lab.example/delta"],
    });
    const at = Date.UTC(2030, 0, 1);
    expect([...list.revokedCertificates]).toEqual([
      { serialNumber: "01", revokedAt: at },
      { serialNumber: "7f", revokedAt: at + 3000, reason: "keyCompromise", invalidityDate: at - 1000 },
      { serialNumber: "0a0b", revokedAt: at + 1000, reason: "superseded" },
      { serialNumber: "ff01", revokedAt: at + 2000, reason: "certificateHold" },
    ]);
  });

  test("B-165: a delta", async () => {
    const { crl, issuer } = makeCrl(["-newkey", "ed25519"], "delta");
    const list = parseCertificateRevocationList(crl);
    expect(list).toMatchObject({ crlNumber: 0x10ffn, baseCrlNumber: 0x1000n });
    expect(await verifyCertificateRevocationList(list, parseCertificate(issuer))).toBe(true);
    const { issuer: other } = makeCrl(["-newkey", "ed25519"], "delta");
    expect(await verifyCertificateRevocationList(list, parseCertificate(other))).toBe(false);
  });
});

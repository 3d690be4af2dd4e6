import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { now, root } from "../../test/support/authority.ts";
import { createCrl } from "../../test/support/crl.ts";
import { createForeignAuthority } from "../../test/support/foreign-authority.ts";
import { decodePem } from "../asn1/pem.ts";
import { parseCertificate } from "../certificate/parse.ts";
import { createRoot } from "../issuer/create.ts";
import type { Issuer } from "../issuer/issuer.ts";
import { parseSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import type { Signer } from "../signer/signer.ts";
import { parseCertificateRevocationList } from "./parse.ts";
import { verifyCertificateRevocationList } from "./verify.ts";

const { issuer } = await root;
const { issuer: other } = await createRoot({ commonName: "Lab Root", clock: () => now });

const verify = (crl: Uint8Array, certificate: Uint8Array): Promise<boolean> =>
  verifyCertificateRevocationList(parseCertificateRevocationList(crl), parseCertificate(certificate));

describe("verifyCertificateRevocationList", () => {
  test("accepts what the issuer signed", async () => {
    expect(await verify(await createCrl(issuer), issuer.certificate)).toBe(true);
  });

  test("refuses an issuer of the same name with another key, whichever key it names", async () => {
    const crl = await createCrl(issuer);
    expect(await verify(crl, other.certificate)).toBe(false);
    const forged = await createCrl(issuer, { authorityKeyIdentifier: other.keyIdentifier });
    expect(await verify(forged, other.certificate)).toBe(false);
  });

  test("refuses a CRL that names another key than the one that signed it", async () => {
    const crl = await createCrl(issuer, { authorityKeyIdentifier: other.keyIdentifier });
    expect(await verify(crl, issuer.certificate)).toBe(false);
  });

  test("refuses a CRL of another name", async () => {
    const { issuer: named } = await createRoot({ commonName: "Another Root", clock: () => now });
    const crl = await createCrl(issuer, { issuer: named.parsed.subject.der });
    expect(await verify(crl, issuer.certificate)).toBe(false);
  });

  test("refuses any octet of the signed part that is changed", async () => {
    const crl = await createCrl(issuer, { entries: [{ serialNumber: "05", revokedAt: now.getTime() }] });
    const at = Buffer.from(crl).indexOf(Buffer.from("020105", "hex"));
    expect(at).toBeGreaterThan(0);
    expect(await verify(crl, issuer.certificate)).toBe(true);
    expect(await verify(crl.with(at + 2, 6), issuer.certificate)).toBe(false);
  });

  test("refuses an algorithm that does not fit the key, and one that is not accepted", async () => {
    const crl = await createCrl(issuer, { signatureAlgorithm: "ed25519" });
    const inner = Buffer.from("300506032b6570", "hex");
    expect(Buffer.from(crl).includes(inner)).toBe(true);
    const mixed = await createCrl({ ...issuer, signer: { ...issuer.signer, algorithm: "ed25519" } });
    expect(await verify(mixed, issuer.certificate)).toBe(false);
    const sha1 = replaceAll(await createCrl(issuer), "06082a8648ce3d040302", "06082a8648ce3d040301");
    expect(await verify(sha1, issuer.certificate)).toBe(false);
  });

  test("B-160: refuses an issuer that may not sign CRLs, and takes one whose certificate does not say", async () => {
    const certSignOnly = await createForeignAuthority({ subject: "CN=No CRLs", keyUsage: "03020204" });
    const unrestricted = await createForeignAuthority({ subject: "CN=Both" });
    expect(await verify(await crlOf(certSignOnly), derOf(certSignOnly))).toBe(false);
    expect(await verify(await crlOf(unrestricted), derOf(unrestricted))).toBe(true);
    const { keyUsage: _, ...silent } = parseCertificate(derOf(unrestricted));
    const crl = parseCertificateRevocationList(await crlOf(unrestricted));
    expect(await verifyCertificateRevocationList(crl, { ...silent, keyUsage: undefined })).toBe(true);
  });

  test("refuses an issuer with a weak key", async () => {
    const results = [1024, 2048].map(async (modulusLength) => {
      const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength });
      const spki = publicKey.export({ format: "der", type: "spki" });
      const signer: Signer = {
        algorithm: "rsa-pkcs1-sha256",
        publicKey: spki,
        sign: (data) => sign("sha256", data, privateKey),
      };
      const parsed = { ...parseCertificate(issuer.certificate), publicKey: parseSubjectPublicKeyInfo(spki) };
      const crl = parseCertificateRevocationList(await createCrl({ ...issuer, signer }));
      return verifyCertificateRevocationList(crl, parsed);
    });
    expect(await Promise.all(results)).toEqual([false, true]);
  });
});

type Foreign = Awaited<ReturnType<typeof createForeignAuthority>>;

function derOf({ pem }: Foreign): Uint8Array {
  return decodePem(pem, "CERTIFICATE")[0] ?? new Uint8Array();
}

async function crlOf(foreign: Foreign): Promise<Uint8Array> {
  const parsed = parseCertificate(derOf(foreign));
  const { signer } = foreign;
  return createCrl({
    ...issuer,
    signer,
    parsed,
    keyIdentifier: parsed.subjectKeyIdentifier ?? new Uint8Array(),
  } satisfies Issuer);
}

function replaceAll(octets: Uint8Array, from: string, to: string): Uint8Array {
  return new Uint8Array(Buffer.from(Buffer.from(octets).toString("hex").replaceAll(from, to), "hex"));
}

import { createPrivateKey, sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  createCertificateAuthority,
  createLocalSigner,
  decodePrivateKeyPem,
  importIssuer,
} from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import { expect, test } from "vitest";
import { allowEverything, identifierOf, requester } from "./support/authority.ts";

// Made for this test, as is the subject's: the sample keys of RFCs are refused.
const issuerKeyPem = [
  "-----BEGIN PRIVATE KEY-----",
  "MC4CAQAwBQYDK2VwBCIEIDADp4kTFzYrk7QwdRJHFmDoHgdgpK7GmH+WBIGAzDi7",
  "-----END PRIVATE KEY-----",
].join("\n");

const subjectKey = "302a300506032b6570032100c275f2086839b26d2791398278ea101f76724167d822e08d88bf30eda7f01112";

const rootPem = readFileSync(new URL("vectors/golden-root.pem", import.meta.url), "utf8");

// Worked out by hand from RFC 5280 and X.690. The key identifier is that of RFC 7093 section 2, made with sha256sum.
const tbsCertificate = octets(`
  3082 0139                                               TBSCertificate
  a003 020102                                             version 3
  0210 01b8dac5b5f4 00010203040506070809                  serialNumber: milliseconds, then chance
  3005 06032b6570                                         Ed25519, no parameters
  3024 310c 300a 060355040a 0c034c6162                    issuer: UTF8String, as it stands in the root
  3114 3012 0603550403 0c0b476f6c64656e20526f6f74
  301e 170d 3239313233313233353930305a                    notBefore: UTCTime 291231235900Z
  170d 3330303333313233353935395a                         notAfter: UTCTime 300331235959Z
  3000                                                    subject: empty
  ${subjectKey}
  a381a4 3081a1
  300e 0603551d0f 0101ff 0404 03020780                    keyUsage: critical, digitalSignature
  3013 0603551d25 040c 300a 06082b06010505070301          extKeyUsage: serverAuth
  300c 0603551d13 0101ff 0402 3000                        basicConstraints: critical, empty
  301d 0603551d0e 0416 0414                               subjectKeyIdentifier
  0e730122bb90e3c4a671b81c44285a28599d4997
  301f 0603551d23 0418 3016 8014                          authorityKeyIdentifier: the SHA-1 of the root
  9bbe732533b3c6d1b3a902c66ea019b3ff2fda88
  302c 0603551d11 0101ff 0422 3020                        subjectAltName: critical
  820c 7777772e6c61622e74657374                           dNSName
  820a 2a2e6c61622e74657374                               dNSName
  8704 c0000201                                           iPAddress
`);

test("B-010, B-012, B-014, B-015, B-018, B-030, B-032: a certificate is these octets and no others", async () => {
  const clock = (): Date => new Date("2030-01-01T00:00:00.500Z");
  const signer = createLocalSigner(await decodePrivateKeyPem(issuerKeyPem));
  const issuer = await importIssuer({ chainPem: rootPem, signer, clock });
  const ca = await createCertificateAuthority({
    issuers: [issuer],
    store: createMemoryCertificateStore(),
    policies: [allowEverything],
    clock,
    random: (length) => Uint8Array.from({ length }, (_, index) => index),
  });
  const { certificate, fingerprint, serialNumber } = await ca.issue({
    publicKey: octets(subjectKey),
    identifiers: ["dns:www.lab.test", "dns:*.lab.test", "ip:192.0.2.1"].map(identifierOf),
    requester,
  });

  // Ed25519 is deterministic (RFC 8032 section 5.1.6), so the whole certificate is.
  const signature = sign(null, tbsCertificate, createPrivateKey(issuerKeyPem));
  const expected = Buffer.concat([
    octets("3082 0187"),
    tbsCertificate,
    octets("3005 06032b6570 0341 00"),
    signature,
  ]);
  expect(Buffer.from(certificate).toString("hex")).toBe(expected.toString("hex"));
  expect(serialNumber).toBe("01b8dac5b5f400010203040506070809");
  expect(fingerprint).toBe("41f6864207ba29637d7366d3e1abe2401a5124256b44db3973383f7143d615cd");
  expect(new X509Certificate(certificate).verify(new X509Certificate(rootPem).publicKey)).toBe(true);
});

/** Reads hexadecimal with notes: what follows two spaces on a line is a note. */
function octets(annotated: string): Buffer {
  const lines = annotated.split("\n").map((line) => line.trim().split(/ {2,}/)[0] ?? "");
  return Buffer.from(lines.join("").replaceAll(" ", ""), "hex");
}

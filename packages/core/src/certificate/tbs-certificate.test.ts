import { createPrivateKey, createPublicKey, sign, X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { noExpiry } from "../asn1/time.ts";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import { endEntityBasicConstraints } from "./extensions.ts";
import { encodeName } from "./name.ts";
import { encodeCertificate, encodeTbsCertificate, type TbsCertificateFields } from "./tbs-certificate.ts";

// RFC 8032 section 7.1, test 1, as PKCS#8.
const privateKey = createPrivateKey({
  key: Buffer.from(
    "302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "hex",
  ),
  format: "der",
  type: "pkcs8",
});

const fields: TbsCertificateFields = {
  serialNumber: Uint8Array.of(1),
  signatureAlgorithm: "ed25519",
  issuer: encodeName([["commonName", "x"]]),
  notBefore: Date.UTC(2030, 0, 1),
  notAfter: Date.UTC(2030, 0, 2),
  subject: encodeName([]),
  subjectPublicKeyInfo: createPublicKey(privateKey).export({ format: "der", type: "spki" }),
  extensions: [endEntityBasicConstraints],
};

describe("encodeTbsCertificate", () => {
  const boundary = [
    { time: Date.UTC(1950, 0, 1), hex: "170d3530303130313030303030305a", why: "the first UTCTime" },
    {
      time: Date.UTC(2049, 11, 31, 23, 59, 59),
      hex: "170d3439313233313233353935395a",
      why: "the last UTCTime",
    },
    {
      time: Date.UTC(2050, 0, 1),
      hex: "180f32303530303130313030303030305a",
      why: "the first GeneralizedTime",
    },
    { time: noExpiry, hex: "180f39393939313233313233353935395a", why: "the last GeneralizedTime" },
  ] as const;

  test.each(boundary)("B-014, E-060: $why", ({ time, hex }) => {
    const tbs = encodeTbsCertificate({ ...fields, notBefore: time, notAfter: time });
    expect(encodeHex(tbs)).toContain(hex.repeat(2));
    const read = new X509Certificate(certify(tbs));
    // Node writes such years as "Jan  1 00:00:00 1950 GMT".
    expect(new Date(read.validFrom).getTime()).toBe(time);
    expect(new Date(read.validTo).getTime()).toBe(time);
  });

  const serialNumbers = [
    { given: "01", written: "020101", why: "B-011: as it is" },
    { given: "7f", written: "02017f", why: "B-011: the top bit clear" },
    {
      given: "80",
      written: "02020080",
      why: "B-011: the top bit set, so that it needs an octet more to be positive",
    },
    { given: "0001", written: "020101", why: "B-011: leading zeros, which DER forbids" },
  ] as const;

  test.each(serialNumbers)("$why", ({ given, written }) => {
    const tbs = encodeTbsCertificate({ ...fields, serialNumber: decodeHex(given) ?? new Uint8Array() });
    expect(encodeHex(tbs)).toContain(`a003020102${written}3005`);
    expect(BigInt(`0x${new X509Certificate(certify(tbs)).serialNumber}`)).toBe(BigInt(`0x${given}`));
  });

  test("B-010: says version 3 and leaves unique identifiers out", () => {
    const tbs = encodeHex(encodeTbsCertificate(fields));
    expect(tbs.slice(tbs.indexOf("a003"))).toMatch(/^a003020102/);
    expect(tbs).toMatch(new RegExp(`${encodeHex(fields.subjectPublicKeyInfo)}a3`));
  });
});

function certify(tbs: Uint8Array): Uint8Array {
  return encodeCertificate(tbs, "ed25519", sign(null, tbs, privateKey));
}

import { describe, expect, test } from "vitest";
import { readDer } from "../asn1/der-reader.ts";
import { encodedNull, encodeOid, encodeSequence } from "../asn1/der-writer.ts";
import { signatureAlgorithmOids } from "../asn1/oids.ts";
import type { KeyAlgorithm, SignatureAlgorithm } from "../crypto/provider.ts";
import {
  keyFitsSignature,
  readSignatureAlgorithm,
  signatureAlgorithmFor,
  signatureAlgorithmIdentifiers,
} from "./signature-algorithm.ts";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
const read = (der: Uint8Array): ReturnType<typeof readSignatureAlgorithm> =>
  readSignatureAlgorithm(readDer(der), "signatureAlgorithm");

// Worked out from RFC 4055, RFC 5758, RFC 8410 and RFC 9881.
const golden: Readonly<Record<SignatureAlgorithm, string>> = {
  "rsa-pkcs1-sha256": "300d 06092a864886f70d01010b 0500",
  "rsa-pkcs1-sha384": "300d 06092a864886f70d01010c 0500",
  "rsa-pkcs1-sha512": "300d 06092a864886f70d01010d 0500",
  "ecdsa-sha256": "300a 06082a8648ce3d040302",
  "ecdsa-sha384": "300a 06082a8648ce3d040303",
  "ecdsa-sha512": "300a 06082a8648ce3d040304",
  ed25519: "3005 06032b6570",
  "ml-dsa-44": "300b 0609608648016503040311",
  "ml-dsa-65": "300b 0609608648016503040312",
  "ml-dsa-87": "300b 0609608648016503040313",
  "rsa-pss-sha256":
    "3041 06092a864886f70d01010a 3034 a00f300d06096086480165030402010500 a11c301a06092a864886f70d010108300d06096086480165030402010500 a203020120",
  "rsa-pss-sha384":
    "3041 06092a864886f70d01010a 3034 a00f300d06096086480165030402020500 a11c301a06092a864886f70d010108300d06096086480165030402020500 a203020130",
  "rsa-pss-sha512":
    "3041 06092a864886f70d01010a 3034 a00f300d06096086480165030402030500 a11c301a06092a864886f70d010108300d06096086480165030402030500 a203020140",
};

describe("AlgorithmIdentifiers, octet for octet", () => {
  test.each(Object.entries(golden))("%s", (algorithm, expected) => {
    expect(signatureAlgorithmIdentifiers[algorithm as SignatureAlgorithm]).toEqual(bytes(expected));
    expect(read(bytes(expected)).algorithm).toBe(algorithm);
  });

  test("are all different", () => {
    const hex = Object.values(signatureAlgorithmIdentifiers).map((der) => Buffer.from(der).toString("hex"));
    expect(new Set(hex).size).toBe(Object.keys(golden).length);
  });
});

const sha256 = "300d06096086480165030402010500";
const sha256Bare = "300b0609608648016503040201";
const mgf1 = (hash: string, length: string, inner: string): string =>
  `${length}${inner}06092a864886f70d010108${hash}`;
const pss = (parameters: string): Uint8Array =>
  encodeSequence(encodeOid(signatureAlgorithmOids["rsa-pss"]), encodeSequence(bytes(parameters)));
const hash256 = `a00f${sha256}`;
const mask256 = mgf1(sha256, "a11c", "301a");
const salt32 = "a203020120";

describe("readSignatureAlgorithm", () => {
  test.each([
    {
      why: "neither hash with NULL",
      parameters: `a00d${sha256Bare} ${mgf1(sha256Bare, "a11a", "3018")} ${salt32}`,
    },
    {
      why: "the hash of the mask without NULL",
      parameters: `${hash256} ${mgf1(sha256Bare, "a11a", "3018")} ${salt32}`,
    },
    { why: "the hash without NULL", parameters: `a00d${sha256Bare} ${mask256} ${salt32}` },
  ])("accepts PSS with $why: RFC 4055 section 2.1", ({ parameters }) => {
    expect(read(pss(parameters)).algorithm).toBe("rsa-pss-sha256");
  });

  test.each([
    { algorithm: "rsa-pss-sha384", digest: "02", salt: "30" },
    { algorithm: "rsa-pss-sha512", digest: "03", salt: "40" },
  ])(
    "accepts $algorithm without NULLs, and with no other salt: RFC 4055 section 2.1",
    ({ algorithm, digest, salt }) => {
      const bare = `300b06096086480165030402${digest}`;
      const parameters = `a00d${bare} ${mgf1(bare, "a11a", "3018")}`;
      expect(read(pss(`${parameters} a2030201${salt}`)).algorithm).toBe(algorithm);
      expect(read(pss(`${parameters} a203020120`))).not.toHaveProperty("algorithm");
    },
  );

  const oid = (dotted: string): Uint8Array => encodeSequence(encodeOid(dotted), encodedNull);
  test.each([
    { id: "B-134", why: "MD5 with RSA", der: oid("1.2.840.113549.1.1.4") },
    { id: "B-134", why: "SHA-1 with RSA", der: oid("1.2.840.113549.1.1.5") },
    { id: "B-134", why: "SHA-224 with RSA", der: oid("1.2.840.113549.1.1.14") },
    { id: "B-134", why: "SHA-1 with ECDSA", der: encodeSequence(encodeOid("1.2.840.10045.4.1")) },
    { id: "B-134", why: "SHA-224 with ECDSA", der: encodeSequence(encodeOid("1.2.840.10045.4.3.1")) },
    { id: "B-134", why: "DSA", der: encodeSequence(encodeOid("1.2.840.10040.4.3")) },
    { id: "B-134", why: "RSA without a hash", der: oid("1.2.840.113549.1.1.1") },
    { id: "B-134", why: "Ed448", der: encodeSequence(encodeOid("1.3.101.113")) },
    { id: "RFC 9881", why: "HashML-DSA-44", der: encodeSequence(encodeOid("2.16.840.1.101.3.4.3.32")) },
    { id: "RFC 9881", why: "HashML-DSA-65", der: encodeSequence(encodeOid("2.16.840.1.101.3.4.3.33")) },
    { id: "RFC 9881", why: "HashML-DSA-87", der: encodeSequence(encodeOid("2.16.840.1.101.3.4.3.34")) },
    { id: "B-134", why: "SLH-DSA", der: encodeSequence(encodeOid("2.16.840.1.101.3.4.3.20")) },
    {
      id: "B-134",
      why: "an unknown algorithm with any parameters",
      der: encodeSequence(encodeOid("1.2.3"), encodeSequence(encodedNull)),
    },
    { id: "RFC 4055", why: "PSS with every default, which is SHA-1", der: pss("") },
    {
      id: "RFC 4055",
      why: "PSS without parameters",
      der: encodeSequence(encodeOid(signatureAlgorithmOids["rsa-pss"])),
    },
    { id: "RFC 4055", why: "PSS with NULL for parameters", der: oid(signatureAlgorithmOids["rsa-pss"]) },
    { id: "RFC 4055", why: "PSS without a salt length, which is 20", der: pss(`${hash256} ${mask256}`) },
    { id: "RFC 4055", why: "PSS with a salt of 20", der: pss(`${hash256} ${mask256} a203020114`) },
    { id: "RFC 4055", why: "PSS with MGF1 of SHA-1", der: pss(`${hash256} ${salt32}`) },
    {
      id: "RFC 4055",
      why: "PSS with the trailer spelled out",
      der: pss(`${hash256} ${mask256} ${salt32} a303020101`),
    },
    {
      id: "RFC 4055",
      why: "PSS with one hash for the message and another for the mask",
      der: pss(`a00f${sha256.replace("0201", "0202")} ${mask256} ${salt32}`),
    },
    {
      id: "RFC 4055",
      why: "PSS with its fields in another order",
      der: pss(`${mask256} ${hash256} ${salt32}`),
    },
    {
      id: "RFC 4055",
      why: "PSS with its fields under other tags",
      der: pss(`${hash256.replace("a0", "a4")} ${mask256} ${salt32}`),
    },
    {
      id: "RFC 4055",
      why: "PSS with a second value beside the hash",
      der: pss(`a011${sha256}0500 ${mask256} ${salt32}`),
    },
  ])("$id: does not know $why", ({ der }) => {
    const answer = read(der);
    expect(answer).not.toHaveProperty("algorithm");
    expect(answer.oid).toMatch(/^[0-9.]+$/);
  });

  test.each([
    { why: "RSA without NULL", der: "300b 06092a864886f70d01010b" },
    { why: "RSA with other parameters", der: "300d 06092a864886f70d01010b 3000" },
    { why: "ECDSA with NULL", der: "300c 06082a8648ce3d040302 0500" },
    { why: "Ed25519 with NULL", der: "3007 06032b6570 0500" },
    { why: "ML-DSA with NULL", der: "300d 0609608648016503040312 0500" },
    { why: "PSS with a third value", der: "300f 06092a864886f70d01010a 0500 0500" },
    { why: "a third value", der: "300f 06092a864886f70d01010b 0500 0500" },
    { why: "no OID", der: "3000" },
    { why: "no SEQUENCE", der: "0500" },
  ])("refuses $why", ({ der }) => {
    expect(() => read(bytes(der))).toThrow(expect.objectContaining({ code: "ERR_DER_MALFORMED" }));
  });
});

describe("algorithms and keys", () => {
  const keys = {
    rsa: { type: "rsa", bits: 2048 },
    p256: { type: "ec", curve: "P-256" },
    p384: { type: "ec", curve: "P-384" },
    p521: { type: "ec", curve: "P-521" },
    ed25519: { type: "ed25519" },
    mlDsa44: { type: "ml-dsa", parameterSet: 44 },
    mlDsa65: { type: "ml-dsa", parameterSet: 65 },
    mlDsa87: { type: "ml-dsa", parameterSet: 87 },
  } as const satisfies Record<string, KeyAlgorithm>;

  test.each([
    { key: keys.rsa, algorithm: "rsa-pkcs1-sha256" },
    { key: keys.p256, algorithm: "ecdsa-sha256" },
    { key: keys.p384, algorithm: "ecdsa-sha384" },
    { key: keys.p521, algorithm: "ecdsa-sha512" },
    { key: keys.ed25519, algorithm: "ed25519" },
    { key: keys.mlDsa44, algorithm: "ml-dsa-44" },
    { key: keys.mlDsa65, algorithm: "ml-dsa-65" },
    { key: keys.mlDsa87, algorithm: "ml-dsa-87" },
  ] as const)("B-141, B-142: the key decides: $algorithm", ({ key, algorithm }) => {
    expect(signatureAlgorithmFor(key)).toBe(algorithm);
    expect(keyFitsSignature(key, algorithm)).toBe(true);
  });

  test("B-134: an algorithm fits the keys of its family and no others", () => {
    const ecdsa = /^ecdsa-/;
    const families: Readonly<Record<keyof typeof keys, RegExp>> = {
      rsa: /^rsa-(?:pkcs1|pss)-/,
      p256: ecdsa,
      p384: ecdsa,
      p521: ecdsa,
      ed25519: /^ed25519$/,
      mlDsa44: /^ml-dsa-44$/,
      mlDsa65: /^ml-dsa-65$/,
      mlDsa87: /^ml-dsa-87$/,
    };
    for (const [name, key] of Object.entries(keys)) {
      for (const algorithm of Object.keys(golden) as SignatureAlgorithm[]) {
        const fits = families[name as keyof typeof keys].test(algorithm);
        expect([key, algorithm, keyFitsSignature(key, algorithm)]).toEqual([key, algorithm, fits]);
      }
    }
  });
});

import { describe, expect, test } from "vitest";
import { readDer } from "../asn1/der-reader.ts";
import { encodedNull, encodeOid, encodeSequence } from "../asn1/der-writer.ts";
import { encodeKeyKind, type KeyKind, readKeyKind } from "./key-kind.ts";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
const read = (der: Uint8Array): ReturnType<typeof readKeyKind> => readKeyKind(readDer(der), "algorithm");

// Worked out from RFC 3279, RFC 5480, RFC 8410 and RFC 9881.
const golden: readonly { name: string; kind: KeyKind; der: string }[] = [
  { name: "RSA", kind: { type: "rsa" }, der: "300d 06092a864886f70d010101 0500" },
  {
    name: "P-256",
    kind: { type: "ec", curve: "P-256" },
    der: "3013 06072a8648ce3d0201 06082a8648ce3d030107",
  },
  { name: "P-384", kind: { type: "ec", curve: "P-384" }, der: "3010 06072a8648ce3d0201 06052b81040022" },
  { name: "P-521", kind: { type: "ec", curve: "P-521" }, der: "3010 06072a8648ce3d0201 06052b81040023" },
  { name: "Ed25519", kind: { type: "ed25519" }, der: "3005 06032b6570" },
  { name: "ML-DSA-44", kind: { type: "ml-dsa", parameterSet: 44 }, der: "300b 0609608648016503040311" },
  { name: "ML-DSA-65", kind: { type: "ml-dsa", parameterSet: 65 }, der: "300b 0609608648016503040312" },
  { name: "ML-DSA-87", kind: { type: "ml-dsa", parameterSet: 87 }, der: "300b 0609608648016503040313" },
];

test.each(golden)("the AlgorithmIdentifier of $name keys, octet for octet", ({ kind, der }) => {
  expect(encodeKeyKind(kind)).toEqual(bytes(der));
  expect(read(bytes(der))).toEqual({ kind });
});

describe("readKeyKind", () => {
  test.each([
    { why: "RSA without NULL", der: "300b 06092a864886f70d010101" },
    { why: "EC without a curve", der: "3009 06072a8648ce3d0201" },
    { why: "EC with NULL", der: "300b 06072a8648ce3d0201 0500" },
    { why: "Ed25519 with NULL", der: "3007 06032b6570 0500" },
    { why: "ML-DSA with NULL", der: "300d 0609608648016503040311 0500" },
    { why: "a third value", der: "300f 06092a864886f70d010101 0500 0500" },
    { why: "no OID", der: "3000" },
    { why: "no SEQUENCE", der: "0500" },
  ])("refuses $why as malformed", ({ der }) => {
    expect(() => read(bytes(der))).toThrow(expect.objectContaining({ code: "ERR_DER_MALFORMED" }));
  });

  test.each([
    { id: "B-135", oid: "2.16.840.1.101.3.4.4.1", words: "an ML-KEM-512 key, which cannot sign" },
    { id: "B-135", oid: "2.16.840.1.101.3.4.4.2", words: "an ML-KEM-768 key, which cannot sign" },
    { id: "B-135", oid: "2.16.840.1.101.3.4.4.3", words: "an ML-KEM-1024 key, which cannot sign" },
    { id: "B-135", oid: "1.3.101.110", words: "an X25519 key, which cannot sign" },
    { id: "B-135", oid: "1.3.101.111", words: "an X448 key, which cannot sign" },
    { id: "B-135", oid: "1.2.840.113549.1.1.7", words: "an RSAES-OAEP key, which cannot sign" },
    { id: "RFC 4055", oid: "1.2.840.113549.1.1.10", words: "mark it rsaEncryption" },
    { id: "RFC 9881", oid: "2.16.840.1.101.3.4.3.32", words: "HashML-DSA" },
    { id: "RFC 9881", oid: "2.16.840.1.101.3.4.3.33", words: "HashML-DSA" },
    { id: "RFC 9881", oid: "2.16.840.1.101.3.4.3.34", words: "HashML-DSA" },
    { id: "case 31", oid: "1.2.840.10040.4.1", words: "a DSA key" },
    { id: "case 31", oid: "1.3.101.113", words: "an Ed448 key" },
    { id: "case 31", oid: "1.2.3.4", words: "its algorithm 1.2.3.4 is not one of those that are accepted" },
  ])("$id: says why $oid is not accepted, whatever its parameters", ({ oid, words }) => {
    for (const der of [encodeSequence(encodeOid(oid)), encodeSequence(encodeOid(oid), encodedNull)])
      expect(read(der)).toEqual({ refusal: expect.stringContaining(words) });
  });

  test("B-140: says why a curve is not accepted", () => {
    const ec = encodeOid("1.2.840.10045.2.1");
    expect(read(encodeSequence(ec, encodeOid("1.3.132.0.10")))).toEqual({
      refusal: "its curve 1.3.132.0.10 is not one of P-256, P-384, P-521",
    });
    expect(read(encodeSequence(ec, encodeSequence()))).toEqual({
      refusal: "its curve is spelled out in numbers, not named",
    });
  });
});

import { createPublicKey, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasMlDsa } from "../../test/support/private-keys.ts";
import { encodeBitString, encodeDer, encodedNull, encodeOid, encodeSequence } from "../asn1/der-writer.ts";
import { CaError } from "../errors.ts";
import { encodeSubjectPublicKeyInfo, parseSubjectPublicKeyInfo } from "./subject-public-key-info.ts";

const rsa = encodeOid("1.2.840.113549.1.1.1");
const ec = encodeOid("1.2.840.10045.2.1");
const p256 = encodeOid("1.2.840.10045.3.1.7");
const ed25519 = encodeOid("1.3.101.112");
const mlDsa = {
  44: encodeOid("2.16.840.1.101.3.4.3.17"),
  65: encodeOid("2.16.840.1.101.3.4.3.18"),
  87: encodeOid("2.16.840.1.101.3.4.3.19"),
};
const integer = (...octets: number[]): Uint8Array => encodeDer(0x02, Uint8Array.from(octets));
const spki = (algorithm: readonly Uint8Array[], key: Uint8Array, ...rest: Uint8Array[]): Uint8Array =>
  encodeSequence(encodeSequence(...algorithm), encodeBitString(key), ...rest);
const point = (prefix: number, length: number): Uint8Array =>
  Uint8Array.from([prefix, ...new Uint8Array(length).fill(1)]);
const rsaKey = encodeSequence(integer(0x00, 0xff), integer(3));

describe("what Node writes is read and written again, octet for octet", () => {
  test.each([
    {
      why: "B-140: P-256",
      make: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
      algorithm: { type: "ec", curve: "P-256" },
    },
    {
      why: "B-140: P-384",
      make: () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
      algorithm: { type: "ec", curve: "P-384" },
    },
    {
      why: "B-140: P-521",
      make: () => generateKeyPairSync("ec", { namedCurve: "P-521" }),
      algorithm: { type: "ec", curve: "P-521" },
    },
    { why: "Ed25519", make: () => generateKeyPairSync("ed25519"), algorithm: { type: "ed25519" } },
    ...(hasMlDsa
      ? ([44, 65, 87] as const).map((parameterSet) => ({
          why: `B-154: ML-DSA-${parameterSet}`,
          make: () => generateKeyPairSync(`ml-dsa-${parameterSet}`),
          algorithm: { type: "ml-dsa", parameterSet },
        }))
      : []),
    {
      why: "RSA of 512 bits",
      make: () => generateKeyPairSync("rsa", { modulusLength: 512 }),
      algorithm: { type: "rsa", bits: 512 },
    },
    {
      why: "RSA of 1021 bits",
      make: () => generateKeyPairSync("rsa", { modulusLength: 1021 }),
      algorithm: { type: "rsa", bits: 1021 },
    },
    {
      why: "RSA with exponent 3",
      make: () => generateKeyPairSync("rsa", { modulusLength: 1024, publicExponent: 3 }),
      algorithm: { type: "rsa", bits: 1024 },
    },
  ])("$why", ({ make, algorithm }) => {
    const { publicKey } = make();
    const der = new Uint8Array(publicKey.export({ format: "der", type: "spki" }));
    const info = parseSubjectPublicKeyInfo(der);
    expect(info.algorithm).toEqual(algorithm);
    expect(Object.isFrozen(info.algorithm)).toBe(true);
    expect(info.der).toEqual(der);
    expect(encodeSubjectPublicKeyInfo(info.numbers)).toEqual(der);

    const { n, e, x, y, pub } = publicKey.export({ format: "jwk" }) as {
      readonly [member: string]: string | undefined;
    };
    const numbers = Object.entries({ modulus: n, exponent: e, x, y, encodedKey: pub }).filter(
      ([, value]) => value !== undefined,
    );
    const decoded = numbers.map(([name, value]) => [
      name,
      new Uint8Array(Buffer.from(value ?? "", "base64url")),
    ]);
    expect(info.numbers).toMatchObject(Object.fromEntries(decoded));
  });

  test("numbers of a JWK become a key that Node reads", () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    const [left, right] = [x, y].map((text) => new Uint8Array(Buffer.from(text, "base64url")));
    const der = encodeSubjectPublicKeyInfo({
      type: "ec",
      curve: "P-384",
      x: left ?? new Uint8Array(),
      y: right ?? new Uint8Array(),
    });
    expect(createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" }).equals(publicKey)).toBe(
      true,
    );
  });

  test("RSA numbers may come with leading zero octets", () => {
    const numbers = {
      type: "rsa",
      modulus: Uint8Array.of(0, 0, 0xff),
      exponent: Uint8Array.of(0, 3),
    } as const;
    expect(encodeSubjectPublicKeyInfo(numbers)).toEqual(spki([rsa, encodedNull], rsaKey));
  });
});

describe("refuses", () => {
  test.each([
    { why: "RSA without parameters", der: spki([rsa], rsaKey) },
    { why: "RSA with parameters other than NULL", der: spki([rsa, encodeSequence()], rsaKey) },
    { why: "RSA with a third value in the algorithm", der: spki([rsa, encodedNull, encodedNull], rsaKey) },
    { why: "RSA with octets after the key", der: spki([rsa, encodedNull], Uint8Array.from([...rsaKey, 0])) },
    {
      why: "RSA with a third number",
      der: spki([rsa, encodedNull], encodeSequence(integer(5), integer(3), integer(1))),
    },
    {
      why: "RSA with a negative modulus",
      der: spki([rsa, encodedNull], encodeSequence(integer(0xff), integer(3))),
    },
    {
      why: "RSA with a modulus that is not minimal (case 33)",
      der: spki([rsa, encodedNull], encodeSequence(integer(0, 5), integer(3))),
    },
    { why: "RSA without an exponent", der: spki([rsa, encodedNull], encodeSequence(integer(5))) },
    { why: "RSA without a key", der: spki([rsa, encodedNull], new Uint8Array()) },
    { why: "EC without a curve", der: spki([ec], point(4, 64)) },
    { why: "EC with NULL for a curve", der: spki([ec, encodedNull], point(4, 64)) },
    { why: "EC with a short point (case 32)", der: spki([ec, p256], point(4, 63)) },
    { why: "EC with a long point (case 32)", der: spki([ec, p256], point(4, 65)) },
    { why: "EC with a point of P-384 on P-256", der: spki([ec, p256], point(4, 96)) },
    { why: "Ed25519 with parameters", der: spki([ed25519, encodedNull], point(1, 31)) },
    { why: "Ed25519 of 31 octets", der: spki([ed25519], point(1, 30)) },
    { why: "Ed25519 of 33 octets", der: spki([ed25519], point(1, 32)) },
    {
      why: "a BIT STRING with unused bits",
      der: encodeSequence(encodeSequence(ed25519), encodeDer(0x03, point(1, 32))),
    },
    { why: "ML-DSA with parameters", der: spki([mlDsa[44], encodedNull], point(1, 1311)) },
    { why: "a third value", der: spki([ed25519], point(1, 31), encodedNull) },
    { why: "an octet after it", der: Uint8Array.from([...spki([ed25519], point(1, 31)), 0]) },
    { why: "no key", der: encodeSequence(encodeSequence(ed25519)) },
    { why: "nothing", der: new Uint8Array() },
  ])("B-140: $why as malformed", ({ der }) => {
    expect(() => parseSubjectPublicKeyInfo(der)).toThrow(
      expect.objectContaining({ code: "ERR_DER_MALFORMED" }),
    );
  });

  test.each([
    { id: "B-140", why: "a compressed point, even", der: spki([ec, p256], point(2, 32)) },
    { id: "B-140", why: "a compressed point, odd", der: spki([ec, p256], point(3, 32)) },
    { id: "B-140", why: "a hybrid point", der: spki([ec, p256], point(6, 64)) },
    { id: "B-152", why: "the point at infinity", der: spki([ec, p256], Uint8Array.of(0)) },
    { id: "B-152", why: "no point at all", der: spki([ec, p256], new Uint8Array()) },
    { id: "case 31", why: "P-192", der: spki([ec, encodeOid("1.2.840.10045.3.1.1")], point(4, 48)) },
    { id: "case 31", why: "secp256k1", der: spki([ec, encodeOid("1.3.132.0.10")], point(4, 64)) },
    { id: "B-140", why: "a curve in numbers", der: spki([ec, encodeSequence(integer(1))], point(4, 64)) },
    {
      id: "case 31",
      why: "a key for RSASSA-PSS alone",
      der: spki([encodeOid("1.2.840.113549.1.1.10")], rsaKey),
    },
    { id: "case 31", why: "DSA", der: spki([encodeOid("1.2.840.10040.4.1")], integer(5)) },
    { id: "case 31", why: "X25519, which cannot sign", der: spki([encodeOid("1.3.101.110")], point(1, 31)) },
    { id: "case 31", why: "Ed448", der: spki([encodeOid("1.3.101.113")], point(1, 56)) },
    {
      id: "B-135",
      why: "ML-KEM, which cannot sign",
      der: spki([encodeOid("2.16.840.1.101.3.4.4.2")], point(1, 1183)),
    },
    {
      id: "RFC 9881",
      why: "a key for HashML-DSA-65",
      der: spki([encodeOid("2.16.840.1.101.3.4.3.33")], point(1, 1951)),
    },
    {
      id: "case 31",
      why: "SLH-DSA",
      der: spki([encodeOid("2.16.840.1.101.3.4.3.20")], point(1, 31)),
    },
  ])("$id: $why as unsupported", ({ der }) => {
    expect(() => parseSubjectPublicKeyInfo(der)).toThrow(
      expect.objectContaining({ name: "RequestError", code: "ERR_KEY_UNSUPPORTED" }),
    );
  });
});

test("B-135: the refusal of a key that cannot sign says so", () => {
  const der = spki([encodeOid("2.16.840.1.101.3.4.4.2")], point(1, 1183));
  expect(() => parseSubjectPublicKeyInfo(der)).toThrow(
    "the public key is not accepted: it is an ML-KEM-768 key, which cannot sign",
  );
});

describe("B-154: the length of an ML-DSA key", () => {
  test.each([
    { parameterSet: 44, length: 1312 },
    { parameterSet: 65, length: 1952 },
    { parameterSet: 87, length: 2592 },
  ] as const)(
    "is exact when it is read and when it is written: ML-DSA-$parameterSet",
    ({ parameterSet, length }) => {
      const words = (octets: number): string =>
        `the ML-DSA-${parameterSet} public key has ${octets} octets, expected ${length}`;
      const right = spki([mlDsa[parameterSet]], point(1, length - 1));
      expect(parseSubjectPublicKeyInfo(right).algorithm).toEqual({ type: "ml-dsa", parameterSet });
      for (const octets of [0, 1, 32, length - 1, length + 1, 1312, 1952, 2592].filter(
        (one) => one !== length,
      )) {
        const encodedKey = new Uint8Array(octets);
        expect(() => parseSubjectPublicKeyInfo(spki([mlDsa[parameterSet]], encodedKey))).toThrow(
          expect.objectContaining({ code: "ERR_DER_MALFORMED", message: words(octets) }),
        );
        expect(() => encodeSubjectPublicKeyInfo({ type: "ml-dsa", parameterSet, encodedKey })).toThrow(
          expect.objectContaining({
            name: "RequestError",
            code: "ERR_KEY_MALFORMED",
            message: words(octets),
          }),
        );
      }
    },
  );
});

test("any octets give a key or a CaError, and a key is written as it was read", () => {
  const algorithm = fc.constantFrom([rsa, encodedNull], [ec, p256], [ed25519], [rsa], [ec]);
  const anyKey = fc
    .tuple(algorithm, fc.uint8Array({ maxLength: 70 }))
    .map(([parts, key]) => spki(parts, key));
  fc.assert(
    fc.property(fc.oneof(anyKey, fc.uint8Array({ maxLength: 100 })), (der) => {
      try {
        expect(encodeSubjectPublicKeyInfo(parseSubjectPublicKeyInfo(der).numbers)).toEqual(der);
      } catch (error) {
        if (!(error instanceof CaError)) throw error;
      }
    }),
  );
});

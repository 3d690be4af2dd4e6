import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, test } from "vitest";
import { readVector } from "../../test/support/vectors.ts";
import { assertStrongKey } from "./key-strength.ts";
import {
  encodeSubjectPublicKeyInfo,
  parseSubjectPublicKeyInfo,
  type SubjectPublicKeyInfo,
} from "./subject-public-key-info.ts";

const strong = readVector("rsa/strong.txt").trimEnd().split("\n");
const [first = ""] = strong;
const weakModuli = Object.entries(JSON.parse(readVector("rsa/weak.json")) as Record<string, string>);
const weak = expect.objectContaining({ name: "RequestError", code: "ERR_KEY_WEAK" });

const even = (digits: string): string => (digits.length % 2 === 0 ? digits : `0${digits}`);
const bytes = (digits: string): Uint8Array => new Uint8Array(Buffer.from(even(digits), "hex"));
const rsa = (modulus: string, exponent = "010001"): SubjectPublicKeyInfo =>
  parseSubjectPublicKeyInfo(
    encodeSubjectPublicKeyInfo({ type: "rsa", modulus: bytes(modulus), exponent: bytes(exponent) }),
  );
const edwards = (x: Uint8Array): SubjectPublicKeyInfo =>
  parseSubjectPublicKeyInfo(encodeSubjectPublicKeyInfo({ type: "ed25519", x }));

describe("RSA", () => {
  test("B-150, B-151: strong keys of another library pass: fifty of 2048 bits, some up to 8192", () => {
    expect(strong).toHaveLength(59);
    for (const modulus of strong) expect(() => assertStrongKey(rsa(modulus))).not.toThrow();
  });

  test.each([
    { why: "1024 bits", modulus: first.slice(256) },
    { why: "2040 bits", modulus: first.slice(2) },
    { why: "2047 bits", modulus: `5${first.slice(1)}` },
    { why: "2049 bits", modulus: `1${first}` },
    { why: "2052 bits", modulus: `8${first}` },
    { why: "8200 bits", modulus: `ff${"f".repeat(2046)}01` },
    { why: "16 384 bits", modulus: "f".repeat(4096) },
    { why: "65 536 bits (E-022)", modulus: "f".repeat(16_384) },
    { why: "0 bits", modulus: "00" },
  ])("case 33, B-150: refuses $why before anything is computed", ({ modulus }) => {
    expect(() => assertStrongKey(rsa(modulus))).toThrow(weak);
    expect(() => assertStrongKey(rsa(modulus))).toThrow(/is not within 2048 to 8192 in whole octets/);
  });

  test.each([
    { why: "0", exponent: "00" },
    { why: "1", exponent: "01" },
    { why: "2", exponent: "02" },
    { why: "3", exponent: "03" },
    { why: "17", exponent: "11" },
    { why: "65535", exponent: "ffff" },
    { why: "65536", exponent: "010000" },
    { why: "65538", exponent: "010002" },
    { why: "2^31 + 1, which Go does not verify", exponent: "80000001" },
    { why: "2^32", exponent: "0100000000" },
    { why: "2^32 + 1", exponent: "0100000001" },
    { why: "2^256 - 1", exponent: "f".repeat(64) },
    { why: "4096 bits (E-022)", exponent: "f".repeat(1024) },
  ])("case 33, B-150: refuses an exponent of $why", ({ exponent }) => {
    expect(() => assertStrongKey(rsa(first, exponent))).toThrow(weak);
    expect(() => assertStrongKey(rsa(first, exponent))).toThrow("RSA exponent is not an odd number");
  });

  test.each(["010001", "010003", "7fffffff"])("B-150: accepts an exponent of 0x%s", (exponent) => {
    expect(() => assertStrongKey(rsa(first, exponent))).not.toThrow();
  });

  test.each(weakModuli)("case 34, B-150, B-151: refuses %s", (why, modulus) => {
    expect(rsa(modulus).algorithm).toEqual({ type: "rsa", bits: 2048 });
    const rule = Object.entries(rules).find(([begin]) => why.startsWith(begin))?.[1] ?? "no rule";
    expect(() => assertStrongKey(rsa(modulus))).toThrow(weak);
    expect(() => assertStrongKey(rsa(modulus))).toThrow(rule);
  });

  test("the message names the rule and never the key", () => {
    for (const [, modulus] of weakModuli)
      expect(() => assertStrongKey(rsa(modulus))).toThrow(
        expect.objectContaining({ message: expect.not.stringMatching(/[0-9a-f]{8}/) }),
      );
  });
});

/** By the beginning of the description in rsa/weak.json. */
const rules = {
  ROCA: "CVE-2017-15361",
  "two primes": "two close primes",
  "the square": "two close primes",
  "the cube": "is a power",
  "the fifth": "is a power",
  "the 31st": "is a power",
  "an even": "divisible by 2",
  "a factor of 3": "divisible by 3",
  "a factor of 751": "divisible by 751",
};

describe("Ed25519", () => {
  const torsion = ed25519.Point.fromHex(
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    true,
  );
  const smallOrder = Array.from({ length: 8 }, (_, index) =>
    index === 0 ? ed25519.Point.ZERO : torsion.multiplyUnsafe(BigInt(index)),
  );

  test("case 39, B-152: refuses all eight points whose order divides 8", () => {
    const encodings = new Set(smallOrder.map((point) => point.toHex()));
    expect(encodings.size).toBe(8);
    for (const encoding of encodings) expect(() => assertStrongKey(edwards(bytes(encoding)))).toThrow(weak);
  });

  test("case 39, B-152: refuses the same with the sign of x turned", () => {
    for (const point of smallOrder) {
      const x = point.toBytes();
      x[31] = (x[31] ?? 0) ^ 0x80;
      expect(() => assertStrongKey(edwards(x))).toThrow("point of small order");
    }
  });

  test.each([
    { why: "the prime itself", y: 2n ** 255n - 19n },
    { why: "the prime plus one", y: 2n ** 255n - 18n },
    { why: "the largest that 255 bits hold", y: 2n ** 255n - 1n },
    { why: "the same with a sign", y: 2n ** 256n - 1n },
  ])("case 39, B-152: refuses a y that is not canonical: $why", ({ y }) => {
    const x = bytes(y.toString(16).padStart(64, "0")).reverse();
    expect(() => assertStrongKey(edwards(x))).toThrow("not in its canonical form");
  });

  test("accepts the base point, its multiples and keys", () => {
    const points = [1n, 2n, 7n, 8n].map((factor) => ed25519.Point.BASE.multiply(factor).toBytes());
    const keys = Array.from({ length: 20 }, () => ed25519.keygen().publicKey);
    for (const x of [...points, ...keys]) expect(() => assertStrongKey(edwards(x))).not.toThrow();
  });
});

test("EC keys are left to the import, and any ML-DSA key is as good as another", () => {
  const keys = [
    { type: "ec", curve: "P-256", x: new Uint8Array(32), y: new Uint8Array(32) },
    { type: "ml-dsa", parameterSet: 44, encodedKey: new Uint8Array(1312) },
  ] as const;
  for (const numbers of keys)
    expect(() =>
      assertStrongKey(parseSubjectPublicKeyInfo(encodeSubjectPublicKeyInfo(numbers))),
    ).not.toThrow();
});

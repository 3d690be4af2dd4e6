import { expect, test } from "vitest";
import { curves, mlDsaParameterSets, nameOfKey, signatureAlgorithms } from "./algorithms.ts";
import { bitLength } from "./bit-length.ts";

test.each([
  { key: { type: "rsa", bits: 3072 }, name: "RSA-3072" },
  { key: { type: "ec", curve: "P-384" }, name: "P-384" },
  { key: { type: "ed25519" }, name: "Ed25519" },
  { key: { type: "ml-dsa", parameterSet: 87 }, name: "ML-DSA-87" },
] as const)("a key of kind $name is called that", ({ key, name }) => {
  expect(nameOfKey(key)).toBe(name);
});

test.each([
  { octets: [0], bits: 0 },
  { octets: [1], bits: 1 },
  { octets: [0x7f], bits: 7 },
  { octets: [0x80], bits: 8 },
  { octets: [1, 0], bits: 9 },
])("a magnitude of $octets has $bits bits", ({ octets, bits }) => {
  expect(bitLength(Uint8Array.from(octets))).toBe(bits);
});

test("the facts are frozen all the way down: parsed keys share them", () => {
  const assertFrozen = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    expect(Object.isFrozen(value)).toBe(true);
    for (const part of Object.values(value)) assertFrozen(part);
  };
  for (const facts of [curves, mlDsaParameterSets, signatureAlgorithms]) assertFrozen(facts);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { readPemVector } from "../../test/support/vectors.ts";
import { ConfigurationError } from "../errors.ts";
import { privateKeyAlgorithm } from "./pkcs8-algorithm.ts";

test.each([
  { file: "rsa", algorithm: { type: "rsa", bits: 2048 } },
  { file: "p-256", algorithm: { type: "ec", curve: "P-256" } },
  { file: "p-384", algorithm: { type: "ec", curve: "P-384" } },
  { file: "p-521", algorithm: { type: "ec", curve: "P-521" } },
  { file: "ed25519", algorithm: { type: "ed25519" } },
  { file: "ml-dsa-44", algorithm: { type: "ml-dsa", parameterSet: 44 } },
  { file: "ml-dsa-65-both", algorithm: { type: "ml-dsa", parameterSet: 65 } },
  { file: "ml-dsa-87-expanded", algorithm: { type: "ml-dsa", parameterSet: 87 } },
])("reads what $file is", ({ file, algorithm }) => {
  const read = privateKeyAlgorithm(readPemVector(`keys/${file}.pem`));
  expect(read).toEqual(algorithm);
  expect(Object.isFrozen(read)).toBe(true);
});

test.each(["secp256k1", "ed448", "x25519", "rsa-pss"])("does not support %s", (kind) => {
  expect(() => privateKeyAlgorithm(readPemVector(`keys/unsupported-${kind}.pem`))).toThrow(
    expect.objectContaining({ code: "ERR_KEY_UNSUPPORTED" }),
  );
});

test.each([
  { why: "nothing", bytes: [] },
  { why: "an empty SEQUENCE", bytes: [0x30, 0] },
  { why: "no algorithm", bytes: [0x30, 3, 2, 1, 0] },
  { why: "no key behind the algorithm", bytes: [0x30, 10, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70] },
  { why: "an octet behind the key", bytes: [...readPemVector("keys/ed25519.pem"), 0] },
  {
    why: "parameters where Ed25519 has none",
    bytes: [0x30, 14, 2, 1, 0, 0x30, 7, 6, 3, 0x2b, 0x65, 0x70, 5, 0, 4, 0],
  },
])("is malformed: $why", ({ bytes }) => {
  expect(() => privateKeyAlgorithm(Uint8Array.from(bytes))).toThrow(
    expect.objectContaining({ name: "ConfigurationError", code: "ERR_KEY_MALFORMED" }),
  );
});

test.each([
  { kind: "rsa-pss", words: "marked for RSASSA-PSS alone" },
  { kind: "x25519", words: "an X25519 key, which cannot sign" },
  { kind: "ed448", words: "an Ed448 key" },
  { kind: "secp256k1", words: "its curve 1.3.132.0.10 is not one of P-256, P-384, P-521" },
])("says why it does not support $kind", ({ kind, words }) => {
  expect(() => privateKeyAlgorithm(readPemVector(`keys/unsupported-${kind}.pem`))).toThrow(words);
});

test("any octets give a kind or a ConfigurationError", () => {
  const files = ["rsa", "p-256", "ed25519", "ml-dsa-44"].map((file) => readPemVector(`keys/${file}.pem`));
  const changed = fc
    .tuple(fc.constantFrom(...files), fc.nat(2000), fc.nat(255))
    .map(([file, place, octet]) => new Uint8Array(file).with(place % file.length, octet));
  fc.assert(
    fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 80 })), (bytes) => {
      try {
        expect(privateKeyAlgorithm(bytes)).toHaveProperty("type");
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
      }
    }),
  );
});

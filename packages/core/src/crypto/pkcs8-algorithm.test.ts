import { expect, test } from "vitest";
import { readPemVector } from "../../test/support/vectors.ts";
import { privateKeyAlgorithm } from "./pkcs8-algorithm.ts";

test.each([
  { file: "rsa", algorithm: { type: "rsa", bits: 0 } },
  { file: "p-256", algorithm: { type: "ec", curve: "P-256" } },
  { file: "p-384", algorithm: { type: "ec", curve: "P-384" } },
  { file: "p-521", algorithm: { type: "ec", curve: "P-521" } },
  { file: "ed25519", algorithm: { type: "ed25519" } },
])("reads the header of $file", ({ file, algorithm }) => {
  expect(privateKeyAlgorithm(readPemVector(`keys/${file}.pem`))).toEqual(algorithm);
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
  { why: "an octet behind the key", bytes: [...readPemVector("keys/ed25519.pem"), 0] },
])("is malformed: $why", ({ bytes }) => {
  expect(() => privateKeyAlgorithm(Uint8Array.from(bytes))).toThrow(
    expect.objectContaining({ name: "ConfigurationError", code: "ERR_KEY_MALFORMED" }),
  );
});

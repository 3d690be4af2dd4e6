import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatKeyDescription, parseKeyDescription } from "../src/protocol.ts";

describe("parseKeyDescription", () => {
  test("reads what formatKeyDescription writes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 600 }), (publicKey) => {
        const description = { algorithm: "rsa-pss-sha256", publicKey } as const;
        expect(parseKeyDescription(formatKeyDescription(description))).toEqual(description);
      }),
    );
  });

  test.each([
    ["no JSON", "{"],
    ["no object", "null"],
    ["an array", "[]"],
    ["another algorithm", '{"algorithm":"rsa-pkcs1-sha1","publicKey":"MAA="}'],
    ["no key", '{"algorithm":"ed25519"}'],
    ["an empty key", '{"algorithm":"ed25519","publicKey":""}'],
    ["a number for a key", '{"algorithm":"ed25519","publicKey":7}'],
    ["a key that is not in Base64", '{"algorithm":"ed25519","publicKey":"MAA"}'],
    ["something more", '{"algorithm":"ed25519","publicKey":"MAA=","key":1}'],
  ])("refuses %s", (_why, json) => {
    expect(parseKeyDescription(json)).toBeUndefined();
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(() => parseKeyDescription(text)).not.toThrow();
      }),
    );
  });
});

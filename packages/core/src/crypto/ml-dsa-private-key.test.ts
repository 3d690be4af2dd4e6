import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPemVector } from "../../test/support/vectors.ts";
import {
  encodeBitString,
  encodeDer,
  encodedNull,
  encodeOctetString,
  encodeSequence,
  encodeSmallInteger,
} from "../asn1/der-writer.ts";
import { ConfigurationError } from "../errors.ts";
import { encodeKeyKind } from "./key-kind.ts";
import { encodeMlDsaSeed, readMlDsaPrivateKey } from "./ml-dsa-private-key.ts";

// RFC 9881 appendix C.1: 00 01 02 ... 1f.
const seed = Uint8Array.from({ length: 32 }, (_, index) => index);
const identifier = encodeKeyKind({ type: "ml-dsa", parameterSet: 44 });
const pkcs8 = (choice: Uint8Array, ...more: Uint8Array[]): Uint8Array =>
  encodeSequence(encodeSmallInteger(0), identifier, encodeOctetString(choice), ...more);
const expanded = new Uint8Array(2560).fill(7);

describe.each([44, 65, 87] as const)("B-143: the samples of RFC 9881 for ML-DSA-%i", (parameterSet) => {
  const of = (form: string): Uint8Array => readPemVector(`keys/ml-dsa-${parameterSet}${form}.pem`);

  test.each([
    { file: "", form: "seed", recommended: "" },
    { file: "-both", form: "both", recommended: "" },
    { file: "-expanded", form: "expandedKey", recommended: "-expanded" },
  ])("are told apart by their tag: $form", ({ file, form, recommended }) => {
    const read = readMlDsaPrivateKey(of(file), parameterSet);
    expect(read.form).toBe(form);
    expect(read.der).toEqual(of(file));
    expect(read.recommended).toEqual(of(recommended));
  });

  test("are written as RFC 9881 writes them", () => {
    expect(encodeMlDsaSeed(parameterSet, seed)).toEqual(of(""));
  });

  test("are not read as another parameter set", () => {
    const other = parameterSet === 44 ? 65 : 44;
    for (const form of ["-both", "-expanded"])
      expect(() => readMlDsaPrivateKey(of(form), other)).toThrow("octets, expected");
  });
});

describe("readMlDsaPrivateKey", () => {
  test("leaves attributes and public key behind", () => {
    const publicKey = encodeDer(0x81, encodeBitString(new Uint8Array(1312)).subarray(4));
    const attributes = encodeDer(0xa0);
    const choice = encodeDer(0x80, seed);
    const read = readMlDsaPrivateKey(pkcs8(choice, attributes, publicKey), 44);
    expect(read.der).toEqual(pkcs8(choice));
  });

  test.each([
    { why: "a seed of 31 octets", choice: encodeDer(0x80, seed.subarray(1)) },
    { why: "a seed of 33 octets", choice: encodeDer(0x80, seed, Uint8Array.of(0)) },
    { why: "a seed under the tag of an expanded key", choice: encodeOctetString(seed) },
    { why: "an expanded key under the tag of a seed", choice: encodeDer(0x80, expanded) },
    { why: "a seed in a constructed [0]", choice: encodeDer(0xa0, encodeOctetString(seed)) },
    { why: "an expanded key that is short", choice: encodeOctetString(expanded.subarray(1)) },
    { why: "an expanded key of ML-DSA-65", choice: encodeOctetString(new Uint8Array(4032)) },
    { why: "both, the seed first and alone", choice: encodeSequence(encodeOctetString(seed)) },
    {
      why: "both in the other order",
      choice: encodeSequence(encodeOctetString(expanded), encodeOctetString(seed)),
    },
    {
      why: "both, and something else",
      choice: encodeSequence(encodeOctetString(seed), encodeOctetString(expanded), encodedNull),
    },
    {
      why: "both with the tag of a seed inside",
      choice: encodeSequence(encodeDer(0x80, seed), encodeOctetString(expanded)),
    },
    { why: "an octet behind the choice", choice: Uint8Array.from([...encodeDer(0x80, seed), 0]) },
    { why: "the octets of a seed without a tag, as older drafts had it", choice: seed },
    { why: "the octets of an expanded key without a tag", choice: expanded },
    { why: "nothing", choice: new Uint8Array() },
    { why: "NULL", choice: encodedNull },
  ])("B-143: refuses $why", ({ choice }) => {
    expect(() => readMlDsaPrivateKey(pkcs8(choice), 44)).toThrow(
      expect.objectContaining({ name: "ConfigurationError", code: "ERR_KEY_MALFORMED" }),
    );
  });

  test("E-070: a refusal shows nothing of the key", () => {
    const secret = Buffer.from(seed.subarray(1)).toString("hex");
    try {
      readMlDsaPrivateKey(pkcs8(encodeDer(0x80, seed.subarray(1))), 44);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        message: "the private key is not PKCS#8: the seed has 31 octets, expected 32",
      });
      expect(String((error as Error).stack)).not.toContain(secret);
    }
  });

  test("answers any octets with a key or a ConfigurationError", () => {
    const both = readPemVector("keys/ml-dsa-44-both.pem");
    const changed = fc
      .tuple(fc.nat(120), fc.nat(255))
      .map(([place, octet]) => new Uint8Array(both).with(place, octet));
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        try {
          expect(readMlDsaPrivateKey(bytes, 44).der.length).toBeGreaterThan(50);
        } catch (error) {
          if (!(error instanceof ConfigurationError)) throw error;
        }
      }),
    );
  });
});

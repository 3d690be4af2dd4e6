import { scryptSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDer } from "../asn1/der-reader.ts";
import {
  encodeDer,
  encodedNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSmallInteger,
} from "../asn1/der-writer.ts";
import { CaError } from "../errors.ts";
import { assertOlderScheme, deriveKey, readKeyDerivation } from "./key-derivation.ts";

const salt = encodeOctetString(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
const integer = encodeSmallInteger;
const sha256 = encodeSequence(encodeOid("1.2.840.113549.2.9"), encodedNull);
const pbkdf2 = (...parameters: readonly Uint8Array[]): Uint8Array =>
  encodeSequence(encodeOid("1.2.840.113549.1.5.12"), encodeSequence(...parameters));
const scrypt = (...parameters: readonly Uint8Array[]): Uint8Array =>
  encodeSequence(encodeOid("1.3.6.1.4.1.11591.4.11"), encodeSequence(salt, ...parameters));
const read = (der: Uint8Array): ReturnType<typeof readKeyDerivation> => readKeyDerivation(readDer(der));

describe("readKeyDerivation", () => {
  test.each([
    { why: "PBKDF2 alone, which is HMAC with SHA-1", der: pbkdf2(salt, integer(1)), hash: "sha-1" },
    { why: "PBKDF2 with a hash", der: pbkdf2(salt, integer(1), sha256), hash: "sha-256" },
    {
      why: "PBKDF2 with a hash and a key length",
      der: pbkdf2(salt, integer(1), integer(32), sha256),
      hash: "sha-256",
      keyLength: 32,
    },
    {
      why: "PBKDF2 with ten million rounds",
      der: pbkdf2(salt, integer(10_000_000), sha256),
      hash: "sha-256",
    },
  ])("reads $why", ({ der, hash, keyLength }) => {
    expect(read(der)).toMatchObject({ function: "pbkdf2", hash, keyLength });
  });

  test.each([
    { why: "the usual", numbers: [2 ** 14, 8, 1] },
    { why: "the smallest", numbers: [2, 1, 1] },
    { why: "128 MiB", numbers: [2 ** 17, 8, 1] },
    { why: "the most work that is allowed", numbers: [2 ** 14, 8, 64] },
  ])("reads scrypt with $why", ({ numbers: [cost = 0, blockSize = 0, parallelization = 0] }) => {
    expect(read(scrypt(integer(cost), integer(blockSize), integer(parallelization)))).toMatchObject({
      function: "scrypt",
      cost,
      blockSize,
      parallelization,
    });
  });

  test.each([
    { why: "one round too many", der: pbkdf2(salt, integer(10_000_001)), words: "10000001 rounds" },
    { why: "as many rounds as fit", der: pbkdf2(salt, integer(0x7fffffff)), words: "2147483647 rounds" },
    {
      why: "a gibibyte of memory by N",
      der: scrypt(integer(2 ** 20), integer(8), integer(1)),
      words: "takes 1073742848 octets of memory, allowed are 268435456",
    },
    {
      why: "256 MiB and one block",
      der: scrypt(integer(2 ** 20), integer(2), integer(1)),
      words: "takes 268435712 octets of memory",
    },
    {
      why: "a gibibyte of memory by p",
      der: scrypt(integer(2), integer(8), integer(2 ** 20)),
      words: "takes 1073743872 octets of memory",
    },
    {
      why: "hours of work in little memory",
      der: scrypt(integer(2 ** 15), integer(1), integer(2 ** 17)),
      words: "N times r times p of 4294967296, allowed is 8388608",
    },
    {
      why: "the largest numbers there are",
      der: scrypt(integer(2 ** 30), integer(0x7fffffff), integer(0x7fffffff)),
      words: "octets of memory",
    },
  ])("E-022: refuses $why with a typed error", ({ der, words }) => {
    expect(() => read(der)).toThrow(
      expect.objectContaining({
        name: "ConfigurationError",
        code: "ERR_KEY_UNSUPPORTED",
        message: expect.stringContaining(words),
      }),
    );
  });

  test.each([
    { why: "no rounds", der: pbkdf2(salt, integer(0)) },
    { why: "2^64 rounds", der: pbkdf2(salt, encodeDer(0x02, new Uint8Array(9).fill(1))) },
    { why: "no salt", der: pbkdf2(integer(1)) },
    { why: "a salt from elsewhere", der: pbkdf2(encodeSequence(encodeOid("1.2.3")), integer(1)) },
    { why: "a fifth parameter", der: pbkdf2(salt, integer(1), integer(32), sha256, encodedNull) },
    { why: "a hash that is none", der: pbkdf2(salt, integer(1), encodedNull) },
    { why: "scrypt with N of 0", der: scrypt(integer(0), integer(8), integer(1)) },
    { why: "scrypt with N of 1", der: scrypt(integer(1), integer(8), integer(1)) },
    { why: "scrypt with N of 3", der: scrypt(integer(3), integer(8), integer(1)) },
    { why: "scrypt with r of 0", der: scrypt(integer(2), integer(0), integer(1)) },
    { why: "scrypt with p of 0", der: scrypt(integer(2), integer(1), integer(0)) },
    { why: "scrypt with N of 2^16 and r of 1", der: scrypt(integer(2 ** 16), integer(1), integer(1)) },
    { why: "scrypt without p", der: scrypt(integer(2), integer(1)) },
    {
      why: "scrypt with a sixth parameter",
      der: scrypt(integer(2), integer(1), integer(1), integer(32), integer(1)),
    },
    { why: "no parameters", der: encodeSequence(encodeOid("1.2.840.113549.1.5.12")) },
    { why: "nothing", der: encodeSequence() },
  ])("refuses $why as malformed", ({ der }) => {
    expect(() => read(der)).toThrow(expect.objectContaining({ code: "ERR_DER_MALFORMED" }));
  });

  test("any parameters give a derivation that is cheap enough, or a CaError", () => {
    const number = fc.oneof(
      fc.nat(40),
      fc.nat(0x7fffffff),
      fc.nat(30).map((bits) => 2 ** bits),
    );
    fc.assert(
      fc.property(fc.array(number, { maxLength: 5 }), fc.boolean(), (numbers, isScrypt) => {
        const encoded = numbers.map(integer);
        try {
          const derivation = read(isScrypt ? scrypt(...encoded) : pbkdf2(salt, ...encoded));
          if (derivation.function === "pbkdf2") expect(derivation.iterations).toBeLessThanOrEqual(10_000_000);
          else {
            const { cost, blockSize, parallelization } = derivation;
            expect(cost * blockSize * parallelization).toBeLessThanOrEqual(2 ** 23);
            expect(128 * blockSize * (cost + parallelization)).toBeLessThanOrEqual(2 ** 28);
          }
        } catch (error) {
          if (!(error instanceof CaError)) throw error;
        }
      }),
    );
  });
});

describe("deriveKey", () => {
  test.each([
    { cost: 2, blockSize: 1, parallelization: 1 },
    { cost: 1024, blockSize: 3, parallelization: 5 },
    // 64 MiB: more than OpenSSL takes without being told.
    { cost: 2 ** 16, blockSize: 8, parallelization: 1 },
  ])("derives by scrypt what Node derives: N of $cost", async ({ cost, blockSize, parallelization }) => {
    const derivation = read(scrypt(integer(cost), integer(blockSize), integer(parallelization), integer(32)));
    const key = await deriveKey(derivation, "open sesame", 32);
    const options = { cost, blockSize, parallelization, maxmem: 2 ** 28 };
    expect(Buffer.from(key ?? []).equals(scryptSync("open sesame", derivation.salt, 32, options))).toBe(true);
  });

  test("has nothing for a hash that only the platform may know", async () => {
    const sha224 = encodeSequence(encodeOid("1.2.840.113549.2.8"), encodedNull);
    expect(await deriveKey(read(pbkdf2(salt, integer(1), sha224)), "open sesame", 32)).toBeUndefined();
  });

  test.each([pbkdf2(salt, integer(1), integer(16)), scrypt(integer(2), integer(1), integer(1), integer(16))])(
    "refuses a length that the parameters do not have",
    async (der) => {
      await expect(deriveKey(read(der), "open sesame", 32)).rejects.toMatchObject({
        code: "ERR_DER_MALFORMED",
        message: "the key derivation is for 16 octets, the cipher has 32",
      });
      expect(await deriveKey(read(der), "open sesame", 16)).toHaveLength(16);
    },
  );
});

describe("assertOlderScheme", () => {
  const parameters = (rounds: number) => readDer(encodeSequence(salt, integer(rounds)));
  const known = [
    ...[1, 3, 4, 6, 10, 11].map((arc) => `1.2.840.113549.1.5.${arc}`),
    ...[1, 2, 3, 4, 5, 6].map((arc) => `1.2.840.113549.1.12.1.${arc}`),
  ];

  test.each(known)("lets %s pass up to ten million rounds", (scheme) => {
    expect(() => assertOlderScheme(scheme, parameters(10_000_000))).not.toThrow();
    expect(() => assertOlderScheme(scheme, parameters(10_000_001))).toThrow(
      expect.objectContaining({ code: "ERR_KEY_UNSUPPORTED" }),
    );
    expect(() => assertOlderScheme(scheme, undefined)).toThrow(
      expect.objectContaining({ code: "ERR_DER_MALFORMED" }),
    );
  });

  test.each(["1.2.840.113549.1.5.2", "1.2.840.113549.1.5.100", "1.2.840.113549.1.12.1.7", "1.2.3"])(
    "does not know %s",
    (scheme) => {
      expect(() => assertOlderScheme(scheme, parameters(1))).toThrow(
        expect.objectContaining({ code: "ERR_KEY_UNSUPPORTED" }),
      );
    },
  );
});

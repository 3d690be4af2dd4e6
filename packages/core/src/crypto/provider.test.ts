import { createPrivateKey, createPublicKey } from "node:crypto";
import { inspect } from "node:util";
import { p256 } from "@noble/curves/nist.js";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { hasMlDsa, keyKinds, readKey } from "../../test/support/private-keys.ts";
import { readPemVector, readVector } from "../../test/support/vectors.ts";
import { ConfigurationError, RequestError } from "../errors.ts";
import { encodeSubjectPublicKeyInfo, parseSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { cryptoProvider as nodeProvider } from "./node.ts";
import { cryptoProvider as webProvider } from "./web.ts";

const providers = [
  { name: "node", provider: nodeProvider },
  { name: "web", provider: webProvider },
] as const;

const mlDsaKinds = [
  { type: "ml-dsa", parameterSet: 44 },
  { type: "ml-dsa", parameterSet: 65 },
  { type: "ml-dsa", parameterSet: 87 },
] as const;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe.each(providers)("provider over $name", ({ provider }) => {
  test("randomBytes fills new arrays of the length asked for", () => {
    expect(provider.randomBytes(0)).toHaveLength(0);
    expect(provider.randomBytes(33)).toHaveLength(33);
    expect(hex(provider.randomBytes(16))).not.toBe(hex(provider.randomBytes(16)));
  });

  test.each([
    // FIPS 180-4: the digests of "abc".
    ["sha-1", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["sha-256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "sha-384",
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    ],
    [
      "sha-512",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ],
  ] as const)("digests with %s", async (algorithm, expected) => {
    expect(hex(await provider.digest(algorithm, ascii("abc")))).toBe(expected);
  });

  test("makes HMACs with SHA-256 under an imported key", async () => {
    // RFC 4231 section 4.3.
    const hmac = await provider.importHmacKey(ascii("Jefe"));
    expect(hex(await hmac(ascii("what do ya want for nothing?")))).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
  });

  test("compares secrets", () => {
    expect(provider.timingSafeEqual(bytes("0102"), bytes("0102"))).toBe(true);
    expect(provider.timingSafeEqual(bytes("0102"), bytes("0103"))).toBe(false);
    expect(provider.timingSafeEqual(bytes("0102"), bytes("010200"))).toBe(false);
    expect(provider.timingSafeEqual(bytes(""), bytes(""))).toBe(true);
  });

  test.each([
    // RFC 6070 section 2 for SHA-1, RFC 7914 section 11 for SHA-256.
    {
      hash: "sha-1",
      password: "password",
      salt: "salt",
      iterations: 4096,
      expected: "4b007901b765489abead49d926f721d065a429c1",
    },
    {
      hash: "sha-256",
      password: "passwd",
      salt: "salt",
      iterations: 1,
      expected: "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc",
    },
  ] as const)("derives keys by PBKDF2 with $hash", async ({ hash, password, salt, iterations, expected }) => {
    const length = expected.length / 2;
    const key = await provider.pbkdf2({
      hash,
      password: ascii(password),
      salt: ascii(salt),
      iterations,
      length,
    });
    expect(hex(key)).toBe(expected);
  });

  // RFC 7914 section 12.
  test.each([
    {
      password: "",
      salt: "",
      cost: 16,
      blockSize: 1,
      parallelization: 1,
      start: "77d6576238657b203b19ca42c18a0497",
    },
    {
      password: "password",
      salt: "NaCl",
      cost: 1024,
      blockSize: 8,
      parallelization: 16,
      start: "fdbabe1c9d3472007856e7190d01e9fe",
    },
  ])("derives keys by scrypt, or says that it cannot: N of $cost", async (row) => {
    const key = await provider.scrypt?.({
      ...row,
      password: ascii(row.password),
      salt: ascii(row.salt),
      length: 64,
    });
    expect(provider.scrypt === undefined).toBe(provider === webProvider);
    if (key !== undefined) expect([key.length, hex(key.subarray(0, 16))]).toEqual([64, row.start]);
  });

  test.each([16, 24, 32])("encrypts with AES-CBC under a key of %i octets, and back", async (length) => {
    const [key, iv] = [provider.randomBytes(length), provider.randomBytes(16)];
    for (const size of [0, 1, 15, 16, 17]) {
      const plaintext = provider.randomBytes(size);
      const ciphertext = await provider.encryptAesCbc(key, iv, plaintext);
      expect(ciphertext).toHaveLength(16 * (Math.floor(size / 16) + 1));
      expect(hex((await provider.decryptAesCbc(key, iv, ciphertext)) ?? bytes(""))).toBe(hex(plaintext));
    }
  });

  test("AES-CBC writes what NIST SP 800-38A section F.2.5 writes", async () => {
    const key = bytes("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    const iv = bytes("000102030405060708090a0b0c0d0e0f");
    const ciphertext = await provider.encryptAesCbc(key, iv, bytes("6bc1bee22e409f96e93d7e117393172a"));
    expect(hex(ciphertext.subarray(0, 16))).toBe("f58c4c04d6e5f1ba779eabfb5f7bfbd6");
  });

  test.each([
    { why: "nothing", ciphertext: new Uint8Array() },
    { why: "a length that is no multiple of 16", ciphertext: new Uint8Array(17) },
    { why: "padding that is wrong", ciphertext: new Uint8Array(32) },
  ])("decryptAesCbc answers undefined for $why", async ({ ciphertext }) => {
    expect(await provider.decryptAesCbc(new Uint8Array(16), new Uint8Array(16), ciphertext)).toBeUndefined();
  });

  test.each([
    { type: "rsa", bits: 2048 },
    { type: "ec", curve: "P-256" },
    { type: "ec", curve: "P-384" },
    { type: "ec", curve: "P-521" },
    { type: "ed25519" },
    ...(hasMlDsa ? mlDsaKinds : []),
  ] as const)("generates a key of %o", async (specification) => {
    const key = await provider.generatePrivateKey(specification);
    expect(key.algorithm).toEqual(specification);
    expect(parseSubjectPublicKeyInfo(key.publicKey).algorithm).toEqual(specification);
    const pkcs8 = Buffer.from(await key.exportPkcs8());
    const again = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
    expect(hex(createPublicKey(again).export({ format: "der", type: "spki" }))).toBe(hex(key.publicKey));
  });

  test.each(keyKinds)("imports and exports PKCS#8: $file", async ({ file }) => {
    const key = await readKey(provider, file);
    const foreign = createPrivateKey(readVector(`keys/${file}.pem`));
    expect(hex(key.publicKey)).toBe(hex(createPublicKey(foreign).export({ format: "der", type: "spki" })));
    expect(key.algorithm).toEqual(parseSubjectPublicKeyInfo(key.publicKey).algorithm);
    expect(hex((await provider.importPkcs8(await key.exportPkcs8())).publicKey)).toBe(hex(key.publicKey));
  });

  test.each([
    { why: "no octets", pkcs8: bytes("") },
    { why: "octets that are not DER", pkcs8: bytes("ffff") },
    { why: "an empty SEQUENCE", pkcs8: bytes("3000") },
    { why: "a key that is cut off", pkcs8: readPemVector("keys/p-256.pem").subarray(0, 60) },
    { why: "a key that holds nothing", pkcs8: bytes("300c020100300506032b65700400") },
    {
      why: "an Ed25519 key of 31 octets",
      pkcs8: bytes(`302d020100300506032b65700421041f${"01".repeat(31)}`),
    },
  ])("importPkcs8 refuses $why", async ({ pkcs8 }) => {
    const imported = Promise.resolve().then(() => provider.importPkcs8(pkcs8));
    await expect(imported).rejects.toMatchObject({ name: "ConfigurationError", code: "ERR_KEY_MALFORMED" });
  });

  test.each(["secp256k1", "ed448", "x25519", "rsa-pss"])("importPkcs8 does not support %s", async (kind) => {
    const imported = Promise.resolve().then(() =>
      provider.importPkcs8(readPemVector(`keys/unsupported-${kind}.pem`)),
    );
    await expect(imported).rejects.toMatchObject({ name: "ConfigurationError", code: "ERR_KEY_UNSUPPORTED" });
  });

  test.each(keyKinds)("E-070: prints nothing of a private key: $file", async ({ file }) => {
    const key = await readKey(provider, file);
    const { d, p, priv } = createPrivateKey(readVector(`keys/${file}.pem`)).export({ format: "jwk" }) as {
      readonly [member: string]: string | undefined;
    };
    expect(d ?? priv).toBeDefined();
    const shown = [inspect(key, { depth: 9, showHidden: true, maxArrayLength: null }), JSON.stringify(key)];
    for (const secret of [d, p, priv].filter((value) => value !== undefined))
      for (const text of shown)
        expect(shows(text, new Uint8Array(Buffer.from(secret, "base64url")))).toBe(false);
    // The search does find what is shown.
    expect(shows(JSON.stringify(key), key.publicKey)).toBe(true);
    expect(shows(shown[0] ?? "", key.publicKey)).toBe(true);
  });

  describe("public keys", () => {
    const off = (point: Uint8Array): Uint8Array => {
      const changed = new Uint8Array(point);
      changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1;
      return changed;
    };
    const { x, y } = p256.Point.BASE.toAffine();
    const octets = (value: bigint): Uint8Array => bytes(value.toString(16).padStart(64, "0"));
    // A point with a small x, so that x + p still fits 32 octets and names the same residue.
    const small = p256.Point.fromHex(`02${"5".padStart(64, "0")}`).toAffine();
    const ec = (left: Uint8Array, right: Uint8Array): Uint8Array =>
      encodeSubjectPublicKeyInfo({ type: "ec", curve: "P-256", x: left, y: right });

    test.each([
      { id: "B-152, case 32", why: "a point off its curve", spki: ec(octets(x), off(octets(y))) },
      { id: "B-152, case 32", why: "the point (0, 0)", spki: ec(octets(0n), octets(0n)) },
      {
        id: "B-152, case 32",
        why: "a coordinate above the field",
        spki: ec(octets(small.x + p256.Point.Fp.ORDER), octets(small.y)),
      },
      { id: "B-152", why: "octets that are no key", spki: bytes("3000") },
    ])("$id: importPublicKey refuses $why", async ({ spki }) => {
      const imported = Promise.resolve().then(() =>
        provider.importPublicKey(spki, { type: "ec", curve: "P-256" }),
      );
      await expect(imported).rejects.toBeInstanceOf(RequestError);
      await expect(imported).rejects.toMatchObject({ code: "ERR_KEY_MALFORMED" });
    });

    test("importPublicKey accepts the points that those were made from", async () => {
      for (const spki of [ec(octets(x), octets(y)), ec(octets(small.x), octets(small.y))])
        expect(await provider.importPublicKey(spki, { type: "ec", curve: "P-256" })).toMatchObject({
          algorithm: { type: "ec", curve: "P-256" },
        });
    });
  });
});

describe("B-152: over WebCrypto a point is looked at before the platform is asked", () => {
  test.each([
    { curve: "P-256", length: 32 },
    { curve: "P-384", length: 48 },
    { curve: "P-521", length: 66 },
  ] as const)("off $curve", async ({ curve, length }) => {
    const importKey = vi.spyOn(crypto.subtle, "importKey");
    onTestFinished(() => importKey.mockRestore());
    const one = new Uint8Array(length).fill(1);
    const spki = encodeSubjectPublicKeyInfo({ type: "ec", curve, x: one, y: one });
    await expect(webProvider.importPublicKey(spki, { type: "ec", curve })).rejects.toMatchObject({
      name: "RequestError",
      code: "ERR_KEY_MALFORMED",
      message: `the public key is not a point of ${curve}`,
    });
    expect(importKey).not.toHaveBeenCalled();
  });
});

describe("importForeignPem", () => {
  test("the provider over WebCrypto says that it reads PKCS#8 only", () => {
    expect(() => webProvider.importForeignPem(readVector("keys/rsa-pkcs1.pem"), undefined)).toThrow(
      expect.objectContaining({ name: ConfigurationError.name, code: "ERR_KEY_UNSUPPORTED" }),
    );
  });

  test.each(["rsa-pkcs1", "p-256-sec1"])("the provider over node:crypto reads %s", async (file) => {
    const key = await nodeProvider.importForeignPem(readVector(`keys/${file}.pem`), undefined);
    const same = await nodeProvider.importPkcs8(
      readPemVector(`keys/${file.replace(/-(pkcs1|sec1)$/, "")}.pem`),
    );
    expect(hex(key.publicKey)).toBe(hex(same.publicKey));
  });
});

/** Whether a text shows octets in any form that inspect, JSON or an encoding would give them. */
function shows(text: string, octets: Uint8Array): boolean {
  const dense = text.replaceAll(/\s|"\d+":/g, "");
  const start = Buffer.from(octets.subarray(0, 15));
  return [
    [...start].join(","),
    start.toString("hex"),
    start.toString("base64"),
    start.toString("base64url"),
  ].some((form) => dense.includes(form));
}

import { checkPrimeSync, createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { describe, expect, test } from "vitest";
import { hasMlDsa } from "../../test/support/private-keys.ts";
import { readVector } from "../../test/support/vectors.ts";
import { encodeMlDsaSeed } from "../crypto/ml-dsa-private-key.ts";
import type { EllipticCurve, MlDsaParameterSet } from "../crypto/provider.ts";
import { findPublication } from "./known-keys.ts";
import { acceptPublicKey } from "./public-key.ts";
import { encodeSubjectPublicKeyInfo } from "./subject-public-key-info.ts";

/** A published private key, in base64url. */
type PublishedKey = { readonly source: string } & (
  | { readonly type: "rsa"; readonly p: string; readonly q: string }
  | { readonly type: "ec"; readonly curve: EllipticCurve; readonly d: string; readonly x: string }
  | { readonly type: "ed25519"; readonly d: string; readonly x: string }
  | { readonly type: "ml-dsa"; readonly parameterSet: MlDsaParameterSet; readonly seed: string }
);

const published = JSON.parse(readVector("known-keys.json")) as readonly PublishedKey[];
const curves = { "P-256": p256, "P-384": p384, "P-521": p521 };
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64url"));
const numberOf = (text: string): bigint => BigInt(`0x${Buffer.from(text, "base64url").toString("hex")}`);
const sha256 = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");

/** SubjectPublicKeyInfo that follows from the published private key. */
function publicHalf(key: PublishedKey): Uint8Array {
  switch (key.type) {
    case "rsa": {
      const modulus = (numberOf(key.p) * numberOf(key.q)).toString(16);
      return encodeSubjectPublicKeyInfo({
        type: "rsa",
        modulus: new Uint8Array(
          Buffer.from(modulus.padStart(modulus.length + (modulus.length % 2), "0"), "hex"),
        ),
        exponent: Uint8Array.of(1, 0, 1),
      });
    }
    case "ec": {
      const point = curves[key.curve].getPublicKey(bytes(key.d), false);
      const half = (point.length - 1) / 2;
      expect(Buffer.from(point.subarray(1, 1 + half)).toString("base64url")).toBe(key.x);
      return encodeSubjectPublicKeyInfo({
        type: "ec",
        curve: key.curve,
        x: point.subarray(1, 1 + half),
        y: point.subarray(1 + half),
      });
    }
    case "ed25519": {
      const x = ed25519.getPublicKey(bytes(key.d));
      expect(Buffer.from(x).toString("base64url")).toBe(key.x);
      return encodeSubjectPublicKeyInfo({ type: "ed25519", x });
    }
    case "ml-dsa": {
      const pkcs8 = Buffer.from(encodeMlDsaSeed(key.parameterSet, bytes(key.seed)));
      const privateKey = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
      return createPublicKey(privateKey).export({ format: "der", type: "spki" });
    }
  }
}

describe("B-153: published sample keys", () => {
  const rows = published.filter(({ type }) => hasMlDsa || type !== "ml-dsa");

  test.each(rows)("the hash follows from the private key in $source ($type)", (key) => {
    expect(findPublication(sha256(publicHalf(key)))).toBe(key.source);
  });

  test.each(rows)("are refused: $source ($type)", async (key) => {
    await expect(acceptPublicKey(publicHalf(key))).rejects.toMatchObject({
      name: "RequestError",
      code: "ERR_KEY_WEAK",
      message: expect.stringContaining(key.source),
    });
  });

  test("no row of the list is without its private key, and none is there twice", () => {
    const source = readFileSync(new URL("known-keys.ts", import.meta.url), "utf8");
    const listed = source.match(/"[0-9a-f]{64}"/g) ?? [];
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toHaveLength(published.length);
  });

  test("the primes of RSA keys are primes, so that no digit of them is wrong", () => {
    for (const key of published) {
      if (key.type !== "rsa") continue;
      expect([key.source, checkPrimeSync(numberOf(key.p)), checkPrimeSync(numberOf(key.q))]).toEqual([
        key.source,
        true,
        true,
      ]);
    }
  });

  // Known from elsewhere, so that not everything here hangs on our own encoder.
  test.each([
    { hash: "b2b04340cfaee616ec9c2c62d261b208e54bb197498df52e8cadede23ac0ba5e", source: "testECCP256" },
    { hash: "c4c10105a0be0ed4dd3354428dc38a9bfee64da141ce16e75c94eda272f9dd3a", source: "testECCP384" },
  ])("$source has the hash that a public blocklist gives", ({ hash, source }) => {
    expect(findPublication(hash)).toContain(source);
  });

  test("other keys are not in the list", () => {
    expect(findPublication(sha256(new Uint8Array()))).toBeUndefined();
    expect(findPublication("")).toBeUndefined();
  });
});

import { ed25519 } from "@noble/curves/ed25519.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { describe, expect, test } from "vitest";
import { keyKinds, keySignatures, publicHalf, readKey } from "../../test/support/private-keys.ts";
import { readVector } from "../../test/support/vectors.ts";
import { encodeDer } from "../asn1/der-writer.ts";
import { encodeSubjectPublicKeyInfo, parseSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { ecdsaDerToRaw } from "./ecdsa-signature.ts";
import { cryptoProvider as nodeProvider } from "./node.ts";
import type { CryptoProvider, KeyAlgorithm, PublicKey } from "./provider.ts";
import { cryptoProvider as webProvider } from "./web.ts";

const providers = [
  { name: "node", provider: nodeProvider },
  { name: "web", provider: webProvider },
] as const;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const message = ascii("the quick brown fox");

describe.each(providers)("what the provider over $name refuses to verify", ({ provider }) => {
  test.each(keySignatures)(
    "$algorithm by $file: another message, another key, nothing",
    async ({ file, algorithm }) => {
      const key = await readKey(provider, file);
      const half = await publicHalf(provider, key);
      const signature = await key.sign(algorithm, message);
      const other = await otherKey(provider, key.algorithm);
      expect(await half.verify(algorithm, message, signature)).toBe(true);
      expect(await half.verify(algorithm, ascii("the quick brown fix"), signature)).toBe(false);
      expect(await half.verify(algorithm, new Uint8Array(), signature)).toBe(false);
      expect(await other.verify(algorithm, message, signature)).toBe(false);
    },
  );

  test.each(keySignatures)(
    "E-013: $algorithm by $file: signatures of another form",
    async ({ file, algorithm }) => {
      const key = await readKey(provider, file);
      const half = await publicHalf(provider, key);
      const signature = await key.sign(algorithm, message);
      for (const { why, octets } of misshapen(new Uint8Array(signature)))
        expect([why, await half.verify(algorithm, message, octets)]).toEqual([why, false]);
    },
  );

  test.each(keyKinds)(
    "B-134: an algorithm that does not fit the key, or another hash: $file",
    async ({ file, algorithms }) => {
      const key = await readKey(provider, file);
      const half = await publicHalf(provider, key);
      const every = new Set(keySignatures.map(({ algorithm }) => algorithm));
      for (const made of algorithms) {
        const signature = await key.sign(made, message);
        for (const claimed of every)
          expect([made, claimed, await half.verify(claimed, message, signature)]).toEqual([
            made,
            claimed,
            made === claimed,
          ]);
      }
    },
  );

  test.each([
    { file: "p-256", curve: "P-256", order: p256.Point.Fn.ORDER },
    { file: "p-384", curve: "P-384", order: p384.Point.Fn.ORDER },
    { file: "p-521", curve: "P-521", order: p521.Point.Fn.ORDER },
  ] as const)("E-013, B-141: ECDSA on $curve with r and s out of range", async ({ file, curve, order }) => {
    const key = await readKey(provider, file);
    const half = await publicHalf(provider, key);
    const signature = await key.sign("ecdsa-sha256", message);
    const raw = ecdsaDerToRaw(signature, curve) ?? new Uint8Array();
    const [r, s] = [raw.subarray(0, raw.length / 2), raw.subarray(raw.length / 2)].map((part) =>
      BigInt(`0x${hex(part)}`),
    );
    if (r === undefined || s === undefined) throw new Error("no signature");
    const rows = [
      { why: "r of 0", der: pair(0n, s) },
      { why: "s of 0", der: pair(r, 0n) },
      { why: "both of 0", der: pair(0n, 0n) },
      { why: "r of the order", der: pair(order, s) },
      { why: "s of the order", der: pair(r, order) },
      { why: "r plus the order", der: pair(r + order, s) },
      { why: "s plus the order", der: pair(r, s + order) },
      { why: "1 and 1", der: pair(1n, 1n) },
      { why: "a negative s", der: encodeDer(0x30, integer(r), encodeDer(0x02, Uint8Array.of(0xff))) },
      { why: "a third integer", der: encodeDer(0x30, integer(r), integer(s), integer(1n)) },
      { why: "r alone", der: encodeDer(0x30, integer(r)) },
      {
        why: "a sign octet too many",
        der: encodeDer(0x30, encodeDer(0x02, bytes(`00${signed(r)}`)), integer(s)),
      },
      { why: "a length in long form", der: longForm(pair(r, s)) },
      { why: "an octet after it", der: bytes(`${hex(pair(r, s))}00`) },
      { why: "r and s without DER", der: raw },
      { why: "a SET", der: encodeDer(0x31, integer(r), integer(s)) },
    ];
    expect(await half.verify("ecdsa-sha256", message, pair(r, s))).toBe(true);
    // Malleable by design: both of (r, s) and (r, n - s) verify, here as everywhere in X.509.
    expect(await half.verify("ecdsa-sha256", message, pair(r, order - s))).toBe(true);
    for (const { why, der } of rows)
      expect([why, await half.verify("ecdsa-sha256", message, der)]).toEqual([why, false]);
  });

  test("case 39, E-013: Ed25519 with an S that is not reduced", async () => {
    const key = await readKey(provider, "ed25519");
    const half = await publicHalf(provider, key);
    const signature = new Uint8Array(await key.sign("ed25519", message));
    const s = BigInt(`0x${hex(signature.slice(32).reverse())}`);
    const unreduced = (s + ed25519.Point.Fn.ORDER).toString(16).padStart(64, "0");
    const changed = Uint8Array.from([...signature.subarray(0, 32), ...bytes(unreduced).reverse()]);
    expect(changed).toHaveLength(64);
    expect(await half.verify("ed25519", message, changed)).toBe(false);
  });
});

describe("what one provider signs the other verifies", () => {
  const pairs = providers.flatMap((signer) => providers.map((verifier) => ({ signer, verifier })));
  const rows = pairs.flatMap((pair) => keySignatures.map((signature) => ({ ...pair, ...signature })));

  test.each(rows)(
    "$signer.name to $verifier.name: $algorithm by $file",
    async ({ signer, verifier, file, algorithm }) => {
      const key = await readKey(signer.provider, file);
      const half = await publicHalf(verifier.provider, key);
      expect(await half.verify(algorithm, message, await key.sign(algorithm, message))).toBe(true);
      expect(
        await half.verify(algorithm, new Uint8Array(), await key.sign(algorithm, new Uint8Array())),
      ).toBe(true);
    },
  );

  test.each([
    { file: "p-256", algorithm: "ecdsa-sha256", curve: p256 },
    { file: "p-384", algorithm: "ecdsa-sha384", curve: p384 },
    { file: "p-521", algorithm: "ecdsa-sha512", curve: p521 },
  ] as const)("a third implementation verifies $algorithm by $file", async ({ file, algorithm, curve }) => {
    for (const { provider } of providers) {
      const key = await readKey(provider, file);
      const { subjectPublicKey } = parseSubjectPublicKeyInfo(key.publicKey);
      const signature = new Uint8Array(await key.sign(algorithm, message));
      expect(curve.verify(signature, message, subjectPublicKey, { format: "der", lowS: false })).toBe(true);
    }
  });

  test("a third implementation verifies Ed25519", async () => {
    for (const { provider } of providers) {
      const key = await readKey(provider, "ed25519");
      const { subjectPublicKey } = parseSubjectPublicKeyInfo(key.publicKey);
      expect(
        ed25519.verify(new Uint8Array(await key.sign("ed25519", message)), message, subjectPublicKey),
      ).toBe(true);
    }
  });
});

/** Another key of the same kind; the RSA modulus is one that Go made, to save the time of making another. */
async function otherKey(provider: CryptoProvider, algorithm: KeyAlgorithm): Promise<PublicKey> {
  if (algorithm.type !== "rsa") return publicHalf(provider, await provider.generatePrivateKey(algorithm));
  const [modulus = ""] = readVector("rsa/strong.txt").split("\n");
  const numbers = { type: "rsa", modulus: bytes(modulus), exponent: bytes("010001") } as const;
  return provider.importPublicKey(encodeSubjectPublicKeyInfo(numbers), algorithm);
}

function misshapen(signature: Uint8Array): { why: string; octets: Uint8Array }[] {
  const flipped = new Uint8Array(signature);
  flipped[flipped.length - 1] = (flipped[flipped.length - 1] ?? 0) ^ 1;
  return [
    { why: "nothing", octets: new Uint8Array() },
    { why: "one octet", octets: Uint8Array.of(0) },
    { why: "the last octet missing", octets: signature.subarray(0, -1) },
    { why: "an octet too many", octets: Uint8Array.from([...signature, 0]) },
    { why: "a zero octet in front", octets: Uint8Array.from([0, ...signature]) },
    { why: "a bit changed", octets: flipped },
    { why: "zeros", octets: new Uint8Array(signature.length) },
    { why: "ones", octets: new Uint8Array(signature.length).fill(0xff) },
    { why: "64 KiB", octets: new Uint8Array(64 * 1024).fill(0x30) },
  ];
}

function integer(value: bigint): Uint8Array {
  return encodeDer(0x02, bytes(signed(value)));
}

/** Two's complement of a number that is not negative, minimal. */
function signed(value: bigint): string {
  const digits = value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return /^[89a-f]/.test(even) ? `00${even}` : even;
}

function pair(r: bigint, s: bigint): Uint8Array {
  return encodeDer(0x30, integer(r), integer(s));
}

function longForm(der: Uint8Array): Uint8Array {
  const body = der.subarray((der[1] ?? 0) < 0x80 ? 2 : 3);
  return Uint8Array.from([0x30, 0x82, body.length >> 8, body.length & 0xff, ...body]);
}

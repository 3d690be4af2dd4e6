import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { hasMlDsa, publicHalf, readKey } from "../../test/support/private-keys.ts";
import { readPemVector, readVector } from "../../test/support/vectors.ts";
import { encodeOctetString, encodeSequence, encodeSmallInteger } from "../asn1/der-writer.ts";
import { parseCertificate } from "../certificate/parse.ts";
import { encodeKeyKind } from "./key-kind.ts";
import { cryptoProvider as nodeProvider } from "./node.ts";
import type { CryptoProvider } from "./provider.ts";
import { cryptoProvider as webProvider } from "./web.ts";

const parameterSets = [44, 65, 87] as const;
const providers = [
  { name: "node", provider: nodeProvider },
  { name: "web", provider: webProvider },
] as const;
const samples = providers.flatMap((row) => parameterSets.map((parameterSet) => ({ ...row, parameterSet })));

const message = new TextEncoder().encode("the quick brown fox");
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const spkiOf = (file: string): string =>
  hex(
    createPublicKey(createPrivateKey(readVector(`keys/${file}.pem`))).export({ format: "der", type: "spki" }),
  );
const importing = (provider: CryptoProvider, pkcs8: Uint8Array): Promise<unknown> =>
  Promise.resolve().then(() => provider.importPkcs8(pkcs8));

describe.skipIf(!hasMlDsa)("ML-DSA (skipped on a runtime without it)", () => {
  test.each(samples)(
    "A-245: the sample certificate of ML-DSA-$parameterSet verifies under its own key over $name",
    async ({ provider, parameterSet }) => {
      const { tbsCertificate, signature, signatureAlgorithm, publicKey } = parseCertificate(
        readPemVector(`ml-dsa/certificate-${parameterSet}.pem`),
      );
      expect(signatureAlgorithm).toBe(`ml-dsa-${parameterSet}`);
      expect(hex(publicKey.der)).toBe(spkiOf(`ml-dsa-${parameterSet}`));
      const key = await provider.importPublicKey(publicKey.der, publicKey.algorithm);
      expect(await key.verify(`ml-dsa-${parameterSet}`, tbsCertificate, signature)).toBe(true);
      const changed = new Uint8Array(signature);
      changed[1000] = (changed[1000] ?? 0) ^ 1;
      expect(await key.verify(`ml-dsa-${parameterSet}`, tbsCertificate, changed)).toBe(false);
      for (const other of parameterSets.filter((set) => set !== parameterSet))
        expect(await key.verify(`ml-dsa-${other}`, tbsCertificate, signature)).toBe(false);
    },
  );

  test.each(samples)(
    "A-245, B-143: seed and both forms of ML-DSA-$parameterSet give one key over $name, written as its seed",
    async ({ provider, parameterSet }) => {
      const seed = readPemVector(`keys/ml-dsa-${parameterSet}.pem`);
      for (const form of ["", "-both"]) {
        const key = await readKey(provider, `ml-dsa-${parameterSet}${form}`);
        expect(key.algorithm).toEqual({ type: "ml-dsa", parameterSet });
        expect(hex(key.publicKey)).toBe(spkiOf(`ml-dsa-${parameterSet}`));
        expect(hex(await key.exportPkcs8())).toBe(hex(seed));
      }
    },
  );

  test.each(parameterSets)(
    "A-245, B-143: an expanded key of ML-DSA-%i signs over node:crypto and stays what it is",
    async (parameterSet) => {
      const file = `ml-dsa-${parameterSet}-expanded`;
      const key = await readKey(nodeProvider, file);
      expect(hex(key.publicKey)).toBe(spkiOf(`ml-dsa-${parameterSet}`));
      expect(hex(await key.exportPkcs8())).toBe(hex(readPemVector(`keys/${file}.pem`)));
      const half = await publicHalf(webProvider, key);
      const algorithm = `ml-dsa-${parameterSet}` as const;
      expect(await half.verify(algorithm, message, await key.sign(algorithm, message))).toBe(true);
    },
  );

  test.each(parameterSets)(
    "B-143: WebCrypto has no expanded keys of ML-DSA-%i, and it says so",
    async (set) => {
      await expect(
        importing(webProvider, readPemVector(`keys/ml-dsa-${set}-expanded.pem`)),
      ).rejects.toMatchObject({
        name: "ConfigurationError",
        code: "ERR_KEY_UNSUPPORTED",
        message: expect.stringContaining("without its seed"),
      });
    },
  );

  // FIPS 204 algorithm 24: rho, K, tr, s1, s2, t0; the numbers are octets from the start for ML-DSA-44.
  const parts = { rho: 0, K: 32, tr: 64, s1: 128, s2: 512, t0: 896, "the last octet": 2559 };
  const both = readPemVector("keys/ml-dsa-44-both.pem");
  const expanded = readPemVector("keys/ml-dsa-44-expanded.pem");

  test.each(providers.flatMap((row) => Object.entries(parts).map(([part, at]) => ({ ...row, part, at }))))(
    "B-143: over $name a seed and an expanded key that differ in $part are refused",
    async ({ provider, at }) => {
      const changed = new Uint8Array(both);
      const place = both.length - 2560 + at;
      changed[place] = (changed[place] ?? 0) ^ 1;
      await expect(importing(provider, changed)).rejects.toMatchObject({
        name: "ConfigurationError",
        code: "ERR_KEY_MALFORMED",
      });
    },
  );

  test.each(providers)("B-143: over $name an expanded key beside another seed is refused", async (row) => {
    const changed = new Uint8Array(both);
    const place = both.length - 2560 - 4 - 32;
    changed[place] = (changed[place] ?? 0) ^ 1;
    await expect(importing(row.provider, changed)).rejects.toMatchObject({ code: "ERR_KEY_MALFORMED" });
  });

  test.each(["rho", "tr", "s1", "s2", "t0"] as const)(
    "B-143: an expanded key whose %s contradicts the rest is refused (RFC 9881 appendix C.4)",
    async (part) => {
      const changed = new Uint8Array(expanded);
      const place = expanded.length - 2560 + parts[part];
      changed[place] = (changed[place] ?? 0) ^ 1;
      await expect(importing(nodeProvider, changed)).rejects.toMatchObject({ code: "ERR_KEY_MALFORMED" });
    },
  );

  test("the octets of a seed or expanded key without a tag, which OpenSSL reads, are refused by both", async () => {
    for (const octets of [new Uint8Array(32), expanded.subarray(-2560)]) {
      const draft = encodeSequence(
        encodeSmallInteger(0),
        encodeKeyKind({ type: "ml-dsa", parameterSet: 44 }),
        encodeOctetString(octets),
      );
      for (const { provider } of providers)
        await expect(importing(provider, draft)).rejects.toMatchObject({ code: "ERR_KEY_MALFORMED" });
    }
  });

  test.each(providers)(
    "FIPS 204: over $name a signature for a context other than the empty one fails",
    async (row) => {
      const privateKey = createPrivateKey(readVector("keys/ml-dsa-44.pem"));
      const options = { key: privateKey, context: Buffer.from("other") };
      const half = await publicHalf(row.provider, await readKey(row.provider, "ml-dsa-44"));
      const plain = sign(undefined, message, { ...options, context: Buffer.alloc(0) });
      expect(await half.verify("ml-dsa-44", message, plain)).toBe(true);
      const other = sign(undefined, message, options);
      expect(hex(other)).not.toBe(hex(plain));
      expect(await half.verify("ml-dsa-44", message, other)).toBe(false);
    },
  );
});

import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { keySignatures, readKey } from "../../test/support/private-keys.ts";
import { readDer } from "../asn1/der-reader.ts";
import { cryptoProvider } from "../crypto/node.ts";
import { createLocalSigner } from "./local-signer.ts";
import { probeSigner } from "./probe.ts";
import type { Signer } from "./signer.ts";

const good = createLocalSigner(await readKey(cryptoProvider, "p-256"));

describe("probeSigner", () => {
  test.each(keySignatures)("accepts $algorithm by $file", async ({ file, algorithm }) => {
    const signer = createLocalSigner(await readKey(cryptoProvider, file), { algorithm });
    await expect(probeSigner(signer)).resolves.toBeUndefined();
  });

  test("asks once, for text that cannot be taken for anything of X.509", async () => {
    const asked: Uint8Array[] = [];
    const sign = (data: Uint8Array): ReturnType<Signer["sign"]> => {
      asked.push(data);
      return good.sign(data);
    };
    await probeSigner({ ...good, sign });
    await probeSigner({ ...good, sign }, "CN=Lab");
    expect(asked.map((data) => new TextDecoder().decode(data))).toEqual(
      Array.from({ length: 2 }, () => "Chancery signer probe: this is text and certifies nothing.\n"),
    );
    // What is signed in X.509 is a DER SEQUENCE, 0x30.
    for (const data of asked) {
      expect(data[0]).not.toBe(0x30);
      expect(() => readDer(data)).toThrow();
    }
  });

  const { privateKey: stranger } = generateKeyPairSync("ec", { namedCurve: "P-256" });

  test.each<{ why: string; signer: Signer; words: string }>([
    {
      why: "signs with another key",
      signer: { ...good, sign: (data) => sign("sha256", data, stranger) },
      words: "does not verify under its public key as ecdsa-sha256",
    },
    {
      why: "signs something else",
      signer: { ...good, sign: (data) => good.sign(data.subarray(1)) },
      words: "does not verify",
    },
    {
      why: "hashes first, so that the data is hashed twice",
      signer: { ...good, sign: async (data) => good.sign(await cryptoProvider.digest("sha-256", data)) },
      words: "does not verify",
    },
    {
      why: "answers r and s without DER",
      signer: { ...good, sign: () => new Uint8Array(64).fill(1) },
      words: "does not verify",
    },
    {
      why: "says another hash than it uses",
      signer: { ...good, algorithm: "ecdsa-sha384" },
      words: "does not verify under its public key as ecdsa-sha384",
    },
    {
      why: "says an algorithm that its key does not have",
      signer: { ...good, algorithm: "ed25519" },
      words: "signs with ed25519, its key is of kind P-256",
    },
    {
      why: "says an algorithm that there is not",
      signer: { ...good, algorithm: "constructor" as Signer["algorithm"] },
      words: "signs with constructor, its key is of kind P-256",
    },
    {
      why: "has a public key that is none",
      signer: { ...good, publicKey: new Uint8Array(8) },
      words: "cannot be read",
    },
    {
      why: "has a public key off its curve",
      signer: {
        ...good,
        publicKey: good.publicKey.map((octet, index) => (index === 90 ? octet ^ 1 : octet)),
      },
      words: "cannot be read: the platform refuses the P-256 public key",
    },
  ])("refuses a signer that $why", async ({ signer, words }) => {
    const message = expect.stringContaining(words);
    const error = { name: "ConfigurationError", code: "ERR_ISSUER_UNFIT", message };
    await expect(probeSigner(signer)).rejects.toMatchObject(error);
    await expect(probeSigner(signer, "CN=Lab")).rejects.toMatchObject({
      message: expect.stringContaining('issuer "CN=Lab"'),
    });
  });

  test.each<{ why: string; sign: () => unknown }>([
    {
      why: "throws",
      sign: () => {
        throw new Error("token removed");
      },
    },
    { why: "rejects", sign: () => Promise.reject(new Error("token removed")) },
    { why: "answers nothing", sign: () => undefined },
  ])("a signer that $why is ERR_SIGNER_FAILED", async ({ sign: failing }) => {
    const signer = { ...good, sign: failing as Signer["sign"] };
    await expect(probeSigner(signer, "CN=Lab")).rejects.toMatchObject({
      name: "SignerError",
      code: "ERR_SIGNER_FAILED",
      message: expect.stringContaining("CN=Lab"),
    });
  });
});

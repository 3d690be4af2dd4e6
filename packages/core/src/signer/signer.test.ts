import { constants, verify } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { hasMlDsa } from "../../test/support/private-keys.ts";
import { readVector } from "../../test/support/vectors.ts";
import type { KeySpecification, SignatureAlgorithm } from "../crypto/provider.ts";
import { decodePrivateKeyPem, encodePrivateKeyPem, generatePrivateKey } from "../key/private-key.ts";
import { createLocalSigner } from "./local-signer.ts";
import { signWith } from "./sign.ts";
import type { Signer } from "./signer.ts";

const data = new TextEncoder().encode("to be signed");

const kinds: readonly { key: KeySpecification; algorithm: Signer["algorithm"]; hash: string | undefined }[] =
  [
    { key: { type: "rsa", bits: 2048 }, algorithm: "rsa-pkcs1-sha256", hash: "sha256" },
    { key: { type: "ec", curve: "P-256" }, algorithm: "ecdsa-sha256", hash: "sha256" },
    { key: { type: "ec", curve: "P-384" }, algorithm: "ecdsa-sha384", hash: "sha384" },
    { key: { type: "ec", curve: "P-521" }, algorithm: "ecdsa-sha512", hash: "sha512" },
    { key: { type: "ed25519" }, algorithm: "ed25519", hash: undefined },
    ...(hasMlDsa
      ? ([44, 65, 87] as const).map((parameterSet) => ({
          key: { type: "ml-dsa", parameterSet } as const,
          algorithm: `ml-dsa-${parameterSet}` as const,
          hash: undefined,
        }))
      : []),
  ];

describe("createLocalSigner", () => {
  test.each(kinds)("B-141, B-142: the key decides for $algorithm", async ({ key, algorithm, hash }) => {
    const signer = createLocalSigner(await generatePrivateKey(key));
    expect(signer.algorithm).toBe(algorithm);
    const publicKey = { key: Buffer.from(signer.publicKey), format: "der", type: "spki" } as const;
    expect(verify(hash, data, publicKey, await signer.sign(data))).toBe(true);
  });

  test.each([
    { algorithm: "rsa-pss-sha256", hash: "sha256", saltLength: 32 },
    { algorithm: "rsa-pss-sha384", hash: "sha384", saltLength: 48 },
    { algorithm: "rsa-pss-sha512", hash: "sha512", saltLength: 64 },
  ] as const)(
    "RFC 4055: an RSA key can be told to sign with $algorithm",
    async ({ algorithm, hash, saltLength }) => {
      const privateKey = await decodePrivateKeyPem(readVector("keys/rsa.pem"));
      const signer = createLocalSigner(privateKey, { algorithm });
      expect(signer.algorithm).toBe(algorithm);
      const key = {
        ...({ key: Buffer.from(signer.publicKey), format: "der", type: "spki" } as const),
        padding: constants.RSA_PKCS1_PSS_PADDING,
      };
      const signature = await signer.sign(data);
      // Node recovers the length of the salt unless it is told one, so one octet more or less is not accepted.
      expect(verify(hash, data, { ...key, saltLength }, signature)).toBe(true);
      expect(verify(hash, data, { ...key, saltLength: saltLength - 1 }, signature)).toBe(false);
    },
  );

  test.each<{ file: string; algorithm: SignatureAlgorithm; kind: string }>([
    { file: "rsa", algorithm: "ecdsa-sha256", kind: "RSA-2048" },
    { file: "rsa", algorithm: "ml-dsa-44", kind: "RSA-2048" },
    { file: "p-256", algorithm: "rsa-pss-sha256", kind: "P-256" },
    { file: "p-256", algorithm: "ed25519", kind: "P-256" },
    { file: "ed25519", algorithm: "ecdsa-sha256", kind: "Ed25519" },
    ...(hasMlDsa
      ? ([
          { file: "ml-dsa-44", algorithm: "ml-dsa-65", kind: "ML-DSA-44" },
          { file: "ml-dsa-44", algorithm: "ed25519", kind: "ML-DSA-44" },
        ] as const)
      : []),
  ])("B-142: $algorithm does not fit a key of $kind", async ({ file, algorithm, kind }) => {
    const privateKey = await decodePrivateKeyPem(readVector(`keys/${file}.pem`));
    expect(() => createLocalSigner(privateKey, { algorithm })).toThrow(
      expect.objectContaining({
        name: "ConfigurationError",
        code: "ERR_OPTION_INVALID",
        message: `algorithm ${algorithm} does not fit a private key of kind ${kind}`,
      }),
    );
  });

  test.each(["rsa-pkcs1-sha1", "ECDSA-SHA256", "none", "constructor", ""])(
    "B-142: %o is no algorithm",
    async (algorithm) => {
      const privateKey = await decodePrivateKeyPem(readVector("keys/rsa.pem"));
      const options = { algorithm: algorithm as SignatureAlgorithm };
      expect(() => createLocalSigner(privateKey, options)).toThrow(
        expect.objectContaining({ name: "ConfigurationError", code: "ERR_OPTION_INVALID" }),
      );
    },
  );

  test("E-070: shows nothing of the private key", async () => {
    const privateKey = await generatePrivateKey({ type: "ed25519" });
    const secret = (await encodePrivateKeyPem(privateKey)).split("\n")[1] ?? "";
    const hex = Buffer.from(secret, "base64").subarray(-32).toString("hex");
    const shown = [privateKey, createLocalSigner(privateKey)].map(
      (value) => `${inspect(value, { depth: 9, showHidden: true })}${JSON.stringify(value)}`,
    );
    for (const text of shown) {
      expect(text.replaceAll(/[\s,]/g, "")).not.toContain(hex);
      expect(text).not.toContain(secret);
    }
  });
});

describe("signWith", () => {
  const signerAnswering = (sign: () => unknown): Signer => ({
    algorithm: "ed25519",
    publicKey: new Uint8Array(),
    sign: sign as Signer["sign"],
  });
  const boom = new Error("token removed");

  test.each([
    {
      why: "throws",
      sign: () => {
        throw boom;
      },
      cause: boom,
    },
    { why: "rejects", sign: () => Promise.reject(boom), cause: boom },
    { why: "answers nothing", sign: () => undefined, cause: undefined },
    { why: "answers an empty signature", sign: () => new Uint8Array(), cause: undefined },
    { why: "answers text", sign: () => Promise.resolve("c2ln"), cause: undefined },
  ])("a signer that $why is ERR_SIGNER_FAILED", async ({ sign, cause }) => {
    const signing = signWith(signerAnswering(sign), "CN=Lab", data);
    await expect(signing).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
      name: "SignerError",
      message: expect.stringContaining("CN=Lab"),
    });
    await expect(signing).rejects.toSatisfy((error: Error) => error.cause === cause);
  });

  test("takes a value as well as a promise", async () => {
    const signature = Uint8Array.of(1);
    expect(
      await signWith(
        signerAnswering(() => signature),
        "CN=Lab",
        data,
      ),
    ).toEqual(signature);
    expect(
      await signWith(
        signerAnswering(() => Promise.resolve(signature)),
        "CN=Lab",
        data,
      ),
    ).toEqual(signature);
  });
});

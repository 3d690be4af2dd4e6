import { createHash, createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasMlDsa } from "../../test/support/private-keys.ts";
import { readPemVector, readVector } from "../../test/support/vectors.ts";
import { encodeBitString, encodeOid, encodeSequence } from "../asn1/der-writer.ts";
import { cryptoProvider } from "../crypto/node.ts";
import { RequestError } from "../errors.ts";
import { acceptPublicKey } from "./public-key.ts";
import { encodeSubjectPublicKeyInfo } from "./subject-public-key-info.ts";

const message = new TextEncoder().encode("message");
const p256 = (await cryptoProvider.importPkcs8(readPemVector("keys/p-256.pem"))).publicKey;

describe("acceptPublicKey", () => {
  test.skipIf(!hasMlDsa).each([44, 65, 87] as const)(
    "accepts ML-DSA-%i, ready to verify (skipped on a runtime without it)",
    async (parameterSet) => {
      const { publicKey, privateKey } = generateKeyPairSync(`ml-dsa-${parameterSet}`);
      const accepted = await acceptPublicKey(publicKey.export({ format: "der", type: "spki" }));
      expect(accepted.algorithm).toEqual({ type: "ml-dsa", parameterSet });
      const signature = sign(undefined, message, privateKey);
      expect(await accepted.key.verify(`ml-dsa-${parameterSet}`, message, signature)).toBe(true);
    },
  );

  test.each(["rsa", "p-256", "p-384", "p-521", "ed25519"])("accepts %s, ready to verify", async (file) => {
    const key = await cryptoProvider.importPkcs8(readPemVector(`keys/${file}.pem`));
    const accepted = await acceptPublicKey(key.publicKey);
    expect(Buffer.from(accepted.der).equals(key.publicKey)).toBe(true);
    expect(accepted.algorithm).toEqual(key.algorithm);
    expect(accepted.hash).toBe(createHash("sha256").update(key.publicKey).digest("hex"));
    const hash = file === "ed25519" ? undefined : "sha256";
    const algorithm = file === "ed25519" ? "ed25519" : file === "rsa" ? "rsa-pkcs1-sha256" : "ecdsa-sha256";
    const signature = sign(hash, message, createPrivateKey(readVector(`keys/${file}.pem`)));
    expect(await accepted.key.verify(algorithm, message, signature)).toBe(true);
  });

  test("does not change when the caller's buffer does", async () => {
    const buffer = new Uint8Array(p256);
    const accepted = await acceptPublicKey(buffer);
    const { x } = accepted.numbers as { x: Uint8Array };
    const before = [accepted.der, accepted.subjectPublicKey, x].map((part) =>
      Buffer.from(part).toString("hex"),
    );
    buffer.fill(0);
    const after = [accepted.der, accepted.subjectPublicKey, x].map((part) =>
      Buffer.from(part).toString("hex"),
    );
    expect(after).toEqual(before);
    expect(before[0]).toBe(Buffer.from(p256).toString("hex"));
  });

  test.each([
    { why: "nothing", spki: new Uint8Array(), code: "ERR_KEY_MALFORMED" },
    { why: "an octet after the key", spki: Uint8Array.from([...p256, 0]), code: "ERR_KEY_MALFORMED" },
    {
      why: "a point off the curve",
      spki: Uint8Array.from([...p256.subarray(0, -1), (p256[90] ?? 0) ^ 1]),
      code: "ERR_KEY_MALFORMED",
    },
    {
      why: "RSA of 1024 bits",
      spki: encodeSubjectPublicKeyInfo({
        type: "rsa",
        modulus: new Uint8Array(128).fill(0xff),
        exponent: Uint8Array.of(1, 0, 1),
      }),
      code: "ERR_KEY_WEAK",
    },
    {
      why: "Ed25519 of small order",
      spki: encodeSubjectPublicKeyInfo({ type: "ed25519", x: new Uint8Array(32) }),
      code: "ERR_KEY_WEAK",
    },
    {
      why: "ML-DSA of 1311 octets",
      spki: encodeSequence(
        encodeSequence(encodeOid("2.16.840.1.101.3.4.3.17")),
        encodeBitString(new Uint8Array(1311)),
      ),
      code: "ERR_KEY_MALFORMED",
    },
    {
      why: "another algorithm",
      spki: Uint8Array.of(0x30, 8, 0x30, 3, 6, 1, 0x2a, 3, 1, 0),
      code: "ERR_KEY_UNSUPPORTED",
    },
  ])("refuses $why with $code", async ({ spki, code }) => {
    await expect(acceptPublicKey(spki)).rejects.toMatchObject({ name: "RequestError", code });
  });

  test("a message of the platform does not come through; its error is kept as the cause", async () => {
    const spki = Uint8Array.from([...p256.subarray(0, -1), (p256[90] ?? 0) ^ 1]);
    const error: unknown = await acceptPublicKey(spki).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ message: "the platform refuses the P-256 public key" });
    expect((error as Error).cause).toBeInstanceOf(Error);
  });

  test("answers any change of a key with a key or a RequestError", async () => {
    const change = fc.tuple(fc.nat(p256.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const spki = new Uint8Array(p256);
        for (const [index, octet] of changes) spki[index] = octet;
        const answer: unknown = await acceptPublicKey(spki).catch((error: unknown) => error);
        return (
          answer instanceof RequestError || Buffer.from((answer as { der: Uint8Array }).der).equals(spki)
        );
      }),
    );
  });
});

import { ecdsaRawToDer } from "@chancery/core/crypto";
import * as fc from "fast-check";
import { FlattenedSign } from "jose";
import { describe, expect, test } from "vitest";
import { algorithms, generateSigningKey, type SigningKey, signOctets } from "../../test/support/keys.ts";
import { importStrongKey, parseJwk } from "./jwk.ts";
import { type Jws, parseJws } from "./jws.ts";
import { fitsKey, requireAlgorithm, verifySignature } from "./signature.ts";

const utf8 = new TextEncoder();
const keys = new Map(
  await Promise.all(algorithms.map(async (alg) => [alg, await generateSigningKey(alg)] as const)),
);
const keyOf = (alg: string): SigningKey => keys.get(alg) ?? expect.unreachable();

async function signWithJose({ alg, privateKey, jwk }: SigningKey): Promise<Jws> {
  const header = { alg, jwk, nonce: "AAAA", url: "https://ca.test/acme/new-account" };
  const jws = await new FlattenedSign(utf8.encode("{}")).setProtectedHeader(header).sign(privateKey);
  return parseJws(utf8.encode(JSON.stringify(jws)));
}

const importKey = async ({ alg, jwk }: SigningKey) => importStrongKey(await parseJwk(jwk, alg));

async function verify(jws: Jws, key: SigningKey): Promise<void> {
  await verifySignature(jws, requireAlgorithm(key.alg), await importKey(key));
}

const unauthorized = expect.objectContaining({
  name: "AcmeProblem",
  type: "unauthorized",
  status: 403,
}) as unknown;

describe("requireAlgorithm", () => {
  test.each([
    "none",
    "None",
    "HS256",
    "HS512",
    "ES256K",
    "es256",
    "RS1",
    "RS512",
    "PS384",
    "Ed448",
    "constructor",
    "",
  ])('refuses "%s" and lists what it takes (A-033, A-035, case 26)', (alg) => {
    const names = ["ES256", "ES384", "ES512", "EdDSA", "RS256", "PS256"];
    expect(() => requireAlgorithm(alg)).toThrow(
      expect.objectContaining({ type: "badSignatureAlgorithm", extras: { algorithms: names } }),
    );
  });

  test.each(algorithms)("%s fits keys of its own kind only (E-010, case 35)", async (alg) => {
    for (const other of algorithms) {
      const sameKind = other === alg || (/^[RP]S/.test(other) && /^[RP]S/.test(alg));
      expect(fitsKey(requireAlgorithm(alg), (await importKey(keyOf(other))).algorithm)).toBe(sameKind);
    }
  });
});

describe("verifySignature", () => {
  test.each(algorithms)("accepts %s as jose signs it (A-034)", async (alg) => {
    await expect(verify(await signWithJose(keyOf(alg)), keyOf(alg))).resolves.toBeUndefined();
  });

  test.each(algorithms)("refuses %s over other octets (case 38)", async (alg) => {
    const jws = await signWithJose(keyOf(alg));
    const altered = { ...jws, signingInput: jws.signingInput.with(0, (jws.signingInput[0] ?? 0) ^ 1) };
    await expect(verify(altered, keyOf(alg))).rejects.toEqual(unauthorized);
  });

  test.each(algorithms)("refuses %s by another key (case 42)", async (alg) => {
    const other = await generateSigningKey(alg);
    await expect(verify(await signWithJose(keyOf(alg)), other)).rejects.toEqual(unauthorized);
  });

  test.each(algorithms)("refuses a %s signature that is shorter or longer (A-037, case 37)", async (alg) => {
    const jws = await signWithJose(keyOf(alg));
    const { signature } = jws;
    for (const wrong of [
      signature.slice(1),
      signature.slice(0, -1),
      Uint8Array.of(0, ...signature),
      new Uint8Array(),
    ]) {
      await expect(verify({ ...jws, signature: wrong }, keyOf(alg))).rejects.toEqual(unauthorized);
    }
  });

  test.each(["ES256", "ES384", "ES512"])(
    "refuses an %s signature with r or s zero (E-013, case 37)",
    async (alg) => {
      const jws = await signWithJose(keyOf(alg));
      const half = jws.signature.length / 2;
      for (const part of [0, half]) {
        const signature = jws.signature.slice();
        signature.fill(0, part, part + half);
        await expect(verify({ ...jws, signature }, keyOf(alg))).rejects.toEqual(unauthorized);
      }
    },
  );

  test("refuses an ECDSA signature in DER (A-037, case 37)", async () => {
    const jws = await signWithJose(keyOf("ES256"));
    const signature = ecdsaRawToDer(jws.signature);
    await expect(verify({ ...jws, signature }, keyOf("ES256"))).rejects.toEqual(unauthorized);
  });

  test("refuses an Ed25519 signature whose S is not below the order of the group (E-013, case 39)", async () => {
    const key = keyOf("EdDSA");
    const jws = await signWithJose(key);
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = Buffer.from(jws.signature.slice(32).reverse()).toString("hex");
    const shifted = (BigInt(`0x${s}`) + order).toString(16).padStart(64, "0");
    const signature = jws.signature.slice();
    signature.set(Buffer.from(shifted, "hex").reverse(), 32);
    await expect(verify({ ...jws, signature }, key)).rejects.toEqual(unauthorized);
  });

  test("refuses a PSS signature with another salt length (RFC 7518 section 3.5)", async () => {
    const key = keyOf("PS256");
    const jws = await signWithJose(key);
    const parameters = { name: "RSA-PSS", saltLength: 20 };
    const input = new Uint8Array(jws.signingInput);
    const signature = new Uint8Array(await crypto.subtle.sign(parameters, key.privateKey, input));
    await expect(verify({ ...jws, signature }, key)).rejects.toEqual(unauthorized);
  });

  test("finds every single flipped bit of a signature", async () => {
    const key = keyOf("ES256");
    const jws = await signWithJose(key);
    const publicKey = await importKey(key);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 511 }), async (bit) => {
        const signature = jws.signature.slice();
        signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        await expect(verifySignature({ ...jws, signature }, "ES256", publicKey)).rejects.toEqual(
          unauthorized,
        );
      }),
    );
  });

  test("accepts ECDSA signatures whose r or s begins with zeros", async () => {
    const key = keyOf("ES256");
    const publicKey = await importKey(key);
    const jws = await signWithJose(key);
    let shortOnes = 0;
    for (let round = 0; round < 3000 && shortOnes < 3; round += 1) {
      const signingInput = utf8.encode(`message ${round}`);
      const signature = await signOctets(key, signingInput);
      if (signature[0] !== 0 && signature[32] !== 0) continue;
      shortOnes += 1;
      await expect(
        verifySignature({ ...jws, signingInput, signature }, "ES256", publicKey),
      ).resolves.toBeUndefined();
    }
    expect(shortOnes).toBe(3);
  });
});

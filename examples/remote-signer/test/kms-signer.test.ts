import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { p256, p384 } from "@noble/curves/nist.js";
import { describe, expect, test, vi } from "vitest";
import { createKmsSigner } from "../src/kms-signer.ts";

/** For machines that are busy. */
const patience = { timeout: 20_000, interval: 5 };
const data = new TextEncoder().encode("to be signed");

/** A service that signs digests on a curve, as node:crypto does not: it always hashes first. */
function createCurveService(namedCurve: "P-256" | "P-384"): {
  publicKey: Uint8Array;
  signDigest(digest: Uint8Array, format: "compact" | "der"): Promise<Uint8Array>;
} {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
  const secret = Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
  const curve = namedCurve === "P-256" ? p256 : p384;
  return {
    publicKey: spkiOf(publicKey),
    signDigest: (digest, format) => Promise.resolve(curve.sign(digest, secret, { prehash: false, format })),
  };
}

function spkiOf(publicKey: KeyObject): Uint8Array {
  return new Uint8Array(publicKey.export({ format: "der", type: "spki" }));
}

function isSignature(hash: string | null, publicKey: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
  return verify(hash, data, key, signature);
}

describe("createKmsSigner", () => {
  test.each([
    { curve: "P-256", algorithm: "ecdsa-sha256", hash: "sha256" },
    { curve: "P-384", algorithm: "ecdsa-sha384", hash: "sha384" },
  ] as const)("signs $algorithm with services that take a digest, however they answer", async (kind) => {
    const service = createCurveService(kind.curve);
    for (const [answers, format] of [
      ["der", "der"],
      ["p1363", "compact"],
    ] as const) {
      const signer = createKmsSigner({
        ...{ algorithm: kind.algorithm, publicKey: service.publicKey, takes: "digest", answers },
        call: (digest) => service.signDigest(digest, format),
      });
      expect(signer).toMatchObject({ algorithm: kind.algorithm, publicKey: service.publicKey });
      expect(isSignature(kind.hash, signer.publicKey, await signer.sign(data))).toBe(true);
    }
  });

  test.each([
    { algorithm: "ed25519", key: generateKeyPairSync("ed25519"), hash: null },
    {
      algorithm: "rsa-pkcs1-sha256",
      key: generateKeyPairSync("rsa", { modulusLength: 2048 }),
      hash: "sha256",
    },
  ] as const)("signs $algorithm with services that take the message", async ({ algorithm, key, hash }) => {
    const signer = createKmsSigner({
      ...{ algorithm, publicKey: spkiOf(key.publicKey), takes: "message", answers: "p1363" },
      call: (message) => Promise.resolve(sign(hash, message, key.privateKey)),
    });
    expect(isSignature(hash, signer.publicKey, await signer.sign(data))).toBe(true);
  });

  const any = {
    algorithm: "ecdsa-sha256",
    publicKey: new Uint8Array(),
    takes: "digest",
    answers: "der",
  } as const;

  test("knows no digest of Ed25519", async () => {
    const signer = createKmsSigner({ ...any, algorithm: "ed25519", call: () => Promise.resolve(data) });
    await expect(signer.sign(data)).rejects.toThrow("ed25519 signs messages, not digests");
  });

  test("makes a SignerError of what the service throws", async () => {
    const cause = new Error("AccessDeniedException");
    const signer = createKmsSigner({ ...any, call: () => Promise.reject(cause) });
    await expect(signer.sign(data)).rejects.toMatchObject({
      name: "SignerError",
      message: "the key management service failed",
      cause,
    });
  });

  test("gives up on a call that takes too long, and tells it so", async () => {
    let heard: AbortSignal | undefined;
    const call = (_: Uint8Array, signal: AbortSignal): Promise<Uint8Array> => {
      heard = signal;
      return new Promise(() => undefined);
    };
    const signer = createKmsSigner({ ...any, timeout: 20, concurrency: 1, call });
    const results = await Promise.allSettled([signer.sign(data), signer.sign(data)]);
    expect(results.map((result) => result.status === "rejected" && String(result.reason))).toEqual(
      results.map(() => "SignerError: the key management service did not answer within 20 ms"),
    );
    expect(heard?.aborted).toBe(true);
  });

  test("makes a few calls at a time, in the order they were asked for, though some fail", async () => {
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const call = vi.fn(async (message: Uint8Array) => {
      running += 1;
      most = Math.max(most, running);
      order.push(message[0] ?? 0);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if ((message[0] ?? 0) % 3 === 0) throw new Error("throttled");
      return message;
    });
    const signer = createKmsSigner({ ...any, takes: "message", concurrency: 2, call });
    const from = (start: number): Promise<PromiseSettledResult<Uint8Array>[]> =>
      Promise.allSettled(Array.from({ length: 5 }, (_, index) => signer.sign(Uint8Array.of(start + index))));
    const early = from(0);
    await vi.waitUntil(() => call.mock.calls.length > 2, patience);
    const results = (await Promise.all([early, from(5)])).flat();
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(4);
    expect(most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

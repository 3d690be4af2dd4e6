import { calculateJwkThumbprint, type JWK } from "jose";
import { describe, expect, test } from "vitest";
import { algorithms, generateSigningKey } from "../../test/support/keys.ts";
import { importAnyKey, importStrongKey, parseJwk, parseStoredJwk } from "./jwk.ts";
import type { JsonObject } from "./strict-json.ts";

const key = (jwk: JWK | Record<string, unknown>) => jwk as JsonObject;
const b64 = (octets: Uint8Array) => Buffer.from(octets).toString("base64url");

const ec = (await generateSigningKey("ES256")).jwk;
const rsa = (await generateSigningKey("RS256")).jwk;
const ed = (await generateSigningKey("EdDSA")).jwk;
const octets = (member: string | undefined) => Buffer.from(member ?? "", "base64url");

const modulus = octets(rsa.n);
const evenModulus = Uint8Array.from(modulus);
evenModulus[evenModulus.length - 1] = 0;

const malformed: readonly { why: string; jwk: Record<string, unknown> }[] = [
  ...["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"].map((member) => ({
    why: `the private member ${member} (A-039, case 30)`,
    jwk: { ...ec, [member]: "AA" },
  })),
  { why: "kty oct (E-010, case 31)", jwk: { kty: "oct", x: "AA" } },
  { why: "an unknown kty (case 31)", jwk: { kty: "XY" } },
  { why: "no kty (case 31)", jwk: {} },
  { why: "a kty in lower case", jwk: { ...ec, kty: "ec" } },
  { why: "secp256k1 (case 31)", jwk: { ...ec, crv: "secp256k1" } },
  { why: "P-192 (case 31)", jwk: { ...ec, crv: "P-192" } },
  { why: "X25519 (case 35)", jwk: { ...ed, crv: "X25519" } },
  { why: "a short coordinate (case 32)", jwk: { ...ec, x: b64(octets(ec.x).subarray(1)) } },
  {
    why: "a coordinate with a leading zero more (case 32)",
    jwk: { ...ec, y: b64(Buffer.concat([Buffer.of(0), octets(ec.y)])) },
  },
  { why: "the coordinates of another curve", jwk: { ...ec, crv: "P-384" } },
  { why: "a missing coordinate", jwk: { ...ec, y: undefined } },
  { why: "a coordinate with padding", jwk: { ...ec, x: `${ec.x}=` } },
  {
    why: "a modulus with a leading zero (case 33)",
    jwk: { ...rsa, n: b64(Buffer.concat([Buffer.of(0), modulus])) },
  },
  { why: "a modulus of 16 384 bits (case 33)", jwk: { ...rsa, n: b64(Buffer.alloc(2048, 0xff)) } },
  { why: "an exponent of 80 bits (case 33)", jwk: { ...rsa, e: b64(Buffer.alloc(10, 0xff)) } },
  { why: "an empty exponent", jwk: { ...rsa, e: "" } },
  { why: "use enc (case 36)", jwk: { ...ec, use: "enc" } },
  { why: "key_ops without verify (case 36)", jwk: { ...ec, key_ops: ["sign"] } },
  { why: "key_ops that is no array (case 36)", jwk: { ...ec, key_ops: "verify" } },
  { why: "the alg of something else (case 36)", jwk: { ...ec, alg: "ECDH-ES" } },
];

const weak: readonly { why: string; jwk: Record<string, unknown> }[] = [
  {
    why: "a point off its curve (case 32)",
    jwk: { ...ec, x: b64(Buffer.alloc(32, 1)), y: b64(Buffer.alloc(32, 1)) },
  },
  {
    why: "the point at infinity, as zeros (case 32)",
    jwk: { ...ec, x: b64(Buffer.alloc(32)), y: b64(Buffer.alloc(32)) },
  },
  { why: "a modulus of 1024 bits (case 33)", jwk: { ...rsa, n: b64(modulus.subarray(0, 128)) } },
  { why: "an even modulus (case 33)", jwk: { ...rsa, n: b64(evenModulus) } },
  { why: "exponent 1 (case 33)", jwk: { ...rsa, e: "AQ" } },
  { why: "exponent 3", jwk: { ...rsa, e: "Aw" } },
  { why: "an even exponent (case 33)", jwk: { ...rsa, e: b64(Uint8Array.of(1, 0, 2)) } },
  { why: "an exponent over 32 bits (case 33)", jwk: { ...rsa, e: b64(Uint8Array.of(1, 0, 0, 0, 1)) } },
  { why: "a modulus with a small factor (case 34)", jwk: { ...rsa, n: b64(multipleOfThree(modulus)) } },
  {
    why: "the Ed25519 point of order 1 (case 39)",
    jwk: { ...ed, x: b64(Uint8Array.of(1, ...new Uint8Array(31))) },
  },
  { why: "the Ed25519 point of order 4 (case 39)", jwk: { ...ed, x: b64(new Uint8Array(32)) } },
];

function multipleOfThree(octets: Uint8Array): Uint8Array {
  const value = BigInt(`0x${Buffer.from(octets).toString("hex")}`);
  const multiple = value - (value % 3n);
  return Buffer.from((multiple % 2n === 0n ? multiple - 3n : multiple).toString(16), "hex");
}

describe("parseJwk", () => {
  test.each(malformed)("refuses $why (A-036)", async ({ jwk }) => {
    await expect(parseJwk(key(jwk), "ES256")).rejects.toMatchObject({ type: "badPublicKey", status: 400 });
  });

  test.each(weak)("importStrongKey refuses $why (A-036)", async ({ jwk }) => {
    const parsed = await parseJwk(key(jwk), "ES256");
    await expect(importStrongKey(parsed)).rejects.toMatchObject({ type: "badPublicKey", status: 400 });
  });

  test("importAnyKey takes a weak key, which may at least revoke its certificate (case 121)", async () => {
    const parsed = await parseJwk(key({ ...rsa, n: b64(modulus.subarray(0, 128)) }), "RS256");
    expect((await importAnyKey(parsed)).algorithm).toEqual({ type: "rsa", bits: 1024 });
  });

  test.each(algorithms)("has the thumbprint that jose computes for a key of %s (A-040)", async (alg) => {
    const { jwk } = await generateSigningKey(alg);
    const parsed = await parseJwk(key(jwk), alg);
    expect(parsed.thumbprint).toBe(await calculateJwkThumbprint(jwk));
    expect((await importStrongKey(parsed)).algorithm).toEqual(parsed.algorithm);
  });

  test("has the thumbprint of RFC 8037 appendix A.3 (A-240)", async () => {
    const jwk = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
    expect((await parseJwk(jwk, "EdDSA")).thumbprint).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  });

  test("is blind to the order of members and to foreign ones (case 44)", async () => {
    const { x, y } = ec;
    const shuffled = {
      y,
      kid: "me",
      x,
      x5c: [],
      use: "sig",
      key_ops: ["verify"],
      alg: "ES256",
      crv: "P-256",
      kty: "EC",
    };
    expect(await parseJwk(key(shuffled), "ES256")).toEqual(await parseJwk(key(ec), "ES256"));
  });

  test("reads back what an account keeps", async () => {
    const parsed = await parseJwk(key(rsa), "RS256");
    expect(await parseStoredJwk(parsed.canonical)).toEqual(parsed);
  });
});

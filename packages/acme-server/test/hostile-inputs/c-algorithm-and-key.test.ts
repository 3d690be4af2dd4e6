import { describe, expect, test } from "vitest";
import { createClient } from "../support/client.ts";
import { baseUrl } from "../support/directory.ts";
import { generateSigningKey, type SigningKey } from "../support/keys.ts";
import {
  buildLaboratory,
  type HostileCase,
  type Laboratory,
  testHostileCases,
} from "../support/laboratory.ts";

const newAccount = `${baseUrl}/new-account`;
const newOrder = `${baseUrl}/new-order`;
const payload = { identifiers: [{ type: "dns", value: "b.test" }] };
const b64 = (octets: Uint8Array) => Buffer.from(octets).toString("base64url");

const keys = {
  ES256: await generateSigningKey("ES256"),
  ES384: await generateSigningKey("ES384"),
  RS256: await generateSigningKey("RS256"),
  EdDSA: await generateSigningKey("EdDSA"),
};

/** newAccount with a changed jwk, signed with the key that it began as. */
const withJwk = (id: string, why: string, key: SigningKey, change: object): HostileCase => ({
  id,
  why: `${why} (A-036)`,
  send: ({ attacker }) =>
    attacker.post(
      newAccount,
      {},
      { key, header: { alg: key.alg, kid: undefined, jwk: { ...key.jwk, ...change } } },
    ),
  type: "badPublicKey",
  status: 400,
});

const withHeader = (
  id: string,
  why: string,
  header: (laboratory: Laboratory) => object,
  expected: Pick<HostileCase, "status" | "type"> = { type: "malformed", status: 400 },
): HostileCase => ({
  id,
  why,
  send: (laboratory) => laboratory.attacker.post(newOrder, payload, { header: { ...header(laboratory) } }),
  ...expected,
});

/** A request whose signature is replaced. */
const withSignature = (id: string, why: string, change: (signature: Buffer) => Uint8Array): HostileCase => ({
  id,
  why,
  send: async ({ attacker }) => {
    const header = { alg: "ES256", nonce: await attacker.nonce(), url: newOrder, kid: attacker.kid };
    const jws = JSON.parse(await attacker.sign({ header, payload })) as Record<string, string>;
    const signature = b64(change(Buffer.from(jws["signature"] ?? "", "base64url")));
    return attacker.postBody(newOrder, JSON.stringify({ ...jws, signature }));
  },
  type: "unauthorized",
  status: 403,
});

const modulus = Buffer.from(keys.RS256.jwk.n ?? "", "base64url");
const y = Buffer.from(keys.ES256.jwk.y ?? "", "base64url");
const kidOf = ({ attacker }: Laboratory) => attacker.kid ?? "";

describe("C. Algorithm and key", () => {
  testHostileCases([
    ...["none", "HS256", "HS512", "ES256K", "es256", "RS1", "PS512", "ECDH-ES", "toString"].map((alg) =>
      withHeader("case 26", `alg ${alg} (A-033, A-035)`, () => ({ alg }), {
        type: "badSignatureAlgorithm",
        status: 400,
      }),
    ),
    withHeader("case 27", "no alg", () => ({ alg: undefined })),
    withHeader("case 27", "alg that is a number", () => ({ alg: 256 })),
    withHeader("case 28", "jwk and kid (A-032)", ({ attacker }) => ({ jwk: attacker.key.jwk })),
    withHeader("case 28", "neither jwk nor kid (A-032)", () => ({ kid: undefined })),
    withHeader("case 28", "an empty kid", () => ({ kid: "" })),
    withHeader("case 28", "jwk null", () => ({ kid: undefined, jwk: null })),
    withHeader("case 29", "jwk where kid is wanted (A-038)", ({ attacker }) => ({
      kid: undefined,
      jwk: attacker.key.jwk,
    })),
    {
      id: "case 29",
      why: "kid where jwk is wanted (A-038)",
      send: ({ attacker }) => attacker.post(newAccount, {}),
      type: "malformed",
      status: 400,
    },
    ...["d", "p", "q", "dp", "dq", "qi", "oth", "k"].map((member) =>
      withJwk("case 30", `the private member ${member}`, keys.ES256, { [member]: "AA" }),
    ),
    withJwk("case 31", "kty oct (E-010)", keys.ES256, { kty: "oct" }),
    withJwk("case 31", "an unknown kty", keys.ES256, { kty: "AKP" }),
    withJwk("case 31", "secp256k1", keys.ES256, { crv: "secp256k1" }),
    withJwk("case 31", "P-192", keys.ES256, { crv: "P-192" }),
    withJwk("case 32", "a point off the curve", keys.ES256, {
      y: b64(y.map((octet, index) => (index === 31 ? octet ^ 1 : octet))),
    }),
    withJwk("case 32", "the point at infinity", keys.ES256, {
      x: b64(Buffer.alloc(32)),
      y: b64(Buffer.alloc(32)),
    }),
    withJwk("case 32", "a short coordinate", keys.ES256, { y: b64(y.subarray(1)) }),
    withJwk("case 32", "a long coordinate", keys.ES256, { y: b64(Buffer.concat([Buffer.of(0), y])) }),
    withJwk("case 33", "RSA of 1024 bits", keys.RS256, { n: b64(modulus.subarray(0, 128)) }),
    withJwk("case 33", "RSA of 16 384 bits", keys.RS256, { n: b64(Buffer.alloc(2048, 0xff)) }),
    withJwk("case 33", "an even modulus", keys.RS256, {
      n: b64(modulus.map((octet, index) => (index === 255 ? octet & 0xfe : octet))),
    }),
    ...["AQ", "Ag", "AQAC", "AQAAAAE"].map((e) => withJwk("case 33", `exponent ${e}`, keys.RS256, { e })),
    withJwk("case 33", "a leading zero in the modulus", keys.RS256, {
      n: b64(Buffer.concat([Buffer.of(0), modulus])),
    }),
    withJwk("case 34", "a modulus with small factors", keys.RS256, { n: b64(Buffer.alloc(256, 0xff)) }),
    withJwk("case 35", "EdDSA with X25519", keys.EdDSA, { crv: "X25519" }),
    {
      id: "case 35",
      why: "RS256 with an EC key in jwk (A-036: the key is refused)",
      send: ({ attacker }) =>
        attacker.post(newAccount, {}, { header: { alg: "RS256", kid: undefined, jwk: keys.ES256.jwk } }),
      type: "badPublicKey",
      status: 400,
    },
    {
      id: "case 35",
      why: "ES256 with P-384 in jwk (A-036: the key is refused)",
      send: ({ attacker }) =>
        attacker.post(newAccount, {}, { header: { alg: "ES256", kid: undefined, jwk: keys.ES384.jwk } }),
      type: "badPublicKey",
      status: 400,
    },
    ...["RS256", "ES384", "EdDSA"].map((alg) =>
      withHeader("case 35", `${alg} from an account whose key is on P-256`, () => ({ alg })),
    ),
    withJwk("case 36", "use enc", keys.ES256, { use: "enc" }),
    withJwk("case 36", "key_ops without verify", keys.ES256, { key_ops: ["sign"] }),
    withJwk("case 36", "alg of another purpose", keys.ES256, { alg: "ECDH-ES" }),
    withSignature("case 37", "an ECDSA signature in DER (A-037)", (raw) => {
      const integers = [raw.subarray(0, 32), raw.subarray(32)].map((part) =>
        Buffer.concat([Buffer.of(0x02, 33, 0), part]),
      );
      return Buffer.concat([Buffer.of(0x30, 70), ...integers]);
    }),
    withSignature("case 37", "a signature that is too short (A-037)", (raw) => raw.subarray(0, 63)),
    withSignature("case 37", "a signature that is too long (A-037)", (raw) =>
      Buffer.concat([raw, Buffer.of(0)]),
    ),
    withSignature("case 37", "an empty signature (A-037)", () => Buffer.alloc(0)),
    withSignature("case 37", "r = 0 (E-013)", (raw) => Buffer.from(raw).fill(0, 0, 32)),
    withSignature("case 37", "s = 0 (E-013)", (raw) => Buffer.from(raw).fill(0, 32, 64)),
    withSignature("case 38", "one bit is wrong", (raw) =>
      raw.map((octet, index) => (index === 40 ? octet ^ 1 : octet)),
    ),
    withJwk("case 39", "an Ed25519 point of small order", keys.EdDSA, {
      x: b64(Buffer.concat([Buffer.of(1), Buffer.alloc(31)])),
    }),
    ...[
      ["another host", "https://other.test/acme/account/"],
      ["http", "http://ca.test/acme/account/"],
      ["the host in upper case", "https://CA.test/acme/account/"],
      ["userinfo", "https://me@ca.test/acme/account/"],
      ["the default port", "https://ca.test:443/acme/account/"],
      ["another path", "https://ca.test/acme/order/"],
    ].map(([why, prefix]) =>
      withHeader("case 40", `kid with ${why} (A-080, E-012)`, (laboratory) => ({
        kid: kidOf(laboratory).replace(/^.*\//, prefix ?? ""),
      })),
    ),
    ...["?x=1", "#x", "/", "/orders"].map((suffix) =>
      withHeader("case 40", `kid with ${suffix} behind it (A-080)`, (laboratory) => ({
        kid: `${kidOf(laboratory)}${suffix}`,
      })),
    ),
    withHeader(
      "case 41",
      "an account that does not exist (A-080)",
      (laboratory) => ({ kid: kidOf(laboratory).replace(/.{22}$/, "A".repeat(22)) }),
      {
        type: "accountDoesNotExist",
        status: 400,
      },
    ),
    {
      id: "case 42",
      why: "kid of one account, signature of another key",
      send: ({ attacker }) => attacker.post(newOrder, payload, { key: keys.ES256 }),
      type: "unauthorized",
      status: 403,
    },
  ]);

  test("case 26: the answer lists the algorithms that are accepted (A-035)", async () => {
    const { attacker } = await buildLaboratory();
    const { json } = await attacker.post(newOrder, payload, { header: { alg: "HS256" } });
    expect(json.algorithms).toEqual(["ES256", "ES384", "ES512", "EdDSA", "RS256", "PS256"]);
  });

  test("case 39: an Ed25519 signature whose S is not reduced (E-013)", async () => {
    const { server } = await buildLaboratory();
    const client = await createClient(server, keys.EdDSA);
    const header = { alg: "EdDSA", nonce: await client.nonce(), url: newAccount, jwk: keys.EdDSA.jwk };
    const jws = JSON.parse(await client.sign({ header, payload: {} })) as Record<string, string>;
    const signature = Buffer.from(jws["signature"] ?? "", "base64url");
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString("hex")}`) + order;
    signature.set(Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse(), 32);
    const answer = await client.postBody(newAccount, JSON.stringify({ ...jws, signature: b64(signature) }));
    expect(answer).toMatchObject({ status: 403, json: { type: "urn:ietf:params:acme:error:unauthorized" } });
  });

  test.each(["deactivated", "revoked"] as const)(
    "case 43: an account that is %s (A-077, A-078)",
    async (status) => {
      const laboratory = await buildLaboratory();
      const { store, another } = laboratory;
      const findAccount: typeof store.findAccount = async (...query) => {
        const account = await store.findAccount(...query);
        return account && { ...account, status };
      };
      const client = Object.assign(
        await createClient(another({ store: { ...store, findAccount } }), laboratory.attacker.key),
        {
          kid: laboratory.attacker.kid,
        },
      );
      const answer = await client.post(newOrder, payload);
      expect(answer).toMatchObject({
        status: 401,
        json: { type: "urn:ietf:params:acme:error:unauthorized" },
      });
      expect(answer.json.detail).toContain(status);
    },
  );

  test("case 44: one key is one account, however its JWK is written (A-040)", async () => {
    const { attacker } = await buildLaboratory();
    const { kty, crv, x, y: ordinate } = attacker.key.jwk;
    const jwk = { y: ordinate, "x5t#S256": "AA", ext: true, x, crv, kty };
    const answer = await attacker.post(newAccount, {}, { header: { kid: undefined, jwk } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("location")).toBe(attacker.kid);
  });
});

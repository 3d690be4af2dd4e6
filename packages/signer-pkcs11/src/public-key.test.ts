import { generateKeyPairSync } from "node:crypto";
import { isCaError } from "@chancery/core";
import { encodeOctetString, encodeOid } from "@chancery/core/asn1";
import fc from "fast-check";
import type { Session, SessionObject } from "graphene-pk11";
import { describe, expect, test } from "vitest";
import { type AttributeName, attributeTypes } from "./attributes.ts";
import type { Graphene } from "./library.ts";
import { readPublicKey } from "./public-key.ts";

type Attributes = Partial<Record<AttributeName, Uint8Array>>;

const graphene = { ObjectClass: { CERTIFICATE: 1, PUBLIC_KEY: 2 } } as unknown as Graphene;
const long = (number: number): Uint8Array =>
  Uint8Array.from({ length: 8 }, (_, index) => (index === 0 ? number : 0));

/** Reads the public key of a token that has these objects beside a private key with the id 01. */
async function read(objects: {
  publicKey?: Attributes;
  certificate?: Attributes;
  id?: Uint8Array;
}): Promise<Uint8Array> {
  const session = {
    find({ class: objectClass }: { class: number }) {
      const attributes = objectClass === 2 ? objects.publicKey : objects.certificate;
      return attributes === undefined ? { length: 0 } : { length: 1, items: () => objectOf(attributes) };
    },
  } as unknown as Session;
  const privateKey = objectOf({ id: objects.id ?? Uint8Array.of(1) });
  return (await readPublicKey(session, graphene, privateKey, 'key "ca"')).der;
}

function objectOf(attributes: Attributes): SessionObject {
  const byType = new Map(
    Object.entries(attributes).map(([name, value]) => [attributeTypes[name as AttributeName], value]),
  );
  return {
    getAttribute(type: number) {
      const value = byType.get(type as (typeof attributeTypes)[AttributeName]);
      if (value === undefined) throw new Error("CKR_ATTRIBUTE_TYPE_INVALID");
      return Buffer.from(value);
    },
  } as unknown as SessionObject;
}

function makeKey(type: "ec" | "ed25519"): { spki: Uint8Array; point: Uint8Array } {
  const { publicKey } =
    type === "ec" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
  const spki = new Uint8Array(publicKey.export({ format: "der", type: "spki" }));
  return { spki, point: spki.subarray(type === "ec" ? -65 : -32) };
}

const p256 = encodeOid("1.2.840.10045.3.1.7");

describe("CKA_EC_POINT", () => {
  test.each([
    { form: "an OCTET STRING, as PKCS#11 says", wrap: encodeOctetString },
    { form: "bare, as some tokens have it", wrap: (point: Uint8Array) => point },
  ])("is read $form", async ({ wrap }) => {
    const ec = makeKey("ec");
    const ed = makeKey("ed25519");
    expect(await read({ publicKey: { keyType: long(3), ecParams: p256, ecPoint: wrap(ec.point) } })).toEqual(
      ec.spki,
    );
    expect(await read({ publicKey: { keyType: long(64), ecPoint: wrap(ed.point) } })).toEqual(ed.spki);
  });

  test.each([
    { why: "is missing", ecPoint: undefined, code: "ERR_KEY_MALFORMED" },
    { why: "is of another curve", ecPoint: new Uint8Array(97).fill(4), code: "ERR_KEY_MALFORMED" },
    { why: "is compressed", ecPoint: new Uint8Array(65).fill(2), code: "ERR_KEY_UNSUPPORTED" },
    { why: "is not on the curve", ecPoint: new Uint8Array(65).fill(4), code: "ERR_KEY_MALFORMED" },
  ])("that $why: $code", async ({ ecPoint, code }) => {
    const publicKey = { keyType: long(3), ecParams: p256, ...(ecPoint !== undefined && { ecPoint }) };
    await expect(read({ publicKey })).rejects.toMatchObject({
      name: "ConfigurationError",
      code,
      message: expect.stringContaining('the public key of key "ca" cannot be used: '),
    });
  });
});

test.each([
  { why: "a key type that is not taken (CKK_GOSTR3410)", attributes: { keyType: long(0x30) } },
  {
    why: "a key type whose lowest octet is that of RSA",
    attributes: { keyType: Uint8Array.of(0, 0, 0, 128, 0, 0, 0, 0) },
  },
  { why: "an explicit curve", attributes: { keyType: long(3), ecParams: Uint8Array.of(0x30, 0) } },
  { why: "no key type", attributes: {} },
])("$why: ERR_KEY_UNSUPPORTED or ERR_KEY_MALFORMED", async ({ attributes }) => {
  await expect(read({ publicKey: attributes })).rejects.toMatchObject({
    name: "ConfigurationError",
    code: expect.stringMatching(/^ERR_KEY_(UNSUPPORTED|MALFORMED)$/),
  });
});

test("a certificate that cannot be read: ERR_KEY_MALFORMED", async () => {
  await expect(read({ certificate: { value: Uint8Array.of(0x30, 0) } })).rejects.toMatchObject({
    name: "ConfigurationError",
    code: "ERR_KEY_MALFORMED",
  });
});

test("whatever a token answers, the outcome is a key or a ConfigurationError", async () => {
  const octets = fc.uint8Array({ maxLength: 80 });
  const attributes = fc.record(
    {
      keyType: fc.oneof(fc.constantFrom(long(0), long(3), long(64)), octets),
      ecParams: fc.oneof(fc.constant(p256), octets),
      ...{ ecPoint: octets, modulus: octets, publicExponent: octets, value: octets },
    },
    { requiredKeys: [] },
  );
  const objects = fc.record({ publicKey: attributes, certificate: attributes }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(objects, async (present) => {
      await read(present).catch((error: unknown) => {
        if (!isCaError(error) || error.name !== "ConfigurationError") throw error;
      });
    }),
    { numRuns: 300 },
  );
});

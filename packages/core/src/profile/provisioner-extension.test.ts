import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDer, readSequence } from "../asn1/der-reader.ts";
import { encodeOctetString, encodeSequence, encodeSmallInteger } from "../asn1/der-writer.ts";
import { encodeHex } from "../encoding/hex.ts";
import {
  encodeProvisionerExtension,
  type ProvisionerExtension,
  parseProvisionerExtension,
} from "./provisioner-extension.ts";

const jwk: ProvisionerExtension = { type: 1, name: "anna@lab", credentialId: "kid1" };

describe("provisioner extension", () => {
  // Worked out by hand; test/interop/step-leaf.test.ts compares with Go's encoding/asn1.
  const written: readonly { why: string; extension: ProvisionerExtension; value: string }[] = [
    { why: "a JWK provisioner", extension: jwk, value: "3013 020101 0408616e6e61406c6162 04046b696431" },
    {
      why: "no credential",
      extension: { type: 6, name: "acme", credentialId: "" },
      value: "300b 020106 040461636d65 0400",
    },
    {
      why: "an empty list of pairs is left out",
      extension: { ...jwk, keyValuePairs: [] },
      value: "3013 020101 0408616e6e61406c6162 04046b696431",
    },
    {
      why: "pairs, printable or not",
      extension: { type: 8, name: "b", credentialId: "c", keyValuePairs: ["key", "a_ü"] },
      value: "3016 020108 040162 040163 300b 13036b6579 0c04615fc3bc",
    },
    {
      why: "a large type and a name outside ASCII",
      extension: { type: 128, name: "ü", credentialId: "" },
      value: "300a 02020080 0402c3bc 0400",
    },
  ];

  test.each(written)("$why", ({ extension, value }) => {
    const octets = value.replaceAll(" ", "");
    const [outer, inner] = [16, 0].map((head) => (octets.length / 2 + head).toString(16).padStart(2, "0"));
    expect(encodeHex(encodeProvisionerExtension(extension))).toBe(
      `30${outer}060c2b0601040182a464c628400104${inner}${octets}`,
    );
  });

  const refused: readonly { why: string; extension: object; says: RegExp }[] = [
    { why: "a negative type", extension: { ...jwk, type: -1 }, says: /type -1.*2147483647/ },
    { why: "half a type", extension: { ...jwk, type: 1.5 }, says: /1\.5/ },
    { why: "a type of 32 bits", extension: { ...jwk, type: 2 ** 31 }, says: /2147483648/ },
    { why: "a name of 1025 characters", extension: { ...jwk, name: "x".repeat(1025) }, says: /1025.*1024/ },
    { why: "NUL", extension: { ...jwk, credentialId: "a\u0000" }, says: /control/ },
    { why: "half a surrogate pair", extension: { ...jwk, keyValuePairs: ["\ud800"] }, says: /surrogates/ },
  ];

  test.each(refused)("refuses $why", ({ extension, says }) => {
    expect(() => encodeProvisionerExtension(extension as ProvisionerExtension)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID", message: expect.stringMatching(says) }),
    );
  });

  test("reads back whatever it wrote", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 20 });
    const extension = fc.record({
      type: fc.nat(0x7fffffff),
      name: text,
      credentialId: text,
      keyValuePairs: fc.array(text, { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(extension, (one) => {
        expect(parseProvisionerExtension(extensionValue(encodeProvisionerExtension(one)))).toEqual(one);
      }),
    );
  });

  test.each([
    { why: "nothing", value: encodeSequence() },
    {
      why: "no credentialID",
      value: encodeSequence(encodeSmallInteger(1), encodeOctetString(Uint8Array.of(0x61))),
    },
    {
      why: "no UTF-8",
      value: encodeSequence(
        encodeSmallInteger(1),
        encodeOctetString(Uint8Array.of(0xff)),
        encodeOctetString(new Uint8Array()),
      ),
    },
    {
      why: "a fifth field",
      value: encodeSequence(
        encodeSmallInteger(1),
        encodeOctetString(new Uint8Array()),
        encodeOctetString(new Uint8Array()),
        encodeSequence(),
        encodeSequence(),
      ),
    },
    { why: "octets", value: Uint8Array.of(1, 2, 3) },
  ])("does not read $why", ({ value }) => {
    expect(() => parseProvisionerExtension(value)).toThrow(
      expect.objectContaining({ code: "ERR_DER_MALFORMED" }),
    );
  });
});

function extensionValue(extension: Uint8Array): Uint8Array {
  const [, value] = readSequence(readDer(extension), "extension");
  return value?.content ?? new Uint8Array();
}

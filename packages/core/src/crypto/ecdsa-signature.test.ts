import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeDer } from "../asn1/der-writer.ts";
import { coordinateLengths, ecdsaDerToRaw, ecdsaRawToDer } from "./ecdsa-signature.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
const curves = ["P-256", "P-384", "P-521"] as const;

test.each([
  {
    why: "small numbers lose their zeros",
    raw: `${"00".repeat(31)}01${"00".repeat(31)}02`,
    der: "3006 0201 01 0201 02",
  },
  {
    why: "a high bit takes a sign octet",
    raw: `80${"00".repeat(31)}${"00".repeat(31)}01`,
    der: `3026 0221 0080${"00".repeat(31)} 0201 01`,
  },
  { why: "zero keeps one octet", raw: "00".repeat(64), der: "3006 0201 00 0201 00" },
])("ecdsaRawToDer: $why", ({ raw, der }) => {
  expect(hex(ecdsaRawToDer(bytes(raw)))).toBe(der.replaceAll(" ", ""));
});

describe("ecdsaDerToRaw", () => {
  test.each(curves)("reads back what was written on %s", (curve) => {
    const length = 2 * coordinateLengths[curve];
    fc.assert(
      fc.property(fc.uint8Array({ minLength: length, maxLength: length }), (raw) => {
        expect(ecdsaDerToRaw(ecdsaRawToDer(raw), curve)).toEqual(raw);
      }),
    );
  });

  test.each([
    { why: "nothing", der: "" },
    { why: "no SEQUENCE", der: "020101" },
    { why: "an empty SEQUENCE", der: "3000" },
    { why: "one number", der: "3003 020101" },
    { why: "three numbers", der: "3009 020101 020101 020101" },
    { why: "a negative number", der: "3006 0201ff 020101" },
    { why: "a number that is not minimal", der: "3007 02020001 020101" },
    { why: "an octet behind", der: "3006 020101 020101 00" },
    { why: "a number of 33 octets", der: `3026 0221 01${"00".repeat(32)} 020101` },
    { why: "OCTET STRINGs", der: "3006 040101 040101" },
  ])("B-141: is undefined for $why", ({ der }) => {
    expect(ecdsaDerToRaw(bytes(der), "P-256")).toBeUndefined();
  });

  test("is undefined for a signature of a larger curve", () => {
    const large = ecdsaRawToDer(new Uint8Array(96).fill(0x7f));
    expect(ecdsaDerToRaw(large, "P-256")).toBeUndefined();
    expect(ecdsaDerToRaw(large, "P-384")).toHaveLength(96);
  });

  test("answers any octets", () => {
    const anyOctets = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.uint8Array({ maxLength: 80 }).map((content) => encodeDer(0x30, content)),
    );
    fc.assert(
      fc.property(anyOctets, fc.constantFrom(...curves), (der, curve) => {
        const raw = ecdsaDerToRaw(der, curve);
        if (raw !== undefined) expect(ecdsaRawToDer(raw)).toEqual(der);
      }),
    );
  });
});

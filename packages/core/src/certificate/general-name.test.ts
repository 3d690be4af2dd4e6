import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDer } from "../asn1/der-reader.ts";
import { encodeDer } from "../asn1/der-writer.ts";
import { contextConstructed, contextPrimitive } from "../asn1/tags.ts";
import { encodeHex } from "../encoding/hex.ts";
import { parseIdentifier } from "../identifier/identifier.ts";
import { encodeGeneralName, readGeneralName } from "./general-name.ts";

const written = [
  { type: "dns", value: "a.example", hex: "820961 2e6578616d706c65" },
  { type: "dns", value: "*.a.example", hex: "820b2a2e 612e6578616d706c65" },
  { type: "email", value: "a@b.example", hex: "810b61 40622e6578616d706c65" },
  { type: "uri", value: "spiffe://lab/x", hex: "860e7370 696666653a2f2f6c61622f78" },
  { type: "ip", value: "192.0.2.1", hex: "8704c0000201" },
  { type: "ip", value: "2001:db8::1", hex: "871020010db8000000000000000000000001" },
] as const;

describe("general names", () => {
  test.each(written)("B-050, B-052: $type:$value is written and read", ({ type, value, hex }) => {
    const encoded = encodeGeneralName(parseIdentifier(type, value));
    expect(encodeHex(encoded)).toBe(hex.replaceAll(" ", ""));
    expect(readGeneralName(readDer(encoded))).toEqual({ type, value });
  });

  const refused: readonly { why: string; name: Uint8Array; code: string }[] = [
    { why: "an otherName", name: encodeDer(contextConstructed(0)), code: "ERR_DER_MALFORMED" },
    { why: "a directoryName", name: encodeDer(contextConstructed(4)), code: "ERR_DER_MALFORMED" },
    {
      why: "a registeredID",
      name: encodeDer(contextPrimitive(8), Uint8Array.of(0x2a, 0x03)),
      code: "ERR_DER_MALFORMED",
    },
    {
      why: "B-052: an address of five octets",
      name: encodeDer(contextPrimitive(7), new Uint8Array(5).fill(1)),
      code: "ERR_DER_MALFORMED",
    },
    { why: "B-050: an empty name", name: text(2, ""), code: "ERR_IDENTIFIER_MALFORMED" },
    { why: "NUL inside a name", name: text(2, "a\u0000.example"), code: "ERR_DER_MALFORMED" },
    { why: "a name outside ASCII", name: text(2, "bü.example"), code: "ERR_DER_MALFORMED" },
    {
      why: "B-052: a mapped IPv4 address",
      name: encodeDer(
        contextPrimitive(7),
        Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1),
      ),
      code: "ERR_IDENTIFIER_MALFORMED",
    },
  ];

  test.each(refused)("refuses $why", ({ name, code }) => {
    expect(() => readGeneralName(readDer(name))).toThrow(expect.objectContaining({ code }));
  });

  test("every address reads back as it was written", () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6()).filter((candidate) => {
      try {
        parseIdentifier("ip", candidate);
        return true;
      } catch {
        return false;
      }
    });
    fc.assert(
      fc.property(address, (candidate) => {
        const identifier = parseIdentifier("ip", candidate);
        expect(readGeneralName(readDer(encodeGeneralName(identifier)))).toEqual(identifier);
      }),
    );
  });
});

function text(tag: number, value: string): Uint8Array {
  return encodeDer(contextPrimitive(tag), new TextEncoder().encode(value));
}

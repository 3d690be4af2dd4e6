import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDer } from "../asn1/der-reader.ts";
import { encodeDer, encodeOid, encodeSequence, encodeSet } from "../asn1/der-writer.ts";
import { attributeTypeOids } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";
import { encodeHex } from "../encoding/hex.ts";
import {
  type AttributeType,
  attributeTypeOf,
  attributeValues,
  encodeName,
  encodeNameAttributes,
  formatName,
  readName,
} from "./name.ts";

const malformed = expect.objectContaining({ code: "ERR_DER_MALFORMED" });

describe("encodeName", () => {
  test("B-013: writes each attribute in its own string type, in the order given", () => {
    const name = encodeName([
      ["domainComponent", "lab"],
      ["organization", "Büro"],
      ["commonName", "Lab Root"],
    ]);
    const expected = [
      "3038",
      "3113 3011 060a0992268993f22c640119 16036c6162", // domainComponent, IA5String
      "310e 300c 060355040a 0c0542c3bc726f", // organizationName, UTF8String
      "3111 300f 0603550403 13084c616220526f6f74", // commonName, PrintableString
    ];
    expect(encodeHex(name)).toBe(expected.join("").replaceAll(" ", ""));
  });

  test("no attributes make the empty name", () => {
    expect(encodeHex(encodeName([]))).toBe("3000");
  });

  const bounds: readonly { type: AttributeType; longest: number }[] = [
    { type: "commonName", longest: 64 },
    { type: "organization", longest: 64 },
    { type: "organizationalUnit", longest: 64 },
    { type: "locality", longest: 128 },
    { type: "stateOrProvince", longest: 128 },
    { type: "serialNumber", longest: 64 },
  ];

  test.each(bounds)("B-013: $type has 1 to $longest characters", ({ type, longest }) => {
    expect(() => encodeName([[type, "x".repeat(longest)]])).not.toThrow();
    expect(() => encodeName([[type, "x".repeat(longest + 1)]])).toThrow(malformed);
    expect(() => encodeName([[type, ""]])).toThrow(malformed);
  });

  test("B-013: counts characters and not octets", () => {
    expect(() => encodeName([["commonName", "ü".repeat(64)]])).not.toThrow();
    expect(() => encodeName([["commonName", "😀".repeat(64)]])).not.toThrow();
  });

  const refused: readonly { why: string; type: AttributeType; value: string }[] = [
    { why: "a country of three letters", type: "country", value: "USA" },
    { why: "a country in small letters", type: "country", value: "de" },
    { why: "a serialNumber outside PrintableString", type: "serialNumber", value: "a_b" },
    { why: "a domainComponent outside ASCII", type: "domainComponent", value: "büro" },
    { why: "B-057: NUL", type: "commonName", value: "lab\u0000.example" },
    { why: "B-057: a line end", type: "commonName", value: "lab\nO=Other" },
    { why: "B-057: a right-to-left override", type: "commonName", value: "lab\u202eelpmaxe" },
    { why: "B-057: an isolate", type: "commonName", value: "lab\u2066x" },
    { why: "B-057: an Arabic letter mark", type: "commonName", value: "lab\u061cx" },
    { why: "B-057: a byte order mark", type: "organization", value: "\ufefflab" },
  ];

  test.each(refused)("refuses $why", ({ type, value }) => {
    expect(() => encodeName([[type, value]])).toThrow(malformed);
  });
});

test("encodeNameAttributes writes the same with OIDs, and refuses one that has no name", () => {
  const name = encodeNameAttributes([
    { type: "2.5.4.10", value: "Büro" },
    { type: "2.5.4.3", value: "Lab Root" },
  ]);
  const same = encodeName([
    ["organization", "Büro"],
    ["commonName", "Lab Root"],
  ]);
  expect(encodeHex(name)).toBe(encodeHex(same));
  expect(attributeTypeOf("1.2.3")).toBeUndefined();
  expect(() => encodeNameAttributes([{ type: "1.2.3", value: "x" }])).toThrow(malformed);
});

describe("readName", () => {
  const strings: readonly { why: string; tag: number; content: number[]; text: string }[] = [
    { why: "UTF8String", tag: tags.utf8String, content: [0x42, 0xc3, 0xbc], text: "Bü" },
    { why: "PrintableString", tag: tags.printableString, content: [0x41, 0x2a], text: "A*" },
    { why: "IA5String", tag: tags.ia5String, content: [0x61, 0x40], text: "a@" },
    { why: "TeletexString, taken as Latin-1", tag: tags.teletexString, content: [0xfc], text: "ü" },
    { why: "BMPString", tag: tags.bmpString, content: [0x00, 0x41, 0x20, 0xac], text: "A€" },
  ];

  test.each(strings)("reads a $why", ({ tag, content, text }) => {
    expect(read(attribute(encodeDer(tag, Uint8Array.from(content)))).attributes).toEqual([
      { type: "2.5.4.3", value: text },
    ]);
  });

  const refused: readonly { why: string; name: Uint8Array }[] = [
    { why: "no SEQUENCE", name: encodeSet() },
    { why: "an empty RDN", name: encodeSequence(encodeSet()) },
    {
      why: "an attribute without a value",
      name: encodeSequence(encodeSet(encodeSequence(encodeOid("2.5.4.3")))),
    },
    { why: "a value that is no string", name: attribute(Uint8Array.of(tags.integer, 1, 5)) },
    { why: "UTF-8 that is cut off", name: attribute(encodeDer(tags.utf8String, Uint8Array.of(0xc3))) },
    {
      why: "a character outside PrintableString",
      name: attribute(encodeDer(tags.printableString, Uint8Array.of(0x7b))),
    },
    { why: "IA5 above 0x7f", name: attribute(encodeDer(tags.ia5String, Uint8Array.of(0xe4))) },
    { why: "half a BMP character", name: attribute(encodeDer(tags.bmpString, Uint8Array.of(0x00))) },
    { why: "NUL", name: attribute(encodeDer(tags.utf8String, Uint8Array.of(0x61, 0x00))) },
    {
      why: "a right-to-left override",
      name: attribute(encodeDer(tags.utf8String, Uint8Array.of(0xe2, 0x80, 0xae))),
    },
  ];

  test.each(refused)("B-057: refuses $why", ({ name }) => {
    expect(() => read(name)).toThrow(malformed);
  });

  test("flattens an RDN of two attributes", () => {
    const pair = (type: string, value: string): Uint8Array =>
      encodeSequence(encodeOid(type), encodeDer(tags.utf8String, new TextEncoder().encode(value)));
    const name = read(encodeSequence(encodeSet(pair("2.5.4.3", "a"), pair("2.5.4.10", "b"))));
    expect(name.attributes.map(({ value }) => value)).toEqual(["a", "b"]);
    expect(attributeValues(name, "organization")).toEqual(["b"]);
  });

  test("reads what encodeName wrote, octet for octet", () => {
    const type = fc.constantFrom<AttributeType>("commonName", "locality", "organization");
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(type, text), { maxLength: 4 }), (attributes) => {
        const der = encodeName(attributes);
        const name = read(der);
        expect(name.der).toEqual(der);
        expect(name.attributes).toEqual(
          attributes.map(([type, value]) => ({ type: attributeTypeOids[type], value })),
        );
      }),
    );
  });
});

test("formatName writes the attributes as they stand, unknown types by their OID", () => {
  const known = encodeName([
    ["organization", "Lab"],
    ["commonName", "Lab Root"],
  ]);
  expect(formatName(read(known))).toBe("O=Lab, CN=Lab Root");
  expect(formatName(read(encodeName([["surname", "Curie"]])))).toBe("2.5.4.4=Curie");
});

function attribute(value: Uint8Array): Uint8Array {
  return encodeSequence(encodeSet(encodeSequence(encodeOid("2.5.4.3"), value)));
}

function read(name: Uint8Array): ReturnType<typeof readName> {
  return readName(readDer(name), "subject");
}

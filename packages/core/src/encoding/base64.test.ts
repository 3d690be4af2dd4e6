import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from "./base64.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("known answers", () => {
  test.each([
    // RFC 4648 section 10.
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
  ])("base64 of %j is %j", (text, encoded) => {
    expect(encodeBase64(ascii(text))).toBe(encoded);
    expect(decodeBase64(encoded)).toEqual(ascii(text));
    expect(encodeBase64Url(ascii(text))).toBe(encoded.replaceAll("=", ""));
    expect(decodeBase64Url(encoded.replaceAll("=", ""))).toEqual(ascii(text));
  });

  test("the two alphabets differ in 62 and 63", () => {
    expect(encodeBase64(Uint8Array.of(0xfb, 0xff))).toBe("+/8=");
    expect(encodeBase64Url(Uint8Array.of(0xfb, 0xff))).toBe("-_8");
  });
});

describe("strictness", () => {
  test.each([
    { why: "missing padding", text: "Zg" },
    { why: "half of the padding", text: "Zg=" },
    { why: "padding too much", text: "Zm9v====" },
    { why: "padding alone", text: "====" },
    { why: "padding in the middle", text: "Zg==Zg==" },
    { why: "one character and padding", text: "Z===" },
    { why: "a line feed", text: "Zm9v\nZm9v" },
    { why: "a space at the end", text: "Zm9 " },
    { why: "the other alphabet", text: "-_8=" },
    { why: "bits beyond the last octet, of two", text: "Zh==" },
    { why: "bits beyond the last octet, of four", text: "Zm9=" },
    { why: "a character beyond ASCII", text: "Zm9\u00e9" },
    { why: "a character beyond the tables", text: "Zm9\u2126" },
    { why: "a NUL", text: "Zm9\0" },
  ])("base64 refuses $why", ({ text }) => {
    expect(decodeBase64(text)).toBeUndefined();
  });

  test.each([
    { why: "padding", text: "Zg==" },
    { why: "a length of 4n + 1", text: "Z" },
    { why: "a length of 4n + 1, longer", text: "Zm9vZ" },
    { why: "a line feed", text: "Zm9v\n" },
    { why: "a space", text: " Zm9" },
    { why: "the other alphabet", text: "+/8" },
    { why: "bits beyond the last octet, of two", text: "Zh" },
    { why: "bits beyond the last octet, of four", text: "Zm9" },
    { why: "a character beyond ASCII", text: "Zm9\u00e9" },
    { why: "half of a surrogate pair", text: "Zm9\ud800" },
  ])("case 22: base64url refuses $why", ({ text }) => {
    expect(decodeBase64Url(text)).toBeUndefined();
  });
});

describe("against Buffer", () => {
  test("both encoders write what Buffer writes, and read it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(encodeBase64(bytes)).toBe(buffer.toString("base64"));
        expect(encodeBase64Url(bytes)).toBe(buffer.toString("base64url"));
        expect(decodeBase64(buffer.toString("base64"))).toEqual(bytes);
        expect(decodeBase64Url(buffer.toString("base64url"))).toEqual(bytes);
      }),
    );
  });

  test("a text is accepted exactly when Buffer would write the same text again", () => {
    const anyText = fc.oneof(
      fc.string({ unit: fc.constantFrom(...Array.from("ABZaz09+/-_=")), maxLength: 12 }),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const standard = Buffer.from(text, "base64");
        expect(decodeBase64(text)).toEqual(
          standard.toString("base64") === text ? new Uint8Array(standard) : undefined,
        );
        const url = Buffer.from(text, "base64url");
        expect(decodeBase64Url(text)).toEqual(
          url.toString("base64url") === text ? new Uint8Array(url) : undefined,
        );
      }),
    );
  });
});

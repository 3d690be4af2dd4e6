import fc from "fast-check";
import { expect, test } from "vitest";
import { octetsOf, textOf } from "./character-codes.ts";

test("makes the text of any codes", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff)), (codes) => {
      expect(textOf(codes)).toBe(codes.map((code) => String.fromCharCode(code)).join(""));
    }),
  );
});

test.each([0, 1, 8191, 8192, 8193, 16_384, 16_385, 1_000_000])("makes text of %i codes", (length) => {
  const codes = Array.from({ length }, (_, index) => 0x61 + (index % 26));
  const text = textOf(codes);
  expect(text).toHaveLength(length);
  expect(text).toBe("abcdefghijklmnopqrstuvwxyz".repeat(Math.ceil(length / 26)).slice(0, length));
});

test("encodes text as TextEncoder does", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (text) => {
      expect(octetsOf(text)).toEqual(new TextEncoder().encode(text));
    }),
  );
});

test.each(["", "\u007f", "\u0080", "ascii, then \u00e9", "\ud800", "\u{1f600}"])(
  "encodes %j as UTF-8",
  (text) => {
    expect(octetsOf(text)).toEqual(new TextEncoder().encode(text));
  },
);

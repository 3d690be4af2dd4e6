import fc from "fast-check";
import { expect, test } from "vitest";
import { printable } from "./text.ts";

test.each([
  { why: "printable ASCII stays", text: "a b~!", expected: "a b~!" },
  { why: "line ends cannot forge a log line", text: "a\r\nb", expected: "a??b" },
  { why: "escape sequences cannot drive a terminal", text: "\u001b[31m", expected: "?[31m" },
  { why: "letters beyond ASCII are masked", text: "\u00e4\u202e", expected: "??" },
  { why: "80 characters are kept", text: "a".repeat(80), expected: "a".repeat(80) },
  { why: "more are cut, and it shows", text: "a".repeat(81), expected: `${"a".repeat(80)}...` },
])("$why", ({ text, expected }) => {
  expect(printable(text)).toBe(expected);
});

test("whatever comes in, what goes out is short printable ASCII", () => {
  fc.assert(
    fc.property(fc.uint16Array({ maxLength: 200 }), (units) => {
      expect(printable(String.fromCharCode(...units))).toMatch(/^[\x20-\x7e]{0,83}$/);
    }),
  );
});

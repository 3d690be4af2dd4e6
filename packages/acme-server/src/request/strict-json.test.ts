import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AcmeProblem } from "../problem.ts";
import { parseStrictJson, parseStrictJsonObject } from "./strict-json.ts";

const utf8 = new TextEncoder();
const parse = (text: string) => parseStrictJson(utf8.encode(text), "text");

/** Objects of the parser have no prototype, those of JSON.parse do: compare what they hold. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

const refused: readonly { why: string; text: string }[] = [
  { why: "nothing (case 11)", text: "" },
  { why: "white space only", text: " \n" },
  { why: "a byte order mark (case 11)", text: "\ufeff{}" },
  { why: "a lone surrogate (case 11)", text: String.raw`{"a":"\ud800"}` },
  { why: "a lone surrogate in a name", text: String.raw`{"\udc00":1}` },
  { why: "bytes after the value (case 12)", text: "{} x" },
  { why: "two values (case 12)", text: "{}{}" },
  { why: "a member twice (case 13)", text: '{"payload":1,"payload":1}' },
  { why: "a member twice, once escaped (case 14)", text: String.raw`{"url":1,"\u0075rl":2}` },
  { why: "a nested member twice", text: '{"a":{"b":1,"b":2}}' },
  { why: "17 levels (case 15)", text: `${"[".repeat(17)}1${"]".repeat(17)}` },
  { why: "100 000 levels (case 15)", text: "[".repeat(100_000) },
  { why: "100 000 levels of objects", text: '{"a":'.repeat(100_000) },
  { why: "__proto__ twice (case 16)", text: '{"__proto__":1,"__proto__":2}' },
  { why: "a trailing comma", text: '{"a":1,}' },
  { why: "a trailing comma in an array", text: "[1,]" },
  { why: "no comma", text: '{"a":1 "b":2}' },
  { why: "no colon", text: '{"a" 1}' },
  { why: "a name without quotation marks", text: "{a:1}" },
  { why: "single quotation marks", text: "{'a':1}" },
  { why: "an open string", text: '"abc' },
  { why: "a string that ends in a backslash", text: String.raw`"abc\"` },
  { why: "an unknown escape", text: String.raw`"\x41"` },
  { why: "a raw control character", text: '"a\u0001b"' },
  { why: "a raw line feed beside an escape", text: '"\\n\n"' },
  { why: "a comment", text: "{}//" },
  { why: "a leading zero", text: "01" },
  { why: "a plus sign", text: "+1" },
  { why: "a point without digits", text: "1." },
  { why: "a number that no double holds", text: "1e999" },
  { why: "NaN", text: "NaN" },
  { why: "a literal in upper case", text: "True" },
  { why: "a literal with more behind it", text: "trueish" },
  { why: "a no-break space", text: "\u00a0{}" },
];

describe("parseStrictJson", () => {
  test.each(refused)("refuses $why (A-004, A-041, E-021)", ({ text }) => {
    expect(() => parse(text)).toThrow(AcmeProblem);
  });

  test("refuses bytes that are not UTF-8 (A-004, case 11)", () => {
    expect(() => parseStrictJson(Uint8Array.of(0x22, 0xc3, 0x28, 0x22), "text")).toThrow("text is not UTF-8");
    // U+002F in two octets: the long way round to a slash.
    expect(() => parseStrictJson(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), "text")).toThrow("text is not UTF-8");
  });

  test("makes objects that inherit nothing (case 16)", () => {
    const value = parseStrictJsonObject(utf8.encode('{"__proto__":{"admin":true},"constructor":1}'), "text");
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
    expect(value["toString"]).toBeUndefined();
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test.each(["null", "[]", "1", '"x"', "true"])("does not take %s for an object (case 11)", (text) => {
    expect(() => parseStrictJsonObject(utf8.encode(text), "text")).toThrow("text is not a JSON object");
  });

  test("reads a megabyte of string at once (case 15)", () => {
    const text = "x".repeat(1_000_000);
    expect(parse(`"${text}"`)).toBe(text);
  });

  test("agrees with JSON.parse about everything JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        fc.pre(text.isWellFormed() && !/\\ud[89a-f]/i.test(text));
        expect(plain(parse(text))).toEqual(plain(JSON.parse(text)));
      }),
    );
  });

  test("answers every text as JSON.parse does, or with a problem (never with a crash)", () => {
    const fragment = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      "\\",
      "a",
      "0",
      "-",
      "e",
      ".",
      " ",
      "null",
      "u0041",
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (fragments) => {
        const text = fragments.join("");
        let value: unknown;
        try {
          value = parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AcmeProblem);
          return;
        }
        expect(plain(value)).toEqual(plain(JSON.parse(text)));
      }),
      { numRuns: 2000 },
    );
  });
});

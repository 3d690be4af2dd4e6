import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTextPattern } from "./text-pattern.ts";

describe("parseTextPattern", () => {
  test.each([
    { pattern: "Lab", matches: ["Lab"], misses: ["lab", "Lab ", " Lab", "", "Laboratory"] },
    { pattern: "*", matches: ["", "Lab", "a\nb"], misses: [] },
    { pattern: "Lab*", matches: ["Lab", "Laboratory"], misses: ["a Lab", "La"] },
    { pattern: "*.lab.example", matches: [".lab.example", "b.a.lab.example"], misses: ["lab.example"] },
    { pattern: "a*a", matches: ["aa", "aba"], misses: ["a", "ab", "aab"] },
    { pattern: "a*b*c", matches: ["abc", "a-b-b-c", "abcbc"], misses: ["ac", "acb", "abcd", "a-c-b"] },
    { pattern: "a**b", matches: ["ab", "axb"], misses: ["a"] },
    { pattern: "(x)+.[y]", matches: ["(x)+.[y]"], misses: ["xx.y"] },
  ])("$pattern", ({ pattern, matches, misses }) => {
    const read = parseTextPattern(pattern);
    expect(read.text).toBe(pattern);
    for (const value of matches) expect([value, read.matches(value)]).toEqual([value, true]);
    for (const value of misses) expect([value, read.matches(value)]).toEqual([value, false]);
  });

  test.each([
    { why: "nothing", pattern: "" },
    { why: "a line end", pattern: "Lab\n" },
    { why: "256 characters", pattern: "x".repeat(256) },
  ])("refuses $why", ({ pattern }) => {
    expect(() => parseTextPattern(pattern)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });

  test("agrees with a regular expression made from the pattern", () => {
    const text = (length: number) =>
      fc.string({ unit: fc.constantFrom("a", "b", "*", "."), minLength: 1, maxLength: length });
    fc.assert(
      fc.property(text(8), text(12), (pattern, value) => {
        const escaped = pattern.split("*").map((piece) => piece.replaceAll(".", "\\."));
        expect(parseTextPattern(pattern).matches(value)).toBe(
          new RegExp(`^${escaped.join("[^]*")}$`).test(value),
        );
      }),
      { numRuns: 2000 },
    );
  });

  test("E-023: 64 KiB are gone through once, whatever the stars", () => {
    const { matches } = parseTextPattern(`${"a*".repeat(100)}b`);
    expect(matches("a".repeat(64 * 1024))).toBe(false);
    expect(matches(`${"a".repeat(64 * 1024)}b`)).toBe(true);
  });
});

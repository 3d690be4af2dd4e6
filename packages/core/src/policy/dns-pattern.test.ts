import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDnsPattern } from "./dns-pattern.ts";

interface Row {
  readonly pattern: string;
  readonly covers?: readonly string[];
  /** Names that it touches and does not cover: wildcards of which only some names are in the set. */
  readonly onlyTouches?: readonly string[];
  readonly misses?: readonly string[];
}

const rows: readonly Row[] = [
  {
    pattern: "a.x",
    covers: ["a.x"],
    onlyTouches: ["*.x"],
    misses: ["x", "b.x", "b.a.x", "*.a.x", "xa.x"],
  },
  {
    pattern: "*.x",
    covers: ["a.x", "b.x", "*.x"],
    misses: ["x", "b.a.x", "*.a.x", "a.y", "xx"],
  },
  {
    pattern: "*.*.x",
    covers: ["b.a.x", "*.a.x"],
    misses: ["a.x", "*.x", "c.b.a.x", "*.b.a.x"],
  },
  {
    pattern: "*.*.*.x",
    covers: ["c.b.a.x", "*.b.a.x"],
    misses: ["b.a.x", "*.a.x", "d.c.b.a.x"],
  },
  {
    pattern: "**.x",
    covers: ["a.x", "b.a.x", "e.d.c.b.a.x", "*.x", "*.a.x"],
    misses: ["x", "ax", "a.y", "*.y"],
  },
  {
    pattern: "*.b.x",
    covers: ["a.b.x", "*.b.x"],
    misses: ["b.x", "*.x", "a.c.x"],
  },
  {
    pattern: "*.*.b.x",
    covers: ["c.a.b.x", "*.a.b.x"],
    misses: ["a.b.x", "*.b.x"],
  },
  {
    pattern: "**.b.x",
    covers: ["a.b.x", "*.b.x"],
    // The wildcard stands for b.x itself and for its siblings, none of which lies below b.x.
    misses: ["b.x", "*.x"],
  },
  { pattern: "A.X", covers: ["a.x"] },
  { pattern: "*.LAB", covers: ["a.lab"] },
  { pattern: "localhost", covers: ["localhost"], misses: ["a.localhost"] },
];

describe("parseDnsPattern", () => {
  test.each(rows)("$pattern", ({ pattern, covers = [], onlyTouches = [], misses = [] }) => {
    const read = parseDnsPattern(pattern);
    expect(read.text).toBe(pattern);
    const verdicts = [...covers, ...onlyTouches, ...misses].map((name) => ({
      name,
      covers: read.covers(name),
      touches: read.touches(name),
    }));
    expect(verdicts).toEqual([
      ...covers.map((name) => ({ name, covers: true, touches: true })),
      ...onlyTouches.map((name) => ({ name, covers: false, touches: true })),
      ...misses.map((name) => ({ name, covers: false, touches: false })),
    ]);
  });

  test.each([
    { pattern: "", why: "nothing" },
    { pattern: "*", why: "a star alone" },
    { pattern: "**", why: "two stars alone" },
    { pattern: "*.", why: "no suffix" },
    { pattern: "a.*.x", why: "a star in the middle" },
    { pattern: "a*.x", why: "a star in a label" },
    { pattern: "*a.x", why: "a star in a label" },
    { pattern: "***.x", why: "three stars" },
    { pattern: "**.*.x", why: "both kinds of star" },
    { pattern: "*.**.x", why: "both kinds of star" },
    { pattern: ".x", why: "a leading dot" },
    { pattern: "x.", why: "a trailing dot" },
    { pattern: "*.a..x", why: "an empty label" },
    { pattern: "a b.x", why: "a space" },
    { pattern: "bü.x", why: "a character outside ASCII" },
    { pattern: "10.0.0.1", why: "an address" },
  ])("refuses $why: $pattern", ({ pattern }) => {
    expect(() => parseDnsPattern(pattern)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });

  test("a pattern covers a wildcard exactly when it covers whatever label stands for the star", () => {
    const label = fc.constantFrom("a", "b", "c");
    const suffix = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join("."));
    const pattern = fc
      .tuple(fc.constantFrom("", "*.", "*.*.", "**."), suffix)
      .map(([stars, rest]) => parseDnsPattern(`${stars}${rest}`));
    fc.assert(
      fc.property(pattern, suffix, (read, parent) => {
        const instances = ["a", "b", "c", "zz"].map((first) => read.covers(`${first}.${parent}`));
        expect(read.covers(`*.${parent}`)).toBe(instances.every(Boolean));
        expect(read.touches(`*.${parent}`)).toBe(instances.some(Boolean));
      }),
      { numRuns: 1000 },
    );
  });
});

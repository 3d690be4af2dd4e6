import { describe, expect, test } from "vitest";
import { nearest } from "./suggestion.ts";

const words = ["listen", "names", "baseUrl", "plainListen"];

describe("nearest", () => {
  test.each([
    { why: "a letter left out", text: "lisen", expected: "listen" },
    { why: "two letters swapped", text: "nmaes", expected: "names" },
    { why: "another case", text: "baseURL", expected: "baseUrl" },
    { why: "a wrong letter", text: "namez", expected: "names" },
    { why: "a letter too many", text: "plainListens", expected: "plainListen" },
    { why: "nothing alike", text: "colour", expected: undefined },
    { why: "nothing at all", text: "", expected: undefined },
  ])("finds what is meant by $why", ({ text, expected }) => {
    expect(nearest(text, words)).toBe(expected);
  });

  test("prefers the nearer one", () => {
    expect(nearest("claims", ["claim", "claims"])).toBe("claims");
  });
});

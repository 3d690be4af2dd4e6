import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration } from "./duration.ts";

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;

const accepted = [
  { text: "P30D", milliseconds: 30 * day },
  { text: "P2W", milliseconds: 14 * day },
  { text: "PT24H", milliseconds: day },
  { text: "P1DT12H30M5S", milliseconds: day + 12 * hour + 30 * 60 * second + 5 * second },
  { text: "720h", milliseconds: 720 * hour },
  { text: "1h30m", milliseconds: 1.5 * hour },
  { text: "1.5h", milliseconds: 1.5 * hour },
  { text: "90s", milliseconds: 90 * second },
  { text: "250ms", milliseconds: 250 },
] as const;

const refused = [
  { text: "", why: "nothing" },
  { text: "P", why: "no field" },
  { text: "PT", why: "no field after the T" },
  { text: "P1DT", why: "a T without time" },
  { text: "P1Y", why: "a year has no fixed length" },
  { text: "P1M", why: "a month has no fixed length" },
  { text: "P0D", why: "nothing at all" },
  { text: "0s", why: "nothing at all" },
  { text: "P1.5D", why: "a fraction" },
  { text: "-P1D", why: "a sign" },
  { text: "-5m", why: "a sign" },
  { text: "30", why: "no unit" },
  { text: "30d", why: "a unit that Go does not have" },
  { text: " P1D", why: "white space" },
  { text: "P1D\n", why: "a line end" },
  { text: "1e3s", why: "an exponent" },
  { text: "1h".repeat(9), why: "more terms than anybody means" },
  { text: "P9999999D", why: "more digits than anybody means" },
] as const;

describe("parseDuration", () => {
  test.each(accepted)("reads $text", ({ text, milliseconds }) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each(refused)("refuses $why: $text", ({ text }) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });

  test("answers any text with a positive number or a ConfigurationError", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[P0-9DTHMSWhms.]{1,12}$/)), (text) => {
        try {
          expect(parseDuration(text)).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ code: "ERR_OPTION_INVALID" });
        }
      }),
    );
  });
});

describe("formatDuration", () => {
  test.each([
    { milliseconds: 30 * day, text: "P30D" },
    { milliseconds: day + 12 * hour + 30 * 60 * second + 5 * second, text: "P1DT12H30M5S" },
    { milliseconds: 90 * second, text: "PT1M30S" },
    { milliseconds: hour, text: "PT1H" },
    { milliseconds: 30 * day + second, text: "P30DT1S" },
    { milliseconds: 1999, text: "PT1S" },
    { milliseconds: 0, text: "PT0S" },
  ])("writes $text", ({ milliseconds, text }) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  test("writes what parseDuration reads", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 * 86_400 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * second))).toBe(seconds * second);
      }),
    );
  });
});

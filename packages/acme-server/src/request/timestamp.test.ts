import { describe, expect, test } from "vitest";
import { formatTimestamp, optionalTimestamp } from "./timestamp.ts";

const read = (notAfter: string) => optionalTimestamp({ notAfter }, "notAfter");

describe("optionalTimestamp", () => {
  test.each([
    ["2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z"],
    ["2030-01-01t00:00:00z", "2030-01-01T00:00:00Z"],
    ["2030-01-01T02:30:00+02:30", "2030-01-01T00:00:00Z"],
    ["2029-12-31T23:00:00-01:00", "2030-01-01T00:00:00Z"],
    ["2030-01-01T00:00:00.999999Z", "2030-01-01T00:00:00Z"],
    ["2028-02-29T12:00:00Z", "2028-02-29T12:00:00Z"],
  ])("reads %s as %s (A-112)", (text, expected) => {
    expect(formatTimestamp(read(text) ?? Number.NaN)).toBe(expected);
  });

  test.each([
    "",
    "2030-01-01",
    "2030-01-01T00:00Z",
    "2030-01-01T00:00:00",
    "2030-01-01 00:00:00Z",
    "2030-02-30T00:00:00Z",
    "2030-13-01T00:00:00Z",
    "2030-01-01T24:00:00Z",
    "2030-01-01T00:00:60Z",
    "2030-01-01T00:00:00+2:00",
    "2030-01-01T00:00:00+24:00",
    "12030-01-01T00:00:00Z",
    "1893456000",
    "tomorrow",
  ])("refuses %s (A-112, case 82)", (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ type: "malformed" }));
  });

  test("takes an absent member, and the zero time of Go's JSON, for absent", () => {
    expect(optionalTimestamp({}, "notAfter")).toBeUndefined();
    expect(read("0001-01-01T00:00:00Z")).toBeUndefined();
  });

  test("refuses a number", () => {
    expect(() => optionalTimestamp({ notAfter: 5 }, "notAfter")).toThrow('member "notAfter" is not a string');
  });
});

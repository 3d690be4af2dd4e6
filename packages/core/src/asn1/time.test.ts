import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DerError } from "../errors.ts";
import { readDer } from "./der-reader.ts";
import { encodeDer } from "./der-writer.ts";
import { encodeTime, noExpiry, readTime } from "./time.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const utcTime = 0x17;
const generalizedTime = 0x18;

describe("encodeTime", () => {
  test.each([
    { why: "the last second of UTCTime", at: "2049-12-31T23:59:59Z", tag: utcTime, text: "491231235959Z" },
    {
      why: "the first of GeneralizedTime",
      at: "2050-01-01T00:00:00Z",
      tag: generalizedTime,
      text: "20500101000000Z",
    },
    { why: "the first second of UTCTime", at: "1950-01-01T00:00:00Z", tag: utcTime, text: "500101000000Z" },
    {
      why: "a time before UTCTime",
      at: "1949-12-31T23:59:59Z",
      tag: generalizedTime,
      text: "19491231235959Z",
    },
    { why: "the turn of the century", at: "2000-02-29T00:00:00Z", tag: utcTime, text: "000229000000Z" },
    { why: "a fraction, cut off", at: "2030-06-07T08:09:10.999Z", tag: utcTime, text: "300607080910Z" },
    { why: "no expiry", at: "9999-12-31T23:59:59.999Z", tag: generalizedTime, text: "99991231235959Z" },
    { why: "the year 0", at: "0000-01-01T00:00:00Z", tag: generalizedTime, text: "00000101000000Z" },
  ])("B-014: writes $why", ({ at, tag, text }) => {
    expect(encodeTime(Date.parse(at))).toEqual(encodeDer(tag, ascii(text)));
  });

  test.each([
    { why: "the year 10000", milliseconds: noExpiry + 1000 },
    { why: "a year before 0", milliseconds: Date.parse("-000001-12-31T23:59:59Z") },
    { why: "no number", milliseconds: Number.NaN },
    { why: "infinity", milliseconds: Number.POSITIVE_INFINITY },
  ])("B-014: refuses $why, which no Time can hold", ({ milliseconds }) => {
    expect(() => encodeTime(milliseconds)).toThrow(DerError);
  });
});

describe("readTime", () => {
  test.each([
    { why: "an INTEGER", tag: 0x02, text: "300101000000Z" },
    { why: "no seconds", tag: utcTime, text: "3001010000Z" },
    { why: "an offset", tag: utcTime, text: "300101000000+0100" },
    { why: "no zone", tag: utcTime, text: "300101000000" },
    { why: "a small z", tag: utcTime, text: "300101000000z" },
    { why: "a fraction", tag: generalizedTime, text: "20300101000000.5Z" },
    { why: "a year of two digits in GeneralizedTime", tag: generalizedTime, text: "300101000000Z" },
    { why: "a year of four digits in UTCTime", tag: utcTime, text: "20300101000000Z" },
    { why: "the 13th month", tag: utcTime, text: "301301000000Z" },
    { why: "month 0", tag: utcTime, text: "300001000000Z" },
    { why: "the 30th of February", tag: utcTime, text: "300230000000Z" },
    { why: "the 29th of February of a common year", tag: utcTime, text: "310229000000Z" },
    { why: "hour 24", tag: utcTime, text: "300101240000Z" },
    { why: "second 60", tag: utcTime, text: "301231235960Z" },
    { why: "a sign", tag: utcTime, text: "-30101000000Z" },
    { why: "digits beyond ASCII", tag: utcTime, text: "\u0663\u06600101000000Z" },
    { why: "a space", tag: utcTime, text: " 30101000000Z" },
    { why: "a NUL at the end", tag: utcTime, text: "300101000000Z\0" },
    { why: "a line feed at the end", tag: utcTime, text: "300101000000Z\n" },
    { why: "nothing", tag: utcTime, text: "" },
    { why: "a million digits", tag: generalizedTime, text: "0".repeat(1_000_000) },
  ])("B-014: refuses $why", ({ tag, text }) => {
    const time = readDer(encodeDer(tag, ascii(text)));
    expect(() => readTime(time, "notAfter")).toThrow(expect.objectContaining({ code: "ERR_DER_MALFORMED" }));
  });

  test("B-014: says which time is missing", () => {
    expect(() => readTime(undefined, "notAfter")).toThrow("notAfter is not a Time");
  });

  test.each([
    { why: "UTCTime of 50 as 1950", tag: utcTime, text: "500101000000Z", at: "1950-01-01T00:00:00Z" },
    { why: "UTCTime of 49 as 2049", tag: utcTime, text: "491231235959Z", at: "2049-12-31T23:59:59Z" },
    // Relying parties have to read what issuers must not write: RFC 5280 section 4.1.2.5.
    {
      why: "GeneralizedTime before 2050",
      tag: generalizedTime,
      text: "20300101000000Z",
      at: "2030-01-01T00:00:00Z",
    },
  ])("B-014: reads $why", ({ tag, text, at }) => {
    expect(readTime(readDer(encodeDer(tag, ascii(text))), "time")).toBe(Date.parse(at));
  });

  test("B-014: reads back every second that is written", () => {
    const seconds = fc.integer({ min: Date.UTC(-1, 12, 1) / 1000, max: noExpiry / 1000 });
    fc.assert(
      fc.property(seconds, (second) => {
        expect(readTime(readDer(encodeTime(second * 1000)), "time")).toBe(second * 1000);
      }),
    );
  });
});

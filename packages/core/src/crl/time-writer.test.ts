import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDer } from "../asn1/der-reader.ts";
import { encodeTime, noExpiry, readTime } from "../asn1/time.ts";
import { createTimeWriter } from "./time-writer.ts";

const { writeTime, writeGeneralizedTime } = createTimeWriter();

const written = (write: typeof writeTime, time: number): Uint8Array => {
  const octets = new Uint8Array(24).fill(0xaa);
  const end = write(octets, 3, time);
  expect(octets.subarray(0, 3)).toEqual(Uint8Array.of(0xaa, 0xaa, 0xaa));
  expect(octets.subarray(end).every((octet) => octet === 0xaa)).toBe(true);
  return octets.slice(3, end);
};

const textOf = (octets: Uint8Array): string => Buffer.from(octets.subarray(2)).toString("latin1");

const times = fc.integer({ min: Date.UTC(0, 0, 1), max: noExpiry });

describe("writeTime", () => {
  test("B-160, B-014: writes what encodeTime encodes, for any time", () => {
    fc.assert(
      fc.property(times, (time) => {
        expect(written(writeTime, time)).toEqual(new Uint8Array(encodeTime(time)));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    { time: Date.UTC(2049, 11, 31, 23, 59, 59, 999), text: "491231235959Z" },
    { time: Date.UTC(2050, 0, 1), text: "20500101000000Z" },
    { time: Date.UTC(1950, 0, 1), text: "500101000000Z" },
    { time: Date.UTC(1949, 11, 31, 23, 59, 59), text: "19491231235959Z" },
    { time: Date.UTC(2032, 1, 29, 7, 8, 9), text: "320229070809Z" },
    { time: noExpiry, text: "99991231235959Z" },
  ])("B-160, B-014: $text", ({ time, text }) => {
    expect(textOf(written(writeTime, time))).toBe(text);
  });

  test.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    noExpiry + 1000,
    Date.UTC(-1, 11, 31),
  ])("refuses %d", (time) => {
    for (const write of [writeTime, writeGeneralizedTime])
      expect(() => write(new Uint8Array(20), 0, time)).toThrow(
        expect.objectContaining({ code: "ERR_DER_MALFORMED" }),
      );
  });
});

test("B-163: writeGeneralizedTime has four digits of the year, whatever it is", () => {
  fc.assert(
    fc.property(times, (time) => {
      const octets = written(writeGeneralizedTime, time);
      expect([octets[0], octets.length]).toEqual([0x18, 17]);
      expect(readTime(readDer(octets), "time")).toBe(Math.floor(time / 1000) * 1000);
    }),
  );
});

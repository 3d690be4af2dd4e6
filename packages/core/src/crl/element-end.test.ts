import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeDer } from "../asn1/der-writer.ts";
import { elementEnd } from "./element-end.ts";

describe("elementEnd", () => {
  test.each([0, 1, 127, 128, 255, 256, 65_535, 65_536, 16_777_216])(
    "finds the end after %d octets",
    (length) => {
      const value = encodeDer(0x30, new Uint8Array(length));
      const octets = new Uint8Array(value.length + 5);
      octets.set(value, 2);
      expect(elementEnd(octets, 2)).toBe(2 + value.length);
    },
  );

  test.each([
    { why: "nothing", octets: [] },
    { why: "a tag alone", octets: [0x30] },
    { why: "contents that are cut off", octets: [0x30, 2, 0] },
    { why: "a long length that is cut off", octets: [0x30, 0x82, 1] },
    { why: "an indefinite length", octets: [0x30, 0x80, 0, 0] },
    { why: "a length of five octets", octets: [0x30, 0x85, 0, 0, 0, 0, 0] },
  ])("refuses $why", ({ octets }) => {
    expect(() => elementEnd(Uint8Array.from(octets), 0)).toThrow(
      expect.objectContaining({ code: "ERR_DER_MALFORMED" }),
    );
  });

  test("answers any octets with a later place within them, or an error of its own", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.nat(12), (octets, start) => {
        try {
          const end = elementEnd(octets, start);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(octets.length);
        } catch (error) {
          expect(error).toMatchObject({ code: "ERR_DER_MALFORMED" });
        }
      }),
    );
  });
});

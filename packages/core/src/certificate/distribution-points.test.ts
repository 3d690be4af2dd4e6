import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { der } from "../../test/support/tbs-certificate.ts";
import { encodeHex } from "../encoding/hex.ts";
import {
  encodeCrlDistributionPoint,
  encodeDistributionPoint,
  readCrlDistributionPoints,
} from "./distribution-points.ts";

const malformed = expect.objectContaining({ code: "ERR_DER_MALFORMED" });
const point = "300a a008 a006 860468747470"; // the URI "http", for its length

describe("cRLDistributionPoints", () => {
  test("B-037: not critical, one point with a full name alone", () => {
    expect(encodeHex(encodeCrlDistributionPoint("http"))).toBe(
      `3015 0603551d1f 040e 300c ${point}`.replaceAll(" ", ""),
    );
    expect(encodeHex(encodeDistributionPoint("http"))).toBe(`300c ${point}`.replaceAll(" ", ""));
    expect(readCrlDistributionPoints(der(`3018 ${point} ${point}`))).toEqual(["http", "http"]);
  });

  test.each([
    { why: "nothing", value: "3000" },
    { why: "an empty point", value: "3002 3000" },
    { why: "B-037: reasons alone", value: "3006 3004 81020780" },
    { why: "B-037: a cRLIssuer", value: "3010 300e a008 a006 860468747470 a202 a400" },
    { why: "an empty full name", value: "3006 3004 a002 a000" },
    { why: "a name relative to the issuer", value: "3006 3004 a002 a100" },
    { why: "a directory name", value: "300a 3008 a006 a004 a402 3000" },
  ])("does not read $why", ({ value }) => {
    expect(() => readCrlDistributionPoints(der(value))).toThrow(malformed);
    expect(() => readCrlDistributionPoints(der(value))).not.toThrow(/past the end|bytes follow/); // but for its reason
  });

  test("B-002: any octets are points or malformed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        try {
          expect(readCrlDistributionPoints(octets).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toEqual(malformed);
        }
      }),
    );
  });
});

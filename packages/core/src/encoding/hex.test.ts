import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeHex, encodeHex } from "./hex.ts";

test("writes what Buffer writes and reads it back, in either case", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = Buffer.from(bytes).toString("hex");
      expect(encodeHex(bytes)).toBe(text);
      expect(decodeHex(text)).toEqual(bytes);
      expect(decodeHex(text.toUpperCase())).toEqual(bytes);
    }),
  );
});

test.each(["0", "0g", "0x00", " 00", "00\n", "0\u0660", "-1"])("refuses %j", (text) => {
  expect(decodeHex(text)).toBeUndefined();
});

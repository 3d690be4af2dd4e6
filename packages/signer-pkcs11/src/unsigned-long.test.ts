import { endianness } from "node:os";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readUnsignedLong } from "./unsigned-long.ts";

test("reads what the machine writes, in 8 octets and in 4", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (number) => {
      const octets = new DataView(new ArrayBuffer(8));
      octets.setBigUint64(0, BigInt(number), endianness() === "LE");
      expect(readUnsignedLong(new Uint8Array(octets.buffer))).toBe(number);
      octets.setUint32(0, number, endianness() === "LE");
      expect(readUnsignedLong(new Uint8Array(octets.buffer, 0, 4))).toBe(number);
    }),
  );
});

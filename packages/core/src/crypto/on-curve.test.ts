import { p256, p384, p521 } from "@noble/curves/nist.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isOnCurve } from "./on-curve.ts";

const curves = [
  { curve: "P-256", noble: p256 },
  { curve: "P-384", noble: p384 },
  { curve: "P-521", noble: p521 },
] as const;

describe.each(curves)("B-152: isOnCurve on $curve", ({ curve, noble }) => {
  const { Point } = noble;
  const { ORDER: field, BYTES: octets } = Point.Fp;
  const pointOf = (x: bigint, y: bigint): Uint8Array =>
    new Uint8Array(
      Buffer.from([x, y].map((number) => number.toString(16).padStart(2 * octets, "0")).join(""), "hex"),
    );
  const base = Point.BASE.toAffine();

  test("accepts multiples of the base point, as another library computes them", () => {
    for (const factor of [1n, 2n, 3n, 0xffff_ffff_ffffn, Point.Fn.ORDER - 1n]) {
      const bytes = Point.BASE.multiply(factor).toBytes(false);
      expect(isOnCurve(curve, bytes.subarray(1))).toBe(true);
    }
  });

  test.each([
    { why: "zero", point: pointOf(0n, 0n) },
    { why: "y plus one", point: pointOf(base.x, base.y + 1n) },
    { why: "x plus one", point: pointOf(base.x + 1n, base.y) },
    { why: "x and y exchanged", point: pointOf(base.y, base.x) },
    { why: "y of the field's order", point: pointOf(base.x, field) },
    { why: "x of the field's order, which is 0", point: pointOf(field, rootOfB(curve)) },
    { why: "a point that is short by an octet", point: pointOf(base.x, base.y).subarray(1) },
    { why: "a compressed point", point: Point.BASE.toBytes(true) },
    { why: "nothing", point: new Uint8Array() },
  ])("refuses $why", ({ point }) => {
    expect(isOnCurve(curve, point)).toBe(false);
  });

  test("accepts x of 0 with its y", () => {
    expect(isOnCurve(curve, pointOf(0n, rootOfB(curve)))).toBe(true);
  });

  test("agrees with another library about any coordinates", () => {
    const coordinate = fc.bigInt({ min: 0n, max: field - 1n });
    fc.assert(
      fc.property(coordinate, fc.option(coordinate), (x, other) => {
        const y = other ?? rootAt(curve, x) ?? 0n;
        const expected = isValid(() => Point.fromAffine({ x, y }).assertValidity());
        expect(isOnCurve(curve, pointOf(x, y))).toBe(expected);
      }),
      { numRuns: 30 },
    );
  });
});

/** y of the point with x of 0, which all three curves have. */
function rootOfB(curve: (typeof curves)[number]["curve"]): bigint {
  return rootAt(curve, 0n) ?? -1n;
}

function rootAt(curve: (typeof curves)[number]["curve"], x: bigint): bigint | undefined {
  const { Point } = (curves.find((row) => row.curve === curve) ?? curves[0]).noble;
  const { a, b } = Point.CURVE();
  const { Fp } = Point;
  try {
    return Fp.sqrt(Fp.add(Fp.add(Fp.mul(Fp.sqr(x), x), Fp.mul(a, x)), b));
  } catch {
    return undefined;
  }
}

function isValid(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

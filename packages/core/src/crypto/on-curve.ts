import { encodeHex } from "../encoding/hex.ts";
import { curves } from "./algorithms.ts";
import type { EllipticCurve } from "./provider.ts";

/**
 * Tells whether two coordinates are reduced and satisfy the equation of their curve.
 *
 * The three curves have prime order, so every such point is in the right group (SP 800-186 section 3.2.1).
 *
 * @param point - x and y of the curve's length, without the octet in front.
 * @see SP 800-56A revision 3 section 5.6.2.3.4
 */
export function isOnCurve(curve: EllipticCurve, point: Uint8Array): boolean {
  const length = curves[curve].coordinateLength;
  if (point.length !== 2 * length) return false;
  const { p, b } = equations[curve];
  const [x, y] = [numberOf(point.subarray(0, length)), numberOf(point.subarray(length))];
  return x < p && y < p && (y * y - (x * x - 3n) * x - b) % p === 0n;
}

/** Field and coefficient of y^2 = x^3 - 3x + b (SP 800-186 section 3.2.1.3 to 3.2.1.5). */
const equations: Readonly<Record<EllipticCurve, { readonly p: bigint; readonly b: bigint }>> = {
  "P-256": {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  "P-384": {
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
  "P-521": {
    p: 2n ** 521n - 1n,
    b: 0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  },
};

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${encodeHex(bytes)}`);
}

import { readDer, readSequence, readUnsignedInteger } from "../asn1/der-reader.ts";
import { encodeSequence, encodeUnsignedInteger } from "../asn1/der-writer.ts";
import { DerError } from "../errors.ts";
import { curves } from "./algorithms.ts";
import type { EllipticCurve } from "./provider.ts";

/** Octets of a coordinate of each curve, and of r and s (RFC 7518 section 3.4, 6.2.1.2). */
export const coordinateLengths: Readonly<Record<EllipticCurve, number>> = {
  "P-256": curves["P-256"].coordinateLength,
  "P-384": curves["P-384"].coordinateLength,
  "P-521": curves["P-521"].coordinateLength,
};

/**
 * Turns an ECDSA signature of JOSE and WebCrypto, r and s of equal length, into a DER `Ecdsa-Sig-Value`.
 *
 * @see RFC 7518 section 3.4; RFC 3279 section 2.2.3
 */
export function ecdsaRawToDer(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  return encodeSequence(
    encodeUnsignedInteger(raw.subarray(0, half)),
    encodeUnsignedInteger(raw.subarray(half)),
  );
}

/** Turns a DER `Ecdsa-Sig-Value` into r and s of the curve's length; undefined when it is not one. */
export function ecdsaDerToRaw(der: Uint8Array, curve: EllipticCurve): Uint8Array | undefined {
  const length = curves[curve].coordinateLength;
  try {
    const [r, s, ...rest] = readSequence(readDer(der), "signature");
    const values = [readUnsignedInteger(r, "r"), readUnsignedInteger(s, "s")];
    if (rest.length > 0 || values.some((value) => value.length > length)) return undefined;
    const raw = new Uint8Array(2 * length);
    for (const [index, value] of values.entries()) raw.set(value, (index + 1) * length - value.length);
    return raw;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

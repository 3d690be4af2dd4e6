import fc from "fast-check";
import { expect, test } from "vitest";
import { readVector } from "../../test/support/vectors.ts";
import { isRocaModulus } from "./roca.ts";

const primes = Array.from({ length: 168 }, (_, number) => number).filter(
  (number) =>
    number > 2 &&
    Array.from({ length: number - 2 }, (_, index) => index + 2).every((divisor) => number % divisor !== 0),
);
const primorial = primes.reduce((product, prime) => product * BigInt(prime), 2n);

/** Residues of 65537's powers, counted the slow way. */
function orderOf65537(prime: number): number {
  let order = 1;
  for (let power = 65537 % prime; power !== 1; power = (power * 65537) % prime) order += 1;
  return order;
}

test("B-151, case 34: every number of the generator's form is recognised", () => {
  const form = fc.tuple(fc.nat({ max: 1_000_000 }), fc.nat({ max: 400 }), fc.nat({ max: 1_000_000 }));
  fc.assert(
    fc.property(form, ([k, power, l]) => {
      const p = BigInt(k) * primorial + 65537n ** BigInt(power);
      const q = BigInt(l) * primorial + 65537n;
      expect(isRocaModulus(p * q)).toBe(true);
    }),
  );
});

test("B-151: strong moduli are not", () => {
  for (const modulus of readVector("rsa/strong.txt").trimEnd().split("\n"))
    expect(isRocaModulus(BigInt(`0x${modulus}`))).toBe(false);
});

test("B-151: the chance of a false alarm is below 2^-27", () => {
  const chance = primes.reduce((product, prime) => product * (orderOf65537(prime) / (prime - 1)), 1);
  expect(Math.log2(chance)).toBeLessThan(-27);
});

test("one residue that is no power of 65537 clears a number", () => {
  // Modulo 11 the powers of 65537 are 1 and 10 alone.
  expect(orderOf65537(11)).toBe(2);
  const inForm = 65537n ** 2n + primorial;
  expect(isRocaModulus(inForm)).toBe(true);
  expect(isRocaModulus(inForm + primorial / 11n)).toBe(false);
});

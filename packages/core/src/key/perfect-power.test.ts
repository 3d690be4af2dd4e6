import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isOddPower, isPrime } from "./perfect-power.ts";

describe("isOddPower", () => {
  const base = fc.bigInt({ min: 757n, max: 2n ** 64n });
  const exponent = fc.constantFrom(3n, 5n, 7n, 9n, 11n, 15n, 31n, 61n, 127n);

  test("B-150: recognises powers", () => {
    fc.assert(
      fc.property(base, exponent, (root, power) => isOddPower(root ** power)),
      { numRuns: 50 },
    );
  });

  test("B-150: clears what is next to a power", () => {
    fc.assert(
      fc.property(
        base,
        exponent,
        fc.constantFrom(1n, -1n, 2n),
        (root, power, distance) => !isOddPower(root ** power + distance),
      ),
      { numRuns: 50 },
    );
  });

  test("B-150: the largest exponent that 8192 bits allow", () => {
    expect(isOddPower(757n ** 853n)).toBe(true);
    expect(isOddPower(757n ** 853n + 2n)).toBe(false);
  });

  test("squares are left to Fermat's method", () => {
    expect(isOddPower((2n ** 127n - 1n) ** 2n)).toBe(false);
  });
});

test("isPrime", () => {
  const numbers = Array.from({ length: 50 }, (_, number) => number + 2);
  expect(numbers.filter((number) => isPrime(number))).toEqual([
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47,
  ]);
});

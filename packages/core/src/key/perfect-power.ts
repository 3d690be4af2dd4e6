import { once } from "./once.ts";

/**
 * Tells whether a number without factors below 752 and of at most 8192 bits is a cube, a fifth or a higher power; squares are
 * what Fermat's method finds first.
 *
 * A k-th power is one modulo every prime too, and only one residue in k is. Two well-chosen primes for each k leave few
 * numbers whose root has to be taken.
 */
export function isOddPower(n: bigint): boolean {
  const bits = n.toString(16).length * 4;
  return candidates().some(
    ({ exponent, primes }) =>
      exponent * 9 < bits &&
      primes.every((prime) => isPowerResidue(Number(n % BigInt(prime)), exponent, prime)) &&
      isExactPower(n, exponent, bits),
  );
}

/** Every prime exponent that 8192 bits allow, as 752 has more than 9 bits, with two primes of the form 2jk + 1. */
const candidates = once((): readonly { exponent: number; primes: readonly number[] }[] =>
  primesAmong(3, 2, 911, 911).map((exponent) => ({
    exponent,
    primes: primesAmong(2 * exponent + 1, 2 * exponent, Number.MAX_SAFE_INTEGER, 2),
  })),
);

function primesAmong(start: number, step: number, end: number, count: number): readonly number[] {
  const primes: number[] = [];
  for (let number = start; number < end && primes.length < count; number += step)
    if (isPrime(number)) primes.push(number);
  return primes;
}

/** Trial division. */
export function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor += 1)
    if (candidate % divisor === 0) return false;
  return true;
}

/** Euler's criterion: the k-th powers modulo a prime p are the roots of x^((p - 1) / k) = 1, and 0. */
function isPowerResidue(residue: number, exponent: number, prime: number): boolean {
  let power = 1;
  let square = residue;
  for (let rest = (prime - 1) / exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = (power * square) % prime;
    square = (square * square) % prime;
  }
  return power <= 1;
}

/** Newton's method from above, rounded down. */
function isExactPower(n: bigint, exponent: number, bits: number): boolean {
  const k = BigInt(exponent);
  let root = rootAbove(bits / exponent);
  for (;;) {
    const next = ((k - 1n) * root + n / root ** (k - 1n)) / k;
    if (next >= root) return root ** k === n;
    root = next;
  }
}

/** A start above 2^bits, and not far: from twice too high Newton's method takes as many steps as the root is high a power. */
function rootAbove(bits: number): bigint {
  return bits < 50 ? BigInt(Math.ceil(2 ** bits)) + 1n : 1n << BigInt(Math.ceil(bits) + 1);
}

import { once } from "./once.ts";

/**
 * Tells whether an RSA modulus was made by the generator of CVE-2017-15361 (ROCA).
 *
 * That generator makes primes of the form k·M + (65537^a mod M), M a product of small primes, so modulo each of those
 * primes the modulus is a power of 65537. A random modulus passes all of the tests below with probability near 2^-28.
 */
export function isRocaModulus(modulus: bigint): boolean {
  return powersOf65537().every(({ prime, powers }) => powers.has(modulus % prime));
}

/** The primes for which the powers of 65537 are not every residue, so that they tell something. */
const powersOf65537 = once(() =>
  [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
  ]
    .map((number) => ({ prime: BigInt(number), powers: powersModulo(BigInt(number)) }))
    .filter(({ prime, powers }) => BigInt(powers.size) < prime - 1n),
);

function powersModulo(prime: bigint): ReadonlySet<bigint> {
  const powers = new Set<bigint>();
  for (let power = 1n; !powers.has(power); power = (power * 65537n) % prime) powers.add(power);
  return powers;
}

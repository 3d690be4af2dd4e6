// Writes rsa/weak.json: moduli that have the right size and a known weakness. node make-weak-rsa.mjs
import { checkPrimeSync, generatePrimeSync, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";

const prime = (bits) => generatePrimeSync(bits, { bigint: true });
const random = (bits) => BigInt(`0x${randomBytes(Math.ceil(bits / 8)).toString("hex")}`) >> BigInt(7 - ((bits + 7) % 8));
const bitLength = (n) => n.toString(2).length;

function nextPrime(from) {
  let candidate = from | 1n;
  while (!checkPrimeSync(candidate)) candidate += 2n;
  return candidate;
}

/** Repeats until the product has exactly 2048 bits. */
function sized(make) {
  for (;;) {
    const n = make();
    if (bitLength(n) === 2048) return n.toString(16);
  }
}

function isPrimeNumber(number) {
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) if (number % divisor === 0) return false;
  return true;
}

/** CVE-2017-15361: p = k * M + (65537^a mod M), M the product of the first 126 primes for keys of 2048 bits. */
function infineonPrime() {
  const primorial = Array.from({ length: 702 }, (_, number) => number)
    .filter((number) => number > 1 && isPrimeNumber(number))
    .map(BigInt)
    .reduce((product, factor) => product * factor, 1n);
  for (;;) {
    const exponent = random(255);
    let power = 1n;
    for (const bit of exponent.toString(2)) power = (power * power * (bit === "1" ? 65537n : 1n)) % primorial;
    const candidate = (random(1024 - bitLength(primorial)) | (1n << BigInt(1023 - bitLength(primorial)))) * primorial + power;
    if (bitLength(candidate) === 1024 && checkPrimeSync(candidate)) return candidate;
  }
}

/** Two primes whose distance is `steps` times the fourth root of their product. */
function primesApart(steps) {
  const p = prime(1024) | (1n << 1022n);
  const first = nextPrime(p);
  return first * nextPrime(first + BigInt(steps) * (1n << 512n));
}

/** A power of a prime with 2048 bits. */
function primePower(exponent) {
  let [low, high] = [1n, 1n << 1024n];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (bitLength(middle ** exponent) < 2048) low = middle;
    else high = middle;
  }
  return nextPrime(high + random(32)) ** exponent;
}

const weak = {
  "ROCA: both primes of the form k * M + 65537^a mod M": sized(() => infineonPrime() * infineonPrime()),
  "two primes next to each other": sized(() => primesApart(0)),
  "two primes that share their upper half, which Fermat's method finds late": sized(() => primesApart(24)),
  "a factor of 3": sized(() => 3n * prime(2046)),
  "a factor of 751, the last that is tried": sized(() => 751n * prime(2038)),
  "an even modulus": sized(() => 2n * prime(1023) * prime(1024)),
  "the square of a prime": sized(() => primePower(2n)),
  "the cube of a prime": sized(() => primePower(3n)),
  "the fifth power of a prime": sized(() => primePower(5n)),
  "the 31st power of a prime": sized(() => primePower(31n)),
};
writeFileSync(new URL("rsa/weak.json", import.meta.url), `${JSON.stringify(weak, undefined, 2)}\n`);

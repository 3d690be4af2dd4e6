import { RequestError } from "../errors.ts";
import { once } from "./once.ts";
import { isOddPower, isPrime } from "./perfect-power.ts";
import { isRocaModulus } from "./roca.ts";
import type { PublicKeyNumbers, SubjectPublicKeyInfo } from "./subject-public-key-info.ts";

/** Largest RSA modulus whose signatures a request may make us verify; the cost grows with the square. */
const maximumRsaBits = 8192;

/**
 * Largest RSA exponent. FIPS 186-5 section 5.1 allows up to 2^256, but Go verifies none above this and OpenSSL none of more
 * than 64 bits with a modulus above 3072: a certificate for such a key would be worthless, and verifying its request dear.
 */
const maximumRsaExponent = 2n ** 31n - 1n;

/** Rounds of Fermat's method: primes closer than this finds are factored at once (CVE-2022-26320). */
const fermatRounds = 110;

/**
 * Refuses public keys that an attacker can break, or whose use would cost the server too much.
 *
 * RSA: 2048 to 8192 bits in whole octets, an odd exponent from 65537 to 2^31, no factor below 752, no close primes, no power, no
 * fingerprint of the Infineon library (ROCA). Ed25519: no point of small order, canonical encoding. Whether an EC point
 * is on its curve is checked on import. Of ML-DSA any octets of the right length are a key.
 *
 * @throws {RequestError} `ERR_KEY_WEAK`; the message says which rule, never the key.
 */
export function assertStrongKey({ numbers, algorithm }: SubjectPublicKeyInfo): void {
  if (numbers.type === "rsa" && algorithm.type === "rsa") assertStrongRsa(numbers, algorithm.bits);
  if (numbers.type === "ed25519") assertStrongEd25519(numbers.x);
}

function assertStrongRsa({ modulus, exponent }: PublicKeyNumbers & { type: "rsa" }, bits: number): void {
  if (bits < 2048 || bits > maximumRsaBits || bits % 8 !== 0) {
    throw weak(`RSA modulus of ${bits} bits is not within 2048 to ${maximumRsaBits} in whole octets`);
  }
  const e = toBigInt(exponent);
  if (e % 2n === 0n || e < 65537n || e > maximumRsaExponent)
    throw weak("RSA exponent is not an odd number from 65537 to 2^31");
  const n = toBigInt(modulus);
  const factor = smallPrimes().find((prime) => n % prime === 0n);
  if (factor !== undefined) throw weak(`RSA modulus is divisible by ${factor}`);
  if (isRocaModulus(n))
    throw weak("RSA modulus carries the fingerprint of a broken generator (CVE-2017-15361)");
  if (hasClosePrimes(n)) throw weak("RSA modulus is the product of two close primes");
  if (isOddPower(n)) throw weak("RSA modulus is a power");
}

function assertStrongEd25519(x: Uint8Array): void {
  // Little-endian; the top bit is the sign of the x coordinate (RFC 8032 section 5.1.2).
  const y = toBigInt(x.toReversed()) & (2n ** 255n - 1n);
  if (y >= ed25519Prime) throw weak("Ed25519 public key is not in its canonical form");
  if (smallOrderY.has(y)) throw weak("Ed25519 public key is a point of small order");
}

const ed25519Prime = 2n ** 255n - 19n;

/** y coordinates of the eight points whose order divides 8 (RFC 7748 section 7, RFC 8032 section 5.1). */
const smallOrderY: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  ed25519Prime - 1n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
  ed25519Prime - 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
]);

function hasClosePrimes(n: bigint): boolean {
  let a = squareRoot(n);
  if (a * a === n) return true;
  for (let round = 0; round < fermatRounds; round += 1) {
    a += 1n;
    const b2 = a * a - n;
    if (b2 < 0n || !squaresModulo64.has(b2 & 63n)) continue;
    const b = squareRoot(b2);
    if (b * b === b2) return true;
  }
  return false;
}

/** Residues that squares can have modulo 64: 12 of 64, so most rounds need no square root. */
const squaresModulo64: ReadonlySet<bigint> = new Set(
  Array.from({ length: 64 }, (_, root) => BigInt((root * root) % 64)),
);

/** Integer square root, rounded down, by Newton's method. */
function squareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let guess = 1n << BigInt(Math.ceil(n.toString(16).length * 2));
  for (;;) {
    const next = (guess + n / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** Primes below 752, the bound that public CAs use for trial division. */
const smallPrimes = once((): readonly bigint[] =>
  Array.from({ length: 750 }, (_, index) => index + 2)
    .filter(isPrime)
    .map(BigInt),
);

function toBigInt(bytes: Uint8Array): bigint {
  let hex = "0x0";
  for (const octet of bytes) hex += octet.toString(16).padStart(2, "0");
  return BigInt(hex);
}

function weak(message: string): RequestError {
  return new RequestError("ERR_KEY_WEAK", message);
}

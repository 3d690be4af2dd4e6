import type { AcmeStore } from "../acme-store.ts";
import type { Memory } from "./memory.ts";

/** How long a nonce is remembered past its end, so that a clock that is set back revives none. */
const KEPT_PAST_END = 60 * 60 * 1000;

/** {@link AcmeStore.consumeNonce} on a {@link Memory}. */
export function consumeNonce(
  { nonces }: Memory,
  { nonce, expiresAt, now }: Parameters<AcmeStore["consumeNonce"]>[0],
): boolean {
  forgetTwo(nonces, now - KEPT_PAST_END);
  // Past its end it may be forgotten already, and then it would look unused.
  if (expiresAt <= now || nonces.has(nonce)) return false;
  nonces.set(nonce, expiresAt);
  return true;
}

/** Two out for each one in: the number of nonces remembered follows the rate of their use. */
function forgetTwo(nonces: Map<string, number>, endedBefore: number): void {
  for (let count = 0; count < 2; count += 1) {
    const [oldest] = nonces;
    if (oldest === undefined || oldest[1] >= endedBefore) return;
    nonces.delete(oldest[0]);
  }
}

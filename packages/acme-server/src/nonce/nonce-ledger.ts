/**
 * Knows which nonces have been used. That a nonce is genuine and young enough has been checked before.
 *
 * Two implementations: {@link createMemoryNonceLedger} for one process, {@link createStoredNonceLedger} for replicas.
 */
export interface NonceLedger {
  /** Answers a number below 2^48 that goes into a new nonce and comes back with it. Writes nothing. */
  nextTicket(): number;

  /**
   * Uses a nonce up. Of all callers with one nonce, ever, exactly one gets true.
   *
   * @throws {StoreError} `ERR_STORE_TRANSIENT`: nobody knows; the request has to be refused.
   */
  consume(nonce: GenuineNonce, now: number): Promise<boolean>;
}

/** A nonce whose tag and age are right. */
export interface GenuineNonce {
  readonly text: string;
  /** What {@link NonceLedger.nextTicket} answered when the nonce was made. */
  readonly ticket: number;
  /** First instant, in milliseconds since 1970 UTC, at which the nonce is refused by its age. */
  readonly expiresAt: number;
}

import type { GenuineNonce, NonceLedger } from "./nonce-ledger.ts";

/**
 * Creates a ledger in the memory of this process: one bit for each of the latest `window` nonces, refusing older ones.
 *
 * Nonces are numbered as they are issued, so that neither asking for nonces nor using them makes the ledger grow. It must
 * be used with a key of its own: a nonce of another process has a number that means something else here.
 *
 * @param window - How many nonces, a multiple of 32.
 */
export function createMemoryNonceLedger(window: number): NonceLedger {
  const used = new Uint32Array(window / 32);
  let issued = 0;

  function nextTicket(): number {
    const ticket = issued;
    const { word, bit } = place(ticket);
    // The place was the ticket's that is now one window old and refused for that.
    used[word] = (used[word] ?? 0) & ~bit;
    issued += 1;
    return ticket;
  }

  function consumeTicket(ticket: number): boolean {
    const { word, bit } = place(ticket);
    const bits = used[word] ?? 0;
    if (ticket >= issued || ticket < issued - window || (bits & bit) !== 0) return false;
    used[word] = bits | bit;
    return true;
  }

  function place(ticket: number): { word: number; bit: number } {
    const index = ticket % window;
    return { word: index >>> 5, bit: 1 << (index & 31) };
  }

  return Object.freeze({
    nextTicket,
    consume: ({ ticket }: GenuineNonce) => Promise.resolve(consumeTicket(ticket)),
  });
}

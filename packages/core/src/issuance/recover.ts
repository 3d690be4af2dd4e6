import type { Reservation } from "../store/certificate-store.ts";
import type { IssuanceContext } from "./context.ts";
import { canSign } from "./sign-reservation.ts";
import { completeStored } from "./stored-reservation.ts";

const batch = 100;

/**
 * Completes what a crash left between reservation and certificate, as far as it still can be: issuer and profile are there,
 * the validity has not ended, the key was not blocked meanwhile.
 *
 * @param reservedBefore - Milliseconds since 1970 UTC.
 * @returns How many certificates were completed.
 * @throws The first error, once everything was tried: one issuer whose signer is out of reach holds up no other.
 */
export async function completeReservations(
  context: IssuanceContext,
  reservedBefore: number,
): Promise<number> {
  let completed = 0;
  let left = 0;
  const failures: unknown[] = [];
  for (;;) {
    // What has to stay stands first in every answer: ask for as much more.
    const limit = left + batch;
    const reservations = await context.store.listReservations({ reservedBefore, limit });
    for (const reservation of reservations.slice(left)) {
      const isComplete = await attempt(context, reservation).catch((error: unknown) => {
        failures.push(error);
        return false;
      });
      if (isComplete) completed += 1;
      else left += 1;
    }
    if (reservations.length < limit) break;
  }
  if (failures.length > 0) throw failures[0];
  return completed;
}

async function attempt(context: IssuanceContext, reservation: Reservation): Promise<boolean> {
  const isAlive =
    reservation.notAfter > context.now() &&
    context.profiles.some(({ name }) => name === reservation.profile) &&
    canSign(context, reservation) &&
    (await context.store.findBlockedKey(reservation.publicKeyHash)) === undefined;
  if (isAlive) await completeStored(context, reservation);
  return isAlive;
}

import type { CertificateStore, Reservation } from "../store/certificate-store.ts";
import type { IssuanceContext } from "./context.ts";
import { canSign } from "./sign-reservation.ts";
import { completeStored } from "./stored-reservation.ts";

const page = 100;

/**
 * Completes what a crash left between reservation and certificate, as far as it still can be: issuer and profile are there,
 * the validity has not ended, the key was not blocked meanwhile, nor was the certificate revoked that it renews.
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
  const failures: unknown[] = [];
  for await (const reservation of reservationsBefore(context.store, reservedBefore)) {
    try {
      if (!(await isAlive(context, reservation))) continue;
      await completeStored(context, reservation);
      completed += 1;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return completed;
}

async function* reservationsBefore(
  store: CertificateStore,
  reservedBefore: number,
): AsyncGenerator<Reservation, void> {
  let after: Reservation | undefined;
  for (;;) {
    const reservations = await store.listReservations({
      reservedBefore,
      ...(after !== undefined && { after }),
      limit: page,
    });
    yield* reservations;
    after = reservations.at(-1);
    if (after === undefined || reservations.length < page) return;
  }
}

async function isAlive(context: IssuanceContext, reservation: Reservation): Promise<boolean> {
  const { store, profiles, now } = context;
  const { notAfter, profile, publicKeyHash, replaces } = reservation;
  if (notAfter <= now() || !canSign(context, reservation)) return false;
  if (!profiles.some(({ name }) => name === profile)) return false;
  if ((await store.findBlockedKey(publicKeyHash)) !== undefined) return false;
  if (replaces === undefined) return true;
  const earlier = await store.find(replaces);
  return earlier !== undefined && earlier.revocation === undefined;
}

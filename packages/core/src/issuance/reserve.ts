import { crlPartitionOf } from "../crl/partition.ts";
import { timeOrderedId } from "../encoding/bytes.ts";
import { encodeHex } from "../encoding/hex.ts";
import { isCaError, type StoreError } from "../errors.ts";
import { assertLinted } from "../lint/lint.ts";
import type { Reservation, ReserveOutcome } from "../store/certificate-store.ts";
import type { IssuanceContext } from "./context.ts";
import { assertSameRequest } from "./idempotency.ts";
import type { CertificatePlan } from "./plan.ts";
import type { ReadRequest } from "./read-request.ts";
import { subjectName } from "./subject-name.ts";

/** Chance repeats 80 random bits within a millisecond about never; a source of chance that is broken repeats them always. */
const serialNumberAttempts = 3;

/** What came of step 4: a reservation of our own, or what the store answered instead. */
export type Reserved =
  | Exclude<ReserveOutcome, { outcome: "reserved" }>
  | { readonly outcome: "reserved"; readonly reservation: Reservation };

/**
 * Step 4 of an issuance: writes the plan down as the TBSCertificate that will be signed, lints it, and takes its serial number.
 *
 * @throws {LintError} `ERR_LINT_FAILED`: nothing is reserved.
 * @throws {RequestError} `ERR_REQUEST_ID_REUSED`
 * @throws {StoreError}
 */
export async function reserveCertificate(
  context: IssuanceContext,
  plan: CertificatePlan,
  request: ReadRequest,
): Promise<Reserved> {
  for (let attempt = 1; ; attempt += 1) {
    const reservation = await writeReservation(context, plan, request);
    try {
      const outcome = await context.store.reserve(reservation);
      if (outcome.outcome === "reserved") return { outcome: "reserved", reservation };
      if (outcome.outcome !== "keyBlocked") assertSameRequest(outcome, request.requestHash);
      return outcome;
    } catch (error) {
      if (!isConflict(error) || attempt === serialNumberAttempts) throw error;
    }
  }
}

async function writeReservation(
  context: IssuanceContext,
  plan: CertificatePlan,
  { subject, requestId, requestHash, provisionerExtension, replaces }: ReadRequest,
): Promise<Reservation> {
  const { issuer, profile, requester, identifiers, validity } = plan;
  const reservedAt = context.now();
  const serialNumber = timeOrderedId(reservedAt, context.random);
  const crlPartition = crlPartitionOf(serialNumber, context.crlPartitions);
  const certificate = {
    profile,
    issuer,
    serialNumber,
    validity,
    subject: subjectName(plan.subject),
    identifiers,
    publicKey: subject.publicKey,
    distribution: context.distribution.urlsOf({ issuerId: issuer.id, partition: crlPartition }),
  };
  const tbsCertificate = await context.encodeToBeSigned(
    provisionerExtension === undefined ? certificate : { ...certificate, provisionerExtension },
  );
  assertLinted(tbsCertificate, { role: "endEntity", issuer, profile });
  const reservation = {
    issuerId: issuer.id,
    serialNumber: encodeHex(serialNumber),
    requestHash,
    requester,
    profile: profile.name,
    identifiers,
    publicKeyHash: subject.publicKey.hash,
    crlPartition,
    notBefore: validity.notBefore,
    notAfter: validity.notAfter,
    tbsCertificate,
    reservedAt,
  };
  if (requestId === undefined && replaces === undefined) return reservation;
  return {
    ...reservation,
    ...(requestId !== undefined && { requestId }),
    ...(replaces !== undefined && {
      replaces: { issuerId: replaces.issuerId, serialNumber: replaces.serialNumber },
    }),
  };
}

function isConflict(error: unknown): error is StoreError {
  return isCaError(error) && error.code === "ERR_STORE_CONFLICT";
}

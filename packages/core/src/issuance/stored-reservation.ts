import { parseCertificate } from "../certificate/parse.ts";
import { readSubjectAltName } from "../certificate/subject-alt-name.ts";
import { encodeCertificate } from "../certificate/tbs-certificate.ts";
import { RequestError, SignerError } from "../errors.ts";
import { formatIdentifier, type Identifier } from "../identifier/identifier.ts";
import type { Issuer } from "../issuer/issuer.ts";
import { acceptPublicKey } from "../key/public-key.ts";
import { assertLinted } from "../lint/lint.ts";
import type { CertificateRecord, Reservation } from "../store/certificate-store.ts";
import type { IssuanceContext } from "./context.ts";
import { findProfile } from "./plan.ts";
import { issuerOf, signReservation } from "./sign-reservation.ts";

/**
 * Completes a reservation that was read from the store, by a repeated request or after a crash. What a store answers is not
 * signed unseen: it is linted again, and has to say what its record says.
 *
 * @throws {RequestError} `ERR_VALIDITY_REFUSED`: its validity has ended; `ERR_PROFILE_UNKNOWN`, `ERR_KEY_*`.
 * @throws {SignerError} `ERR_SIGNER_FAILED`: its issuer is not there, or its octets say something else than its record.
 * @throws {LintError} `ERR_LINT_FAILED`
 */
export async function completeStored(
  context: IssuanceContext,
  reservation: Reservation,
): Promise<CertificateRecord> {
  const { serialNumber, notAfter, tbsCertificate } = reservation;
  if (notAfter < context.now())
    throw new RequestError(
      "ERR_VALIDITY_REFUSED",
      `the certificate that was reserved as ${serialNumber} ended on ${new Date(notAfter).toISOString()} before it was signed`,
    );
  const issuer = issuerOf(context, reservation);
  const profile = findProfile(context.profiles, reservation.profile);
  assertLinted(tbsCertificate, { role: "endEntity", issuer, profile });
  await assertAsRecorded(reservation, issuer);
  return signReservation(context, reservation);
}

async function assertAsRecorded(reservation: Reservation, { signer }: Issuer): Promise<void> {
  const unsigned = encodeCertificate(reservation.tbsCertificate, signer.algorithm, Uint8Array.of(0));
  const written = parseCertificate(unsigned);
  const { hash } = await acceptPublicKey(written.publicKey.der);
  const facts = [
    ["serial number", written.serialNumber, reservation.serialNumber.replace(/^(?:00)+/, "")],
    ["public key", hash, reservation.publicKeyHash],
    ["notBefore", written.notBefore, reservation.notBefore],
    ["notAfter", written.notAfter, reservation.notAfter],
    ["identifiers", listed(readSubjectAltName(written)), listed(reservation.identifiers)],
  ] as const;
  const difference = facts.find(([, octets, record]) => octets !== record);
  if (difference === undefined) return;
  const [what, octets, record] = difference;
  throw new SignerError(
    `serial number ${reservation.serialNumber} is not signed: its reserved octets have ${what} ${octets}, its record has ${record}`,
  );
}

function listed(identifiers: readonly Identifier[]): string {
  return identifiers.map(formatIdentifier).toSorted().join(" ");
}

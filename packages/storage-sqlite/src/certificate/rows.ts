import type {
  AuditEntry,
  AuditFact,
  CertificateRecord,
  PlannedCertificate,
  Reservation,
  RevocationFacts,
} from "@chancery/core";
import type { SqlValue } from "../database.ts";
import { copyOf, hexFrom, octetsFrom } from "../octets.ts";

interface PlannedRow {
  readonly issuer_id: Uint8Array;
  readonly serial_number: Uint8Array;
  readonly request_id: string | null;
  readonly request_hash: Uint8Array;
  readonly requester_kind: PlannedCertificate["requester"]["kind"];
  readonly requester_id: string;
  readonly profile: string;
  readonly identifiers: string;
  readonly public_key_hash: Uint8Array;
  readonly not_before: number;
  readonly not_after: number;
  readonly reserved_at: number;
}

/** A row of `chancery_certificate` without a certificate. */
export interface ReservedRow extends PlannedRow {
  readonly tbs_certificate: Uint8Array;
  readonly certificate: null;
}

/** A row of `chancery_certificate` with a certificate. */
export interface IssuedRow extends PlannedRow {
  readonly certificate: Uint8Array;
  readonly fingerprint: Uint8Array;
  readonly issued_at: number;
  readonly revoked_at: number | null;
  readonly revocation_reason: RevocationFacts["reason"] | null;
}

/** A row of `chancery_audit_entry`. */
export interface AuditRow {
  readonly sequence: number;
  readonly at: number;
  readonly type: string;
  readonly actor: string;
  readonly subject: string;
  readonly details: string;
}

/** Tells reservations from certificates. */
export function isReserved(row: IssuedRow | ReservedRow): row is ReservedRow {
  return row.certificate === null;
}

/** Reads a row as what it stands for. */
export function outcomeFrom(
  row: IssuedRow | ReservedRow,
):
  | { readonly outcome: "existing"; readonly reservation: Reservation }
  | { readonly outcome: "issued"; readonly record: CertificateRecord } {
  return isReserved(row)
    ? { outcome: "existing", reservation: reservationFrom(row) }
    : { outcome: "issued", record: recordFrom(row) };
}

/** Reads a row of the audit trail. */
export function auditEntryFrom({ sequence, at, type, actor, subject, details }: AuditRow): AuditEntry {
  return { sequence, at, type, actor, subject, details: JSON.parse(details) as AuditEntry["details"] };
}

/** The values of what identifies a certificate, in the order of every statement: serial number, then issuer. */
export function keyValues({
  serialNumber,
  issuerId,
}: {
  readonly serialNumber: string;
  readonly issuerId: string;
}): readonly [Uint8Array, Uint8Array] {
  return [octetsFrom(serialNumber), octetsFrom(issuerId)];
}

/** The values of a reservation, as it is now, in the order of the `reserve` statement. */
export function reservationValues(reservation: Reservation): readonly SqlValue[] {
  return [
    ...keyValues(reservation),
    reservation.requestId ?? null,
    octetsFrom(reservation.requestHash),
    reservation.requester.kind,
    reservation.requester.id,
    reservation.profile,
    JSON.stringify(reservation.identifiers.map(({ type, value }) => ({ type, value }))),
    octetsFrom(reservation.publicKeyHash),
    reservation.notBefore,
    reservation.notAfter,
    reservation.reservedAt,
    copyOf(reservation.tbsCertificate),
  ];
}

/** The values of an audit fact, as it is now, in the order of the `appendAudit` statement. */
export function auditValues({ at, type, actor, subject, details }: AuditFact): readonly SqlValue[] {
  return [at, type, actor, subject, JSON.stringify(details)];
}

/** Reads a row as a reservation. */
export function reservationFrom(row: ReservedRow): Reservation {
  return { ...plannedFrom(row), tbsCertificate: row.tbs_certificate, reservedAt: row.reserved_at };
}

/** Reads a row as an issued certificate. */
export function recordFrom(row: IssuedRow): CertificateRecord {
  const { revoked_at: revokedAt, revocation_reason: reason } = row;
  return {
    ...plannedFrom(row),
    certificate: row.certificate,
    fingerprint: hexFrom(row.fingerprint),
    issuedAt: row.issued_at,
    ...(revokedAt !== null && { revocation: { revokedAt, ...(reason && { reason }) } }),
  };
}

function plannedFrom(row: PlannedRow): PlannedCertificate {
  return {
    issuerId: hexFrom(row.issuer_id),
    serialNumber: hexFrom(row.serial_number),
    ...(row.request_id !== null && { requestId: row.request_id }),
    requestHash: hexFrom(row.request_hash),
    requester: { kind: row.requester_kind, id: row.requester_id },
    profile: row.profile,
    identifiers: JSON.parse(row.identifiers) as PlannedCertificate["identifiers"],
    publicKeyHash: hexFrom(row.public_key_hash),
    notBefore: row.not_before,
    notAfter: row.not_after,
  };
}

import type { CertificateRecord, PlannedCertificate, Reservation, RevocationFacts } from "@chancery/core";
import type { SqlValue } from "../database.ts";
import { copyOf, hexFrom, octetsFrom } from "../octets.ts";
import { identifierSetOf } from "./identifier-set.ts";

/** The columns of a {@link PlannedRow}. */
export const plannedColumns: string = `
  serial_number, issuer_id, request_id, request_hash, requester_kind, requester_id, provisioner, profile, identifiers,
  public_key_hash, crl_partition, not_before, not_after, replaces_serial_number, replaces_issuer_id
`;

/** The columns of a {@link ReservedRow} and of an {@link IssuedRow}. */
export const certificateColumns: string = `
  ${plannedColumns}, reserved_at, tbs_certificate, certificate, fingerprint, issued_at,
  revoked_at, revocation_reason, invalidity_date
`;

/** What is the same in every row of `chancery_certificate`. */
export interface PlannedRow {
  readonly serial_number: Uint8Array;
  readonly issuer_id: Uint8Array;
  readonly request_id: string | null;
  readonly request_hash: Uint8Array;
  readonly requester_kind: PlannedCertificate["requester"]["kind"];
  readonly requester_id: string;
  readonly provisioner: string | null;
  readonly profile: string;
  readonly identifiers: string;
  readonly public_key_hash: Uint8Array;
  readonly crl_partition: number;
  readonly not_before: number;
  readonly not_after: number;
  readonly replaces_serial_number: Uint8Array | null;
  readonly replaces_issuer_id: Uint8Array | null;
}

/** What decides which certificates replace each other. */
export interface IdentifierSetRow {
  readonly identifier_set: Uint8Array | null;
}

/** A row of `chancery_certificate` without a certificate. */
export interface ReservedRow extends PlannedRow {
  readonly reserved_at: number;
  readonly tbs_certificate: Uint8Array;
  readonly certificate: null;
}

/** A row of `chancery_certificate` with a certificate. */
export interface IssuedRow extends PlannedRow, RevocationRow {
  readonly certificate: Uint8Array;
  readonly fingerprint: Uint8Array;
  readonly issued_at: number;
}

/** What a row says about revocation. */
export interface RevocationRow {
  readonly revoked_at: number | null;
  readonly revocation_reason: NonNullable<RevocationFacts["reason"]> | null;
  readonly invalidity_date: number | null;
}

/** Tells reservations from certificates. */
export function isReserved(row: IssuedRow | ReservedRow): row is ReservedRow {
  return row.certificate === null;
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

/**
 * The values of a reservation, as it is now: {@link plannedColumns}, `identifier_set`, `reserved_at`, `tbs_certificate`.
 */
export function reservationValues(reservation: Reservation): readonly SqlValue[] {
  return [
    ...keyValues(reservation),
    reservation.requestId ?? null,
    octetsFrom(reservation.requestHash),
    reservation.requester.kind,
    reservation.requester.id,
    reservation.requester.provisioner ?? null,
    reservation.profile,
    JSON.stringify(reservation.identifiers.map(({ type, value }) => ({ type, value }))),
    octetsFrom(reservation.publicKeyHash),
    reservation.crlPartition,
    reservation.notBefore,
    reservation.notAfter,
    ...(reservation.replaces === undefined ? [null, null] : keyValues(reservation.replaces)),
    identifierSetOf(reservation.identifiers),
    reservation.reservedAt,
    copyOf(reservation.tbsCertificate),
  ];
}

/** Reads a row as a reservation. */
export function reservationFrom(row: ReservedRow): Reservation {
  return { ...plannedFrom(row), tbsCertificate: row.tbs_certificate, reservedAt: row.reserved_at };
}

/** Reads a row as an issued certificate. */
export function recordFrom(row: IssuedRow): CertificateRecord {
  const revocation = revocationFrom(row);
  return {
    ...plannedFrom(row),
    certificate: row.certificate,
    fingerprint: hexFrom(row.fingerprint),
    issuedAt: row.issued_at,
    ...(revocation !== undefined && { revocation }),
  };
}

function revocationFrom(row: RevocationRow): RevocationFacts | undefined {
  const { revoked_at: revokedAt, revocation_reason: reason, invalidity_date: invalidityDate } = row;
  if (revokedAt === null) return undefined;
  return {
    revokedAt,
    ...(reason !== null && { reason }),
    ...(invalidityDate !== null && { invalidityDate }),
  };
}

/** Reads what is the same in every row. */
export function plannedFrom(row: PlannedRow): PlannedCertificate {
  const { requester_kind: kind, requester_id: id, provisioner } = row;
  const { replaces_issuer_id: issuer, replaces_serial_number: serial } = row;
  return {
    issuerId: hexFrom(row.issuer_id),
    serialNumber: hexFrom(row.serial_number),
    ...(row.request_id !== null && { requestId: row.request_id }),
    requestHash: hexFrom(row.request_hash),
    requester: { kind, id, ...(provisioner !== null && { provisioner }) },
    profile: row.profile,
    identifiers: JSON.parse(row.identifiers) as PlannedCertificate["identifiers"],
    publicKeyHash: hexFrom(row.public_key_hash),
    crlPartition: row.crl_partition,
    notBefore: row.not_before,
    notAfter: row.not_after,
    ...(issuer !== null &&
      serial !== null && { replaces: { issuerId: hexFrom(issuer), serialNumber: hexFrom(serial) } }),
  };
}

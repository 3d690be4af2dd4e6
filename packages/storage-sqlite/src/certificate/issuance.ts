import {
  type CertificateKey,
  type CertificateRecord,
  type CertificateStore,
  type Completion,
  type EarlierOutcome,
  type Reservation,
  type ReserveOutcome,
  StoreError,
} from "@chancery/core";
import type { SqliteDatabase, Statement } from "../database.ts";
import { copyOf, octetsFrom } from "../octets.ts";
import type { AuditTrail } from "./audit.ts";
import type { BlockedKeys } from "./blocked-keys.ts";
import {
  certificateColumns,
  type IdentifierSetRow,
  type IssuedRow,
  isReserved,
  keyValues,
  type PlannedRow,
  plannedColumns,
  plannedFrom,
  type ReservedRow,
  recordFrom,
  reservationFrom,
  reservationValues,
} from "./rows.ts";
import type { Unreplaced } from "./unreplaced.ts";

/** What issuance needs beside its own statements. */
export interface IssuanceParts {
  readonly trail: AuditTrail;
  readonly blockedKeys: BlockedKeys;
  readonly unreplaced: Unreplaced;
}

/** The transitions of issuance, and finding what they have led to. */
export function createIssuanceTransitions(
  database: SqliteDatabase,
  parts: IssuanceParts,
): Pick<CertificateStore, "complete" | "find" | "findByRequestId" | "listReservations" | "reserve"> {
  const { read, write } = database;
  const statements = prepareStatements(database);
  return {
    reserve: async (reservation) => write(reserving(statements, parts, reservation)),
    complete: async (completion) => write(completing(statements, parts, completion)),
    findByRequestId: (requestId) => read(() => findByRequestId(statements, requestId)),
    find: (key) => read(() => findRecord(statements, key)),
    listReservations: ({ reservedBefore, after, limit }) =>
      read(() => {
        const start = after === undefined ? beforeAll : [after.reservedAt, ...keyValues(after)];
        return statements.listReservations.all(...start, reservedBefore, limit).map(reservationFrom);
      }),
  };
}

const beforeAll = [Number.MIN_SAFE_INTEGER, new Uint8Array(), new Uint8Array()];

interface ToCompleteRow extends PlannedRow, IdentifierSetRow {
  readonly is_issued: 0 | 1;
}

interface Statements {
  readonly reserve: Statement<never>;
  readonly findByRequestId: Statement<IssuedRow | ReservedRow>;
  readonly findBySerialNumber: Statement<IssuedRow | ReservedRow>;
  readonly findByFingerprint: Statement<IssuedRow>;
  readonly findPlanned: Statement<ToCompleteRow>;
  readonly complete: Statement<never>;
  readonly nameCertificate: Statement<never>;
  readonly listReservations: Statement<ReservedRow>;
}

function prepareStatements({ prepare }: SqliteDatabase): Statements {
  return {
    reserve: prepare(`
      INSERT INTO chancery_certificate (${plannedColumns}, identifier_set, reserved_at, tbs_certificate)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (serial_number, issuer_id) DO NOTHING
    `),
    findByRequestId: prepare(`SELECT ${certificateColumns} FROM chancery_certificate WHERE request_id = ?`),
    findBySerialNumber: prepare(`
      SELECT ${certificateColumns} FROM chancery_certificate WHERE serial_number = ? AND issuer_id = ?
    `),
    findByFingerprint: prepare(`
      SELECT ${certificateColumns} FROM chancery_certificate WHERE fingerprint = ?
    `),
    findPlanned: prepare(`
      SELECT ${plannedColumns}, identifier_set, certificate IS NOT NULL AS is_issued FROM chancery_certificate
      WHERE serial_number = ? AND issuer_id = ?
    `),
    complete: prepare(`
      UPDATE chancery_certificate SET certificate = ?, fingerprint = ?, issued_at = ?, tbs_certificate = NULL
      WHERE serial_number = ? AND issuer_id = ?
    `),
    nameCertificate: prepare(`
      INSERT INTO chancery_certificate_identifier (type, value, serial_number, issuer_id) VALUES (?, ?, ?, ?)
      ON CONFLICT DO NOTHING
    `),
    listReservations: prepare(`
      SELECT ${certificateColumns} FROM chancery_certificate
      WHERE certificate IS NULL AND (reserved_at, serial_number, issuer_id) > (?, ?, ?) AND reserved_at < ?
      ORDER BY reserved_at, serial_number, issuer_id LIMIT ?
    `),
  };
}

// Each of these takes its values out of the caller's objects at once, and returns the transition that uses them.

function reserving(
  statements: Statements,
  { blockedKeys }: IssuanceParts,
  reservation: Reservation,
): () => ReserveOutcome {
  const { issuerId, serialNumber, requestId } = reservation;
  const values = reservationValues(reservation);
  const publicKeyHash = octetsFrom(reservation.publicKeyHash);
  return () => {
    const winner = requestId === undefined ? undefined : findByRequestId(statements, requestId);
    if (winner !== undefined) return winner;
    const block = blockedKeys.find(publicKeyHash);
    if (block !== undefined) return { outcome: "keyBlocked", block };
    if (statements.reserve.run(...values) === 1) return { outcome: "reserved" };
    const message = `serial number ${serialNumber} of issuer ${issuerId} is taken`;
    throw new StoreError("ERR_STORE_CONFLICT", message);
  };
}

function completing(
  statements: Statements,
  { trail, unreplaced, blockedKeys }: IssuanceParts,
  completion: Completion,
): () => CertificateRecord {
  const { issuerId, serialNumber, fingerprint, issuedAt } = completion;
  const key = keyValues({ issuerId, serialNumber });
  const certificate = copyOf(completion.certificate);
  const print = octetsFrom(fingerprint);
  const append = trail.appending(completion.audit);
  return () => {
    const row = statements.findPlanned.get(...key);
    if (row === undefined || row.is_issued === 1) return readRecord(statements, { issuerId, serialNumber });
    if (blockedKeys.find(row.public_key_hash) !== undefined) {
      const message = `the key of serial number ${serialNumber} of issuer ${issuerId} was blocked after its reservation`;
      throw new StoreError("ERR_STORE_STALE", message);
    }
    const planned = plannedFrom(row);
    statements.complete.run(certificate, print, issuedAt, ...key);
    for (const { type, value } of planned.identifiers) statements.nameCertificate.run(type, value, ...key);
    unreplaced.enter(row);
    append();
    return { ...planned, certificate, fingerprint, issuedAt };
  };
}

function readRecord(
  statements: Statements,
  key: { readonly issuerId: string; readonly serialNumber: string },
): CertificateRecord {
  const record = findRecord(statements, key);
  if (record !== undefined) return record;
  const message = `serial number ${key.serialNumber} of issuer ${key.issuerId} is not reserved`;
  throw new StoreError("ERR_STORE_NOT_FOUND", message);
}

function findByRequestId(statements: Statements, requestId: string): EarlierOutcome | undefined {
  const row = statements.findByRequestId.get(requestId);
  if (row === undefined) return undefined;
  return isReserved(row)
    ? { outcome: "existing", reservation: reservationFrom(row) }
    : { outcome: "issued", record: recordFrom(row) };
}

function findRecord(statements: Statements, key: CertificateKey): CertificateRecord | undefined {
  const row =
    "fingerprint" in key
      ? statements.findByFingerprint.get(octetsFrom(key.fingerprint))
      : statements.findBySerialNumber.get(...keyValues(key));
  return row === undefined || isReserved(row) ? undefined : recordFrom(row);
}

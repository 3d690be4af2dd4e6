import {
  type CertificateKey,
  type CertificateQuery,
  type CertificateRecord,
  type CertificateStore,
  type Completion,
  type Reservation,
  type ReserveOutcome,
  type RevocationTransition,
  type RevokeOutcome,
  StoreError,
} from "@chancery/core";
import type { SqliteDatabase, Statement } from "../database.ts";
import { requireSchema } from "../migrate.ts";
import { copyOf, octetsFrom } from "../octets.ts";
import {
  type AuditRow,
  auditEntryFrom,
  auditValues,
  type IssuedRow,
  isReserved,
  keyValues,
  outcomeFrom,
  type ReservedRow,
  recordFrom,
  reservationFrom,
  reservationValues,
} from "./rows.ts";
import * as sql from "./statements.ts";

/**
 * Creates a certificate store on a SQLite database.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the schema is older or newer than this package; see `migrate`.
 */
export function createSqliteCertificateStore(database: SqliteDatabase): CertificateStore {
  requireSchema(database);
  const statements = prepareStatements(database);
  return Object.freeze<CertificateStore>({
    reserve: async (reservation) => database.write(reserving(statements, reservation)),
    complete: async (completion) => database.write(completing(statements, completion)),
    revoke: async (revocation) => database.write(revoking(statements, revocation)),
    findByRequestId: (requestId) => database.read(() => findByRequestId(statements, requestId)),
    find: (key) => database.read(() => findRecord(statements, key)),
    list: (query) => database.read(() => list(statements, query)),
    listReservations: ({ reservedBefore, limit }) =>
      database.read(() => statements.listReservations.all(reservedBefore, limit).map(reservationFrom)),
    listAudit: ({ after, limit }) =>
      database.read(() => statements.listAudit.all(after ?? 0, limit).map(auditEntryFrom)),
  });
}

interface Statements {
  readonly reserve: Statement<never>;
  readonly findByRequestId: Statement<IssuedRow | ReservedRow>;
  readonly findBySerialNumber: Statement<IssuedRow | ReservedRow>;
  readonly findByFingerprint: Statement<IssuedRow>;
  readonly complete: Statement<never>;
  readonly nameCertificate: Statement<never>;
  readonly revoke: Statement<IssuedRow>;
  readonly list: Statement<IssuedRow>;
  readonly listByIdentifier: Statement<IssuedRow>;
  readonly listReservations: Statement<ReservedRow>;
  readonly appendAudit: Statement<never>;
  readonly listAudit: Statement<AuditRow>;
}

function prepareStatements({ prepare }: SqliteDatabase): Statements {
  return {
    reserve: prepare(sql.reserve),
    findByRequestId: prepare(sql.findByRequestId),
    findBySerialNumber: prepare(sql.findBySerialNumber),
    findByFingerprint: prepare(sql.findByFingerprint),
    complete: prepare(sql.complete),
    nameCertificate: prepare(sql.nameCertificate),
    revoke: prepare(sql.revoke),
    list: prepare(sql.list),
    listByIdentifier: prepare(sql.listByIdentifier),
    listReservations: prepare(sql.listReservations),
    appendAudit: prepare(sql.appendAudit),
    listAudit: prepare(sql.listAudit),
  };
}

// Each of these takes its values out of the caller's objects at once, and returns the transition that uses them.

function reserving(statements: Statements, reservation: Reservation): () => ReserveOutcome {
  const { issuerId, serialNumber, requestId } = reservation;
  const values = reservationValues(reservation);
  return () => {
    const winner = requestId === undefined ? undefined : findByRequestId(statements, requestId);
    if (winner !== undefined) return winner;
    if (statements.reserve.run(...values) === 1) return { outcome: "reserved" };
    throw new StoreError(
      "ERR_STORE_CONFLICT",
      `serial number ${serialNumber} of issuer ${issuerId} is taken`,
    );
  };
}

function completing(statements: Statements, completion: Completion): () => CertificateRecord {
  const { issuerId, serialNumber, fingerprint, issuedAt } = completion;
  const key = keyValues({ issuerId, serialNumber });
  const certificate = copyOf(completion.certificate);
  const print = octetsFrom(fingerprint);
  const audit = auditValues(completion.audit);
  return () => {
    const row = statements.findBySerialNumber.get(...key);
    if (row === undefined) {
      const message = `serial number ${serialNumber} of issuer ${issuerId} is not reserved`;
      throw new StoreError("ERR_STORE_NOT_FOUND", message);
    }
    if (!isReserved(row)) return recordFrom(row);
    const { tbsCertificate: _, reservedAt: __, ...planned } = reservationFrom(row);
    statements.complete.run(certificate, print, issuedAt, ...key);
    for (const { type, value } of planned.identifiers) statements.nameCertificate.run(type, value, ...key);
    statements.appendAudit.run(...audit);
    return { ...planned, certificate, fingerprint, issuedAt };
  };
}

function revoking(statements: Statements, revocation: RevocationTransition): () => RevokeOutcome {
  const { revokedAt, reason, issuerId, serialNumber } = revocation;
  const key = keyValues({ issuerId, serialNumber });
  const audit = auditValues(revocation.audit);
  return () => {
    const row = statements.revoke.get(revokedAt, reason ?? null, ...key);
    if (row !== undefined) {
      statements.appendAudit.run(...audit);
      return { outcome: "revoked", record: recordFrom(row) };
    }
    const record = findRecord(statements, { issuerId, serialNumber });
    return record === undefined ? { outcome: "notFound" } : { outcome: "alreadyRevoked", record };
  };
}

function findByRequestId(
  statements: Statements,
  requestId: string,
): ReturnType<typeof outcomeFrom> | undefined {
  const row = statements.findByRequestId.get(requestId);
  return row && outcomeFrom(row);
}

function findRecord(statements: Statements, key: CertificateKey): CertificateRecord | undefined {
  const row =
    "fingerprint" in key
      ? statements.findByFingerprint.get(octetsFrom(key.fingerprint))
      : statements.findBySerialNumber.get(...keyValues(key));
  return row === undefined || isReserved(row) ? undefined : recordFrom(row);
}

function list(statements: Statements, { after, limit, identifier }: CertificateQuery): CertificateRecord[] {
  // An empty text of octets stands before every serial number.
  const start = keyValues(after ?? { serialNumber: "", issuerId: "" });
  const rows =
    identifier === undefined
      ? statements.list.all(...start, limit)
      : statements.listByIdentifier.all(identifier.type, identifier.value, ...start, limit);
  return rows.map(recordFrom);
}

import type { CertificateStore, CrlRecord, RevokedCertificate, RevokedQuery } from "@chancery/core";
import { type SqliteDatabase, type SqlValue, type Statement, written } from "../database.ts";
import { copyOf, hexFrom, octetsFrom } from "../octets.ts";
import type { AuditTrail } from "./audit.ts";
import type { RevocationRow } from "./rows.ts";

/** CRLs: what they are made from, their numbers, and the latest of each. */
export function createCrlTransitions(
  database: SqliteDatabase,
  trail: AuditTrail,
): Pick<
  CertificateStore,
  "countRevocationChanges" | "findCrl" | "listCrlPartitions" | "listRevoked" | "publishCrl" | "takeCrlNumber"
> {
  const { read, write } = database;
  const statements = prepareStatements(database);
  return {
    listRevoked: (query) => read(() => listRevoked(statements, query)),

    takeCrlNumber: async ({ issuerId, at }) => {
      const issuer = octetsFrom(issuerId);
      return write(() => written(statements.takeNumber.get(issuer, at)).number);
    },

    countRevocationChanges: ({ issuerId, partition }) =>
      read(() => statements.countChanges.get(octetsFrom(issuerId), partition)?.changes ?? 0),

    publishCrl: async (publication) => {
      const values = crlValues(publication);
      const append = trail.appending(publication.audit);
      return write(() => {
        if (statements.publish.run(...values) === 0) return "superseded";
        append();
        return "published";
      });
    },

    findCrl: ({ issuerId, kind, partition }) =>
      read(() => {
        const row = statements.find.get(octetsFrom(issuerId), kind, partition);
        return row && crlFrom(row);
      }),

    listCrlPartitions: (issuerId) =>
      read(() => statements.listPartitions.all(octetsFrom(issuerId)).map(({ partition }) => partition)),
  };
}

interface CrlRow {
  readonly issuer_id: Uint8Array;
  readonly kind: CrlRecord["kind"];
  readonly partition: number;
  readonly number: number;
  readonly base_number: number | null;
  readonly this_update: number;
  readonly next_update: number;
  readonly changes: number;
  readonly crl: Uint8Array;
}

interface RevokedRow extends RevocationRow {
  readonly serial_number: string;
  readonly revoked_at: number;
}

interface Statements {
  readonly listRevoked: Statement<RevokedRow>;
  readonly takeNumber: Statement<{ readonly number: number }>;
  readonly countChanges: Statement<{ readonly changes: number }>;
  readonly publish: Statement<never>;
  readonly find: Statement<CrlRow>;
  readonly listPartitions: Statement<{ readonly partition: number }>;
}

const columns = "issuer_id, kind, partition, number, base_number, this_update, next_update, changes, crl";

function prepareStatements({ prepare }: SqliteDatabase): Statements {
  return {
    // A text costs half of what octets do, and a CRL may need 100 000.
    listRevoked: prepare(`
      SELECT lower(hex(serial_number)) AS serial_number, revoked_at, revocation_reason, invalidity_date
      FROM chancery_certificate INDEXED BY chancery_certificate_crl_entry
      WHERE revoked_at IS NOT NULL AND issuer_id = ? AND crl_partition = ?
        AND chancery_certificate.serial_number > ? AND not_after >= ?
      ORDER BY chancery_certificate.serial_number LIMIT ?
    `),
    takeNumber: prepare(`
      INSERT INTO chancery_crl_number (issuer_id, number) VALUES (?, ?)
      ON CONFLICT (issuer_id) DO UPDATE SET number = max(number + 1, excluded.number)
      RETURNING number
    `),
    countChanges: prepare(`
      SELECT changes FROM chancery_crl_partition WHERE issuer_id = ? AND partition = ?
    `),
    publish: prepare(`
      INSERT INTO chancery_crl (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (issuer_id, kind, partition) DO UPDATE SET
        number = excluded.number, base_number = excluded.base_number, this_update = excluded.this_update,
        next_update = excluded.next_update, changes = excluded.changes, crl = excluded.crl
      WHERE excluded.number > number
    `),
    find: prepare(`
      SELECT ${columns} FROM chancery_crl WHERE issuer_id = ? AND kind = ? AND partition = ?
    `),
    listPartitions: prepare(`
      SELECT partition FROM chancery_crl WHERE issuer_id = ?1 AND kind = 'full'
      UNION SELECT partition FROM chancery_crl_partition WHERE issuer_id = ?1 ORDER BY partition
    `),
  };
}

function listRevoked(
  statements: Statements,
  { issuerId, partition, notAfterFrom, after = "", limit }: RevokedQuery,
): RevokedCertificate[] {
  // No octets at all stand before every serial number.
  const [issuer, start] = [octetsFrom(issuerId), octetsFrom(after)];
  return statements.listRevoked.all(issuer, partition, start, notAfterFrom, limit).map(revokedFrom);
}

/** Assigns and does not spread, which would take longer than reading the row. */
function revokedFrom(row: RevokedRow): RevokedCertificate {
  const { serial_number: serialNumber, revoked_at: revokedAt } = row;
  const revoked: { -readonly [Name in keyof RevokedCertificate]: RevokedCertificate[Name] } = {
    serialNumber,
    revokedAt,
  };
  if (row.revocation_reason !== null) revoked.reason = row.revocation_reason;
  if (row.invalidity_date !== null) revoked.invalidityDate = row.invalidity_date;
  return revoked;
}

function crlValues(record: CrlRecord): readonly SqlValue[] {
  const { issuerId, kind, partition, number, baseNumber, thisUpdate, nextUpdate, changes, crl } = record;
  const base = baseNumber ?? null;
  return [octetsFrom(issuerId), kind, partition, number, base, thisUpdate, nextUpdate, changes, copyOf(crl)];
}

function crlFrom(row: CrlRow): CrlRecord {
  const { kind, partition, number, base_number: baseNumber, changes, crl } = row;
  return {
    issuerId: hexFrom(row.issuer_id),
    partition,
    kind,
    number,
    ...(baseNumber !== null && { baseNumber }),
    thisUpdate: row.this_update,
    nextUpdate: row.next_update,
    changes,
    crl,
  };
}

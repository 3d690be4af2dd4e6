import type { Identifier, Reservation } from "@chancery/core";
import type { SqliteDatabase } from "../src/index.ts";
import { initial } from "../src/migrations/0001-initial.ts";
import { completion, reservation } from "./examples.ts";

/** Brings an empty database to version 1, as the first release did. */
export function createVersion1({ connection }: SqliteDatabase): void {
  connection.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE chancery_migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
    ${initial}
    INSERT INTO chancery_migration VALUES (1, 'initial');
  `);
}

/** A row of version 1. */
export interface OldCertificate {
  readonly number: number;
  readonly identifiers?: readonly Identifier[];
  readonly notAfter?: number;
  readonly isReserved?: boolean;
  readonly revokedAt?: number;
  readonly reason?: string;
}

/** What an old row was reserved as, but for what it did not know. */
export function planOf({ number, identifiers, notAfter }: OldCertificate): Reservation {
  const planned = reservation(number, 1, `request-${number}`);
  return { ...planned, ...(identifiers && { identifiers }), ...(notAfter !== undefined && { notAfter }) };
}

/** Adds rows to a database of version 1, as the first release wrote them. */
export function addOldCertificates({ connection }: SqliteDatabase, rows: readonly OldCertificate[]): void {
  const certificate = connection.prepare(`
    INSERT INTO chancery_certificate VALUES
      (unhex(?), unhex(?), ?, unhex(?), ?, ?, ?, ?, unhex(?), ?, ?, ?, ?, ?, unhex(?), ?, ?, ?)
  `);
  const identifier = connection.prepare(`
    INSERT INTO chancery_certificate_identifier VALUES (?, ?, unhex(?), unhex(?))
  `);
  const entry = connection.prepare(`
    INSERT INTO chancery_audit_entry (at, type, actor, subject, details) VALUES (?, ?, ?, ?, '{}')
  `);
  connection.exec("BEGIN");
  for (const row of rows) {
    const planned = planOf(row);
    const done = row.isReserved ? undefined : completion(planned);
    certificate.run(
      planned.serialNumber,
      planned.issuerId,
      planned.requestId ?? null,
      planned.requestHash,
      planned.requester.kind,
      planned.requester.id,
      planned.profile,
      JSON.stringify(planned.identifiers),
      planned.publicKeyHash,
      planned.notBefore,
      planned.notAfter,
      planned.reservedAt,
      done ? null : planned.tbsCertificate,
      done?.certificate ?? null,
      done?.fingerprint ?? null,
      done?.issuedAt ?? null,
      row.revokedAt ?? null,
      row.reason ?? null,
    );
    if (done === undefined) continue;
    for (const { type, value } of planned.identifiers) {
      identifier.run(type, value, planned.serialNumber, planned.issuerId);
    }
    const { at, type, actor, subject } = done.audit;
    entry.run(at, type, actor, subject);
  }
  connection.exec("COMMIT");
}

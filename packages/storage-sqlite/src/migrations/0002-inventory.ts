import type { Identifier } from "@chancery/core";
import { identifierSetOf } from "../certificate/identifier-set.ts";
import type { SqliteDatabase } from "../database.ts";

/**
 * Finding certificates by what they have in common, holds, blocked keys, CRLs, and the hash chain of the audit trail.
 *
 * Certificates that are there already belong to CRL partition 0 and have no provisioner; their revocations count as
 * changes of that partition.
 */
export function addInventory(database: SqliteDatabase): void {
  const { connection } = database;
  connection.exec(columns);
  fillIdentifierSets(database);
  connection.exec(indexes);
  connection.exec(tables);
}

const columns = `
ALTER TABLE chancery_certificate ADD COLUMN provisioner TEXT;
ALTER TABLE chancery_certificate ADD COLUMN crl_partition INTEGER NOT NULL DEFAULT 0
  CHECK (crl_partition BETWEEN 0 AND 65535);
ALTER TABLE chancery_certificate ADD COLUMN invalidity_date INTEGER
  CHECK (invalidity_date IS NULL OR revoked_at IS NOT NULL);

-- The certificate that this one renews.
ALTER TABLE chancery_certificate ADD COLUMN replaces_serial_number BLOB;
ALTER TABLE chancery_certificate ADD COLUMN replaces_issuer_id BLOB
  CHECK ((replaces_issuer_id IS NULL) = (replaces_serial_number IS NULL));

-- One value for one set of identifiers, in whatever order; NULL for none.
ALTER TABLE chancery_certificate ADD COLUMN identifier_set BLOB;

ALTER TABLE chancery_audit_entry ADD COLUMN chain_position INTEGER CHECK (chain_position > 0);
ALTER TABLE chancery_audit_entry ADD COLUMN chain_hash BLOB
  CHECK ((chain_hash IS NULL) = (chain_position IS NULL));
`;

// Each ends with what certificates are listed by. Those by key and by requester cost a page per certificate, the others are
// written where they were written last.
const indexes = `
CREATE INDEX chancery_certificate_public_key ON chancery_certificate (public_key_hash, serial_number, issuer_id);
CREATE INDEX chancery_certificate_requester
  ON chancery_certificate (requester_id, requester_kind, serial_number, issuer_id);
CREATE INDEX chancery_certificate_provisioner
  ON chancery_certificate (provisioner, serial_number, issuer_id) WHERE provisioner IS NOT NULL;
CREATE INDEX chancery_certificate_profile ON chancery_certificate (profile, serial_number, issuer_id);
CREATE INDEX chancery_certificate_issuer ON chancery_certificate (issuer_id, serial_number);
CREATE INDEX chancery_certificate_issuer_expiry ON chancery_certificate (issuer_id, not_after, serial_number);
CREATE INDEX chancery_certificate_expiry ON chancery_certificate (not_after, serial_number, issuer_id);

CREATE INDEX chancery_certificate_held
  ON chancery_certificate (serial_number, issuer_id, not_after) WHERE revocation_reason = 'certificateHold';
CREATE INDEX chancery_certificate_revoked
  ON chancery_certificate (serial_number, issuer_id, not_after) WHERE revoked_at IS NOT NULL;
CREATE INDEX chancery_certificate_revoked_expiry
  ON chancery_certificate (not_after, serial_number, issuer_id) WHERE revoked_at IS NOT NULL;

-- Has all that a CRL says, so that making one reads no certificate.
CREATE INDEX chancery_certificate_crl_entry ON chancery_certificate
  (issuer_id, crl_partition, serial_number, not_after, revoked_at, revocation_reason, invalidity_date)
  WHERE revoked_at IS NOT NULL;

-- What may replace each other: certificates with the same identifiers, neither revoked nor on hold.
CREATE INDEX chancery_certificate_standing ON chancery_certificate (identifier_set, not_after)
  WHERE identifier_set IS NOT NULL AND certificate IS NOT NULL AND revoked_at IS NULL;

-- Entries without a place stand first, in the order of the trail.
CREATE UNIQUE INDEX chancery_audit_entry_chain ON chancery_audit_entry (chain_position);
`;

const tables = `
-- Of each set of identifiers the standing certificates that end last. What is overdue is among them, so that finding it
-- takes no longer however often certificates were replaced.
CREATE TABLE chancery_unreplaced_certificate (
  serial_number BLOB NOT NULL,
  issuer_id BLOB NOT NULL,
  renewal_due_at INTEGER NOT NULL,
  PRIMARY KEY (serial_number, issuer_id)
) STRICT, WITHOUT ROWID;

INSERT INTO chancery_unreplaced_certificate (serial_number, issuer_id, renewal_due_at)
  SELECT serial_number, issuer_id, not_after - (not_after - not_before) / 3
  FROM chancery_certificate AS standing
  WHERE identifier_set IS NOT NULL AND certificate IS NOT NULL AND revoked_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM chancery_certificate AS later
    WHERE later.identifier_set = standing.identifier_set AND later.not_after > standing.not_after
      AND later.certificate IS NOT NULL AND later.revoked_at IS NULL
  );

CREATE TABLE chancery_blocked_key (
  public_key_hash BLOB NOT NULL PRIMARY KEY,
  blocked_at INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The last number taken for each issuer.
CREATE TABLE chancery_crl_number (
  issuer_id BLOB NOT NULL PRIMARY KEY,
  number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How often revocations, holds and releases have changed a partition; no row before the first.
CREATE TABLE chancery_crl_partition (
  issuer_id BLOB NOT NULL,
  partition INTEGER NOT NULL,
  changes INTEGER NOT NULL,
  PRIMARY KEY (issuer_id, partition)
) STRICT, WITHOUT ROWID;

INSERT INTO chancery_crl_partition (issuer_id, partition, changes)
  SELECT issuer_id, crl_partition, count(*) FROM chancery_certificate
  WHERE revoked_at IS NOT NULL GROUP BY issuer_id, crl_partition;

-- The latest of each kind and partition.
CREATE TABLE chancery_crl (
  issuer_id BLOB NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('delta', 'full')),
  partition INTEGER NOT NULL,
  number INTEGER NOT NULL,
  base_number INTEGER,
  this_update INTEGER NOT NULL,
  next_update INTEGER NOT NULL,
  changes INTEGER NOT NULL,
  crl BLOB NOT NULL,
  PRIMARY KEY (issuer_id, kind, partition),
  CHECK ((kind = 'delta') = (base_number IS NOT NULL))
) STRICT;
`;

function fillIdentifierSets({ prepare }: SqliteDatabase): void {
  const page = prepare<{ readonly id: number; readonly identifiers: string }>(`
    SELECT rowid AS id, identifiers FROM chancery_certificate WHERE rowid > ? ORDER BY rowid LIMIT 1000
  `);
  const fill = prepare("UPDATE chancery_certificate SET identifier_set = ? WHERE rowid = ?");
  for (let rows = page.all(Number.MIN_SAFE_INTEGER); rows.length > 0; rows = page.all(rows.at(-1)?.id ?? 0)) {
    for (const { id, identifiers } of rows) {
      fill.run(identifierSetOf(JSON.parse(identifiers) as readonly Identifier[]), id);
    }
  }
}

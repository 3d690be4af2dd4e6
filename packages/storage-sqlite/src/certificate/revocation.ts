import type {
  CertificateRecord,
  CertificateStore,
  ReleaseOutcome,
  ReleaseTransition,
  RevocationTransition,
  RevokeOutcome,
} from "@chancery/core";
import type { SqliteDatabase, Statement } from "../database.ts";
import type { AuditTrail } from "./audit.ts";
import type { BlockedKeys } from "./blocked-keys.ts";
import { certificateColumns, type IdentifierSetRow, type IssuedRow, keyValues, recordFrom } from "./rows.ts";
import type { Unreplaced } from "./unreplaced.ts";

/** What revocation needs beside its own statements. */
export interface RevocationParts {
  readonly trail: AuditTrail;
  readonly blockedKeys: BlockedKeys;
  readonly unreplaced: Unreplaced;
}

/** The transitions of revocation. */
export function createRevocationTransitions(
  database: SqliteDatabase,
  parts: RevocationParts,
): Pick<CertificateStore, "release" | "revoke"> {
  const statements = prepareStatements(database);
  return {
    revoke: async (revocation) => database.write(revoking(statements, parts, revocation)),
    release: async (release) => database.write(releasing(statements, parts, release)),
  };
}

interface Statements {
  readonly revoke: Statement<IdentifierSetRow & IssuedRow>;
  readonly release: Statement<IdentifierSetRow & IssuedRow>;
  readonly find: Statement<IssuedRow>;
  readonly countChange: Statement<never>;
}

function prepareStatements({ prepare }: SqliteDatabase): Statements {
  return {
    // A hold that becomes final began when it began.
    revoke: prepare(`
      UPDATE chancery_certificate
      SET revoked_at = coalesce(revoked_at, ?), revocation_reason = ?, invalidity_date = ?
      WHERE serial_number = ? AND issuer_id = ? AND certificate IS NOT NULL
        AND (revoked_at IS NULL OR (revocation_reason = 'certificateHold' AND ? IS NOT 'certificateHold'))
      RETURNING ${certificateColumns}, identifier_set
    `),
    release: prepare(`
      UPDATE chancery_certificate SET revoked_at = NULL, revocation_reason = NULL, invalidity_date = NULL
      WHERE serial_number = ? AND issuer_id = ? AND revocation_reason = 'certificateHold'
      RETURNING ${certificateColumns}, identifier_set
    `),
    find: prepare(`
      SELECT ${certificateColumns} FROM chancery_certificate
      WHERE serial_number = ? AND issuer_id = ? AND certificate IS NOT NULL
    `),
    countChange: prepare(`
      INSERT INTO chancery_crl_partition (issuer_id, partition, changes) VALUES (?, ?, 1)
      ON CONFLICT (issuer_id, partition) DO UPDATE SET changes = changes + 1
    `),
  };
}

// Each of these takes its values out of the caller's objects at once, and returns the transition that uses them.

function revoking(
  statements: Statements,
  { trail, blockedKeys, unreplaced }: RevocationParts,
  revocation: RevocationTransition,
): () => RevokeOutcome {
  const { revokedAt, reason = null, invalidityDate = null, blockKey } = revocation;
  const key = keyValues(revocation);
  const append = trail.appending(revocation.audit);
  return () => {
    const row = statements.revoke.get(revokedAt, reason, invalidityDate, ...key, reason);
    if (row === undefined) return outcomeFor("alreadyRevoked", statements, key);
    unreplaced.leave(row);
    countChange(statements, row);
    if (blockKey !== undefined) {
      blockedKeys.add({ publicKeyHash: row.public_key_hash, blockedAt: revokedAt, reason: blockKey });
    }
    append();
    return { outcome: "revoked", record: recordFrom(row) };
  };
}

function releasing(
  statements: Statements,
  { trail, unreplaced }: RevocationParts,
  release: ReleaseTransition,
): () => ReleaseOutcome {
  const key = keyValues(release);
  const append = trail.appending(release.audit);
  return () => {
    const row = statements.release.get(...key);
    if (row === undefined) return outcomeFor("notHeld", statements, key);
    unreplaced.enter(row);
    countChange(statements, row);
    append();
    return { outcome: "released", record: recordFrom(row) };
  };
}

function countChange({ countChange }: Statements, { issuer_id, crl_partition }: IssuedRow): void {
  countChange.run(issuer_id, crl_partition);
}

/** What is said when nothing was changed. */
function outcomeFor<Outcome extends "alreadyRevoked" | "notHeld">(
  outcome: Outcome,
  { find }: Statements,
  key: readonly [Uint8Array, Uint8Array],
): { outcome: Outcome; record: CertificateRecord } | { outcome: "notFound" } {
  const row = find.get(...key);
  return row === undefined ? { outcome: "notFound" } : { outcome, record: recordFrom(row) };
}

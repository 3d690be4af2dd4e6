import { DatabaseSync, type StatementSync } from "node:sqlite";
import { beforeAll, describe, expect, test } from "vitest";
import { createSqliteAcmeStore, endLeases } from "../src/acme.ts";
import { createSqliteCertificateStore, createSqliteDatabase, migrate } from "../src/index.ts";

/** Remembers what is prepared on it. */
class RecordingConnection extends DatabaseSync {
  readonly prepared: string[] = [];

  override prepare(sql: string): StatementSync {
    this.prepared.push(sql);
    return super.prepare(sql);
  }
}

describe("every statement of the stores", () => {
  const connection = new RecordingConnection(":memory:");
  let statements: string[] = [];

  beforeAll(async () => {
    const database = createSqliteDatabase(connection);
    await migrate(database);
    connection.prepared.length = 0;
    createSqliteCertificateStore(database);
    createSqliteAcmeStore(database);
    await endLeases(database, { directoryId: "directory", now: 0 });
    statements = connection.prepared.filter((sql) => !sql.includes("sqlite_schema"));
  });

  test("finds its rows through an index, and walks an index when it sorts", () => {
    expect(statements.length).toBeGreaterThan(40);
    expect(statements.flatMap(findingsAbout)).toEqual([]);
  });

  test("does so too once the planner knows how the rows are spread", () => {
    fill(connection);
    connection.exec("ANALYZE");
    expect(statements.flatMap(findingsAbout)).toEqual([]);
  });

  test("is prepared when its store is created, and never again", async () => {
    const database = createSqliteDatabase(connection);
    const stores = [createSqliteCertificateStore(database), createSqliteAcmeStore(database)] as const;
    connection.prepared.length = 0;
    await stores[0].list({ limit: 10 });
    await stores[0].find({ fingerprint: "00" });
    await stores[1].consumeNonce({ nonce: "nonce", expiresAt: 2, now: 1 });
    await stores[1].claimTasks({ directoryId: "directory", now: 1, leaseUntil: 2, limit: 1 });
    expect(connection.prepared).toEqual([]);
  });

  function findingsAbout(sql: string): string[] {
    return connection
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((row) => String(row["detail"]))
      .filter((detail) => /\bSCAN\b|TEMP B-TREE|AUTOMATIC/.test(detail))
      .map((detail) => `${detail}: ${sql.replace(/\s+/g, " ").trim()}`);
  }
});

/** 2000 rows in each table that grows: one account that has everything, as a busy client does. */
function fill(connection: DatabaseSync): void {
  const rows = (target: string, values: string): string => `
    WITH RECURSIVE row (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < 2000)
    INSERT INTO ${target} SELECT ${values} FROM row;
  `;
  connection.exec(`
    INSERT INTO chancery_acme_account VALUES ('account', 'directory', 'key', '{}', 'valid', '[]', 1, 1);
    ${rows(
      `chancery_certificate (
        serial_number, issuer_id, request_id, request_hash, requester_kind, requester_id, profile, identifiers,
        public_key_hash, not_before, not_after, reserved_at, certificate, fingerprint, issued_at
      )`,
      "unhex(printf('%08x', n)), x'00', n, x'00', 'acme', 'account', 'tls', '[]', x'00', n, n, n, x'00', unhex(printf('%08x', n)), n",
    )}
    ${rows("chancery_certificate_identifier", "'dns', 'host.test', unhex(printf('%08x', n)), x'00'")}
    ${rows("chancery_audit_entry", "n, n, 'certificate.issued', 'acme:account', n, '{}'")}
    ${rows(
      "chancery_acme_authorization",
      "n, 'directory', 'account', 'dns', 'host.test', 0, iif(n % 2, 'valid', 'pending'), n, n, '[]'",
    )}
    ${rows(
      "chancery_acme_order (id, directory_id, account_id, identifiers, authorization_ids, state, created_at, expires_at)",
      "n, 'directory', 'account', '[]', '[]', iif(n % 2, 'ready', 'pending'), n, n",
    )}
    ${rows("chancery_acme_order_authorization", "n, n")}
    ${rows("chancery_acme_validation_task", "n, 'directory', 'http-01', '', n, 1, 0")}
    ${rows("chancery_acme_finalization_task", "n, 'directory', x'00', n, 1")}
    ${rows("chancery_acme_used_nonce", "unhex(printf('%08x', n)), n")}
  `);
}

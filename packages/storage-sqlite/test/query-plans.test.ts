import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { CertificateConditions } from "@chancery/core";
import { beforeAll, describe, expect, test } from "vitest";
import { createSqliteAcmeStore, endLeases } from "../src/acme.ts";
import { sources } from "../src/certificate/inventory-sources.ts";
import { createSqliteCertificateStore, createSqliteDatabase, migrate } from "../src/index.ts";

/** Remembers what is prepared on it. */
class RecordingConnection extends DatabaseSync {
  readonly prepared: string[] = [];

  override prepare(sql: string): StatementSync {
    this.prepared.push(sql);
    return super.prepare(sql);
  }
}

const join = "CROSS JOIN chancery_certificate USING (serial_number, issuer_id)";

// The lists that are not read from an index in their order: each of few certificates, found through an index. By expiry, what
// is unreplaced or held is read as a whole: one grows with the names in use alone, the other is small.
const sorted: readonly string[] = [
  "USE TEMP B-TREE FOR ORDER BY: chancery_certificate INDEXED BY chancery_certificate_expiry",
  "USE TEMP B-TREE FOR ORDER BY: chancery_certificate",
  `USE TEMP B-TREE FOR ORDER BY: chancery_certificate_identifier ${join}`,
  "USE TEMP B-TREE FOR ORDER BY: chancery_certificate INDEXED BY chancery_certificate_public_key",
  "SCAN chancery_unreplaced_certificate",
  `USE TEMP B-TREE FOR ORDER BY: chancery_unreplaced_certificate ${join}`,
  "USE TEMP B-TREE FOR ORDER BY: chancery_certificate INDEXED BY chancery_certificate_requester",
  "SCAN chancery_certificate USING INDEX chancery_certificate_held",
  "USE TEMP B-TREE FOR ORDER BY: chancery_certificate INDEXED BY chancery_certificate_held",
];

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
    expect(statements.length).toBeGreaterThan(80);
    expect(statements.flatMap(findingsAbout)).toEqual(sorted);
  });

  test("does so too once the planner knows how the rows are spread", () => {
    fill(connection);
    connection.exec("ANALYZE");
    expect(statements.flatMap(findingsAbout)).toEqual(sorted);
  });

  test("is prepared when its store is created, and never again", async () => {
    const database = createSqliteDatabase(connection);
    const stores = [createSqliteCertificateStore(database), createSqliteAcmeStore(database)] as const;
    connection.prepared.length = 0;
    for (const order of ["issuance", "expiry"] as const) {
      for (const { given } of conditions) await stores[0].list({ ...given, order, limit: 10 });
    }
    await stores[0].findAuditHead();
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
      .map((detail) => (detail.startsWith("USE ") ? `${detail}: ${sourceOf(sql)}` : detail));
  }
});

// One condition alone, and the index through which it is found; with another one, the first of a list's sources that the query
// asks for decides.
const certificates = "chancery_certificate INDEXED BY chancery_certificate";
const conditions: readonly { given: CertificateConditions; issuance: string; expiry: string }[] = [
  { given: {}, issuance: "chancery_certificate", expiry: `${certificates}_expiry` },
  {
    given: { identifier: { type: "dns", value: "a.test" } },
    issuance: `chancery_certificate_identifier ${join}`,
    expiry: `chancery_certificate_identifier ${join}`,
  },
  { given: { serialNumber: "00" }, issuance: "chancery_certificate", expiry: "chancery_certificate" },
  {
    given: { publicKeyHash: "00" },
    issuance: `${certificates}_public_key`,
    expiry: `${certificates}_public_key`,
  },
  { given: { issuerId: "00" }, issuance: `${certificates}_issuer`, expiry: `${certificates}_issuer_expiry` },
  { given: { profile: "tls" }, issuance: `${certificates}_profile`, expiry: `${certificates}_expiry` },
  {
    given: { requester: { kind: "acme", id: "account" } },
    issuance: `${certificates}_requester`,
    expiry: `${certificates}_requester`,
  },
  {
    given: { provisioner: "acme" },
    issuance: `${certificates}_provisioner`,
    expiry: `${certificates}_expiry`,
  },
  {
    given: { notAfter: { from: 1, to: 2 } },
    issuance: `${certificates}_expiry`,
    expiry: `${certificates}_expiry`,
  },
  { given: { notAfter: { from: 1 } }, issuance: "chancery_certificate", expiry: `${certificates}_expiry` },
  { given: { notAfter: { to: 1 } }, issuance: "chancery_certificate", expiry: `${certificates}_expiry` },
  {
    given: { status: { is: "held", at: 1 } },
    issuance: `${certificates}_held`,
    expiry: `${certificates}_held`,
  },
  {
    given: { status: { is: "revoked", at: 1 } },
    issuance: `${certificates}_revoked`,
    expiry: `${certificates}_revoked_expiry`,
  },
  ...(["expired", "valid"] as const).map((is) => ({
    given: { status: { is, at: 1 } },
    issuance: "chancery_certificate",
    expiry: `${certificates}_expiry`,
  })),
  {
    given: { status: { is: "valid", at: 1 }, notAfter: { to: 2 } },
    issuance: `${certificates}_expiry`,
    expiry: `${certificates}_expiry`,
  },
  {
    given: { overdueAt: 1 },
    issuance: `chancery_unreplaced_certificate ${join}`,
    expiry: `chancery_unreplaced_certificate ${join}`,
  },
];

describe("list", () => {
  test.each(conditions)("reads $given by issuance from $issuance, by expiry from $expiry", (row) => {
    for (const order of ["issuance", "expiry"] as const) {
      const query = { ...row.given, order, limit: 1 };
      const taken = sources[order].find(({ values }) => values(query) !== undefined);
      expect(taken?.from).toBe(row[order]);
    }
  });
});

/** What a statement reads from. */
function sourceOf(sql: string): string | undefined {
  return /FROM (.*?) WHERE/.exec(sql.replace(/\s+/g, " "))?.[1];
}

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
        public_key_hash, not_before, not_after, reserved_at, certificate, fingerprint, issued_at,
        provisioner, identifier_set, revoked_at
      )`,
      `unhex(printf('%08x', n)), x'00', n, x'00', 'acme', 'account', 'tls', '[]', x'00', n, n, n, x'00',
        unhex(printf('%08x', n)), n, 'acme', unhex(printf('%08x', n % 20)), iif(n % 2, n, NULL)`,
    )}
    ${rows("chancery_unreplaced_certificate", "unhex(printf('%08x', n)), x'00', n")}
    ${rows("chancery_blocked_key", "unhex(printf('%08x', n)), n, 'compromised'")}
    ${rows("chancery_crl_number", "unhex(printf('%08x', n)), n")}
    ${rows("chancery_crl_partition", "x'00', n, n")}
    ${rows("chancery_crl", "x'00', 'full', n, n, NULL, n, n, n, x'00'")}
    ${rows("chancery_certificate_identifier", "'dns', 'host.test', unhex(printf('%08x', n)), x'00'")}
    ${rows("chancery_audit_entry", "n, n, 'certificate.issued', 'acme:account', n, '{}', iif(n < 1000, n, NULL), iif(n < 1000, x'00', NULL)")}
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

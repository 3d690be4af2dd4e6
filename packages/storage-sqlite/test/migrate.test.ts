import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSqliteAcmeStore } from "../src/acme.ts";
import { createSqliteCertificateStore, createSqliteDatabase, migrate } from "../src/index.ts";
import { createFolder, type Folder } from "./databases.ts";
import { completion, hour, now, reservation } from "./examples.ts";
import { startProcess } from "./processes/process.ts";
import { addOldCertificates, createVersion1, planOf } from "./version-1.ts";

describe("migrate", () => {
  let folder: Folder;
  beforeEach(() => {
    folder = createFolder();
  });
  afterEach(() => folder.close());

  test("creates the schema once, and does nothing when it is there", async () => {
    const database = folder.open();
    await migrate(database);
    const store = createSqliteCertificateStore(database);
    await store.reserve(reservation(1));
    const { commits } = database.statistics();
    await migrate(database);
    expect(database.statistics().commits).toBe(commits);
    expect(await store.listReservations({ reservedBefore: Number.MAX_SAFE_INTEGER, limit: 10 })).toHaveLength(
      1,
    );
    const applied = database.connection.prepare("SELECT version, name FROM chancery_migration").all();
    expect(applied).toEqual([
      { version: 1, name: "initial" },
      { version: 2, name: "inventory" },
    ]);
  });

  test("lets several connections start at once: each returns when the schema is there", async () => {
    const databases = Array.from({ length: 8 }, () => folder.open());
    await Promise.all(databases.map(migrate));
    for (const database of databases) createSqliteAcmeStore(database);
  });

  test("lets two processes start at once, on nothing and on version 1, twenty times over (E-053)", async () => {
    const children = [1, 2].map(() => startProcess(new URL("./processes/migrate.ts", import.meta.url), []));
    for (let round = 0; round < 20; round += 1) {
      const fresh = createFolder();
      const old = round % 2 === 0 ? undefined : fresh.open();
      if (old !== undefined) {
        createVersion1(old);
        addOldCertificates(old, [{ number: 1 }]);
      }
      await Promise.all(children.map((child) => child.line("ready")));
      for (const child of children) child.send(fresh.path);
      expect(await Promise.all(children.map((child) => child.next()))).toEqual(["migrated", "migrated"]);
      const listed = await createSqliteCertificateStore(fresh.open()).list({ limit: 10 });
      expect(listed).toHaveLength(old === undefined ? 0 : 1);
      await fresh.close();
    }
    for (const child of children) child.kill();
  }, 60_000);

  test.each(["WAL", "DELETE"])(
    "waits while another process writes to the file, in journal mode %s",
    async (mode) => {
      const theirs = folder.open().connection;
      theirs.exec(`PRAGMA journal_mode = ${mode}; BEGIN IMMEDIATE; CREATE TABLE theirs (a)`);
      let pauses = 0;
      const mine = new DatabaseSync(folder.path);
      const wait = async (): Promise<void> => {
        pauses += 1;
        if (pauses === 2) theirs.exec("COMMIT");
      };
      const database = createSqliteDatabase(mine, { wait });
      await migrate(database);
      expect(pauses).toBe(2);
      createSqliteCertificateStore(database);
      mine.close();
    },
  );

  test("refuses a schema that is newer than the package, and names both versions", async () => {
    const database = folder.open();
    await migrate(database);
    database.connection.exec("INSERT INTO chancery_migration VALUES (7, 'from the future')");
    const refusal = {
      name: "ConfigurationError",
      code: "ERR_OPTION_INVALID",
      message: expect.stringMatching(/version 7\b.*version 2\b/),
    };
    await expect(migrate(database)).rejects.toMatchObject(refusal);
    expect(() => createSqliteCertificateStore(database)).toThrow(expect.objectContaining(refusal));
    expect(() => createSqliteAcmeStore(database)).toThrow(expect.objectContaining(refusal));
  });

  test("is explicit: a store refuses a database that was not migrated", () => {
    const database = folder.open();
    const refusal = {
      code: "ERR_OPTION_INVALID",
      message: expect.stringMatching(/version 0\b.*\b2\b.*call migrate/),
    };
    expect(() => createSqliteCertificateStore(database)).toThrow(expect.objectContaining(refusal));
  });

  test("is all or nothing", async () => {
    const database = folder.open();
    database.connection.exec("CREATE TABLE chancery_acme_used_nonce (theirs)");
    await expect(migrate(database)).rejects.toThrow();
    const tables = database.connection.prepare("SELECT name FROM sqlite_schema").all();
    expect(tables).toEqual([{ name: "chancery_acme_used_nonce" }]);
  });

  test("leaves other tables and the user_version of the application alone", async () => {
    const database = folder.open();
    database.connection.exec("CREATE TABLE certificate (mine); PRAGMA user_version = 42");
    await migrate(database);
    const version = database.connection.prepare("PRAGMA user_version").get();
    expect(version).toEqual({ user_version: 42 });
    const named =
      "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'chancery%' AND name NOT LIKE 'sqlite%'";
    expect(database.connection.prepare(named).all()).toEqual([{ name: "certificate" }]);
  });

  test("answers ERR_STORE_TRANSIENT when it may only read", async () => {
    new DatabaseSync(folder.path).close();
    const connection = new DatabaseSync(folder.path, { readOnly: true });
    await expect(migrate(createSqliteDatabase(connection))).rejects.toMatchObject({
      code: "ERR_STORE_TRANSIENT",
    });
    connection.close();
  });

  describe("from version 1 to version 2", () => {
    const name = (value: string) => ({ type: "dns", value }) as const;
    const rows = [
      { number: 1, identifiers: [name("a.test"), name("b.test")], notAfter: now + hour },
      { number: 2, identifiers: [name("b.test"), name("a.test")], notAfter: now + 2 * hour },
      { number: 3, identifiers: [name("a.test")], notAfter: now + hour },
      { number: 4, identifiers: [], notAfter: now + hour },
      { number: 5, identifiers: [name("c.test")], notAfter: now + hour },
      {
        number: 6,
        identifiers: [name("c.test")],
        notAfter: now + 3 * hour,
        revokedAt: now,
        reason: "superseded",
      },
      { number: 7, identifiers: [name("d.test")], notAfter: now + hour, revokedAt: now + 1 },
      { number: 8, identifiers: [name("c.test")], notAfter: now + 4 * hour, isReserved: true },
    ];

    test("keeps every certificate, reservation and entry, and finds them by what is asked for since", async () => {
      const database = folder.open();
      createVersion1(database);
      addOldCertificates(database, rows);
      await migrate(database);
      const store = createSqliteCertificateStore(database);
      for (const row of rows.filter(({ isReserved }) => !isReserved)) {
        const { tbsCertificate: _, reservedAt: __, ...planned } = planOf(row);
        expect(await store.find(planned)).toMatchObject({ ...planned, crlPartition: 0 });
        const found = await store.list({ serialNumber: planned.serialNumber, limit: 10 });
        expect(found).toEqual([await store.find(planned)]);
      }
      const numbers = async (query: Omit<Parameters<typeof store.list>[0], "limit">): Promise<number[]> =>
        (await store.list({ ...query, limit: 10 })).map(({ requestId }) => Number(requestId?.slice(-1)));
      expect(await numbers({ requester: { kind: "acme", id: "account-1" } })).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(await numbers({ order: "expiry" })).toEqual([1, 3, 4, 5, 7, 2, 6]);
      expect(await numbers({ status: { is: "revoked", at: now } })).toEqual([6, 7]);
      expect(await numbers({ provisioner: "acme" })).toEqual([]);
      expect(await numbers({ overdueAt: now + 2 * hour })).toEqual([2, 3, 5]);

      const partition = { issuerId: reservation(1).issuerId, partition: 0 };
      expect(await store.countRevocationChanges(partition)).toBe(2);
      expect(await store.listRevoked({ ...partition, notAfterFrom: now, limit: 10 })).toEqual([
        { serialNumber: reservation(6).serialNumber, revokedAt: now, reason: "superseded" },
        { serialNumber: reservation(7).serialNumber, revokedAt: now + 1 },
      ]);
      expect(await store.listUnchainedAudit({ limit: 10 })).toEqual(await store.listAudit({ limit: 10 }));
      expect(await store.listAudit({ limit: 10 })).toHaveLength(7);
    });

    test("goes on with what was begun: a reservation is completed and replaces what it renews", async () => {
      const database = folder.open();
      createVersion1(database);
      addOldCertificates(database, rows);
      await migrate(database);
      const store = createSqliteCertificateStore(database);
      const reserved = planOf(rows[7] ?? { number: 8 });
      expect(await store.listReservations({ reservedBefore: now + 1, limit: 10 })).toEqual([reserved]);
      await store.complete(completion(reserved));
      const overdue = await store.list({ overdueAt: now + 2 * hour, limit: 10 });
      expect(overdue.map(({ requestId }) => requestId)).toEqual(["request-2", "request-3"]);
    });

    test("finds the identifiers of thousands of certificates", async () => {
      const database = folder.open();
      createVersion1(database);
      const many = Array.from({ length: 2500 }, (_, number) => ({ number, identifiers: [name("a.test")] }));
      addOldCertificates(database, many);
      await migrate(database);
      const sets =
        "SELECT count(*) AS count, count(DISTINCT identifier_set) AS sets FROM chancery_certificate";
      expect(database.connection.prepare(`${sets} WHERE identifier_set IS NOT NULL`).get()).toEqual({
        count: 2500,
        sets: 1,
      });
    });

    test("is all or nothing: what cannot be done leaves version 1 as it was", async () => {
      const database = folder.open();
      createVersion1(database);
      addOldCertificates(database, rows);
      database.connection.exec("CREATE TABLE chancery_crl (theirs)");
      const schema = (): unknown[] => database.connection.prepare("SELECT * FROM sqlite_schema").all();
      const before = schema();
      await expect(migrate(database)).rejects.toMatchObject({
        cause: { message: "table chancery_crl already exists" },
      });
      expect(schema()).toEqual(before);
      expect(() => createSqliteCertificateStore(database)).toThrow(/version 1\b.*\b2\b.*call migrate/);
      database.connection.exec("DROP TABLE chancery_crl");
      await migrate(database);
      expect(await createSqliteCertificateStore(database).list({ limit: 10 })).toHaveLength(7);
    });
  });
});

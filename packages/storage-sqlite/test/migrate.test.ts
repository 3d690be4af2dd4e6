import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSqliteAcmeStore } from "../src/acme.ts";
import { createSqliteCertificateStore, createSqliteDatabase, migrate } from "../src/index.ts";
import { createFolder, type Folder } from "./databases.ts";
import { reservation } from "./examples.ts";
import { startProcess } from "./processes/process.ts";

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
    expect(applied).toEqual([{ version: 1, name: "initial" }]);
  });

  test("lets several connections start at once: each returns when the schema is there", async () => {
    const databases = Array.from({ length: 8 }, () => folder.open());
    await Promise.all(databases.map(migrate));
    for (const database of databases) createSqliteAcmeStore(database);
  });

  test("lets two processes start at once, twenty times over (E-053)", async () => {
    const children = [1, 2].map(() => startProcess(new URL("./processes/migrate.ts", import.meta.url), []));
    for (let round = 0; round < 20; round += 1) {
      const fresh = createFolder();
      await Promise.all(children.map((child) => child.line("ready")));
      for (const child of children) child.send(fresh.path);
      expect(await Promise.all(children.map((child) => child.next()))).toEqual(["migrated", "migrated"]);
      createSqliteCertificateStore(fresh.open());
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
      message: expect.stringMatching(/version 7\b.*version 1\b/),
    };
    await expect(migrate(database)).rejects.toMatchObject(refusal);
    expect(() => createSqliteCertificateStore(database)).toThrow(expect.objectContaining(refusal));
    expect(() => createSqliteAcmeStore(database)).toThrow(expect.objectContaining(refusal));
  });

  test("is explicit: a store refuses a database that was not migrated", () => {
    const database = folder.open();
    const refusal = {
      code: "ERR_OPTION_INVALID",
      message: expect.stringMatching(/version 0\b.*\b1\b.*call migrate/),
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
});

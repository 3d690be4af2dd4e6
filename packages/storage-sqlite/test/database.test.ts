import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { createSqliteCertificateStore, createSqliteDatabase, migrate } from "../src/index.ts";
import { createFolder } from "./databases.ts";
import { completion, reservation } from "./examples.ts";

describe("createSqliteDatabase", () => {
  test("makes the connection durable and strict: synchronous=FULL, write-ahead log, foreign keys (E-053)", async () => {
    const folder = createFolder();
    const database = folder.open();
    await migrate(database);
    const pragma = (name: string): unknown =>
      Object.values(database.connection.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    expect(pragma("synchronous")).toBe(2);
    expect(pragma("journal_mode")).toBe("wal");
    expect(pragma("foreign_keys")).toBe(1);
    expect(pragma("temp_store")).toBe(2);
    expect(pragma("busy_timeout")).toBe(10);
    await folder.close();
  });

  test("refuses a connection that is closed or inside a transaction", () => {
    const connection = new DatabaseSync(":memory:");
    connection.exec("BEGIN");
    const refusal = { code: "ERR_OPTION_INVALID", name: "ConfigurationError" };
    expect(() => createSqliteDatabase(connection)).toThrow(expect.objectContaining(refusal));
    connection.close();
    expect(() => createSqliteDatabase(connection)).toThrow(expect.objectContaining(refusal));
  });

  test("works on a database in memory, for tests", async () => {
    const database = createSqliteDatabase(new DatabaseSync(":memory:"));
    await migrate(database);
    const store = createSqliteCertificateStore(database);
    await store.reserve(reservation(1));
    expect((await store.complete(completion(reservation(1)))).serialNumber).toBe(reservation(1).serialNumber);
  });

  test("reads rows as it needs them, whatever the options of the connection", async () => {
    const connection = new DatabaseSync(":memory:", { readBigInts: true, returnArrays: true });
    const database = createSqliteDatabase(connection);
    await migrate(database);
    const store = createSqliteCertificateStore(database);
    await store.reserve(reservation(1));
    const record = await store.complete(completion(reservation(1)));
    expect(record.notAfter).toBe(reservation(1).notAfter);
  });
});

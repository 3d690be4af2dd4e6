// Migrates the databases whose paths its parent sends, one after the other.

import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { createSqliteDatabase, migrate } from "../../src/index.ts";

console.log("ready");
for await (const path of createInterface({ input: process.stdin })) {
  const connection = new DatabaseSync(path);
  await migrate(createSqliteDatabase(connection));
  console.log("migrated");
  connection.close();
  console.log("ready");
}

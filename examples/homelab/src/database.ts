import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isCaError } from "@chancery/core";
import { createSqliteDatabase, migrate, type SqliteDatabase } from "@chancery/storage-sqlite";
import { hasCode, privateFile, refusalOf } from "./data-directory/files.ts";
import { StartRefusal } from "./start-refusal.ts";

/**
 * Opens the database, or creates it with mode 0600, and brings its schema up to date.
 *
 * @throws {StartRefusal} It is no database, damaged, of a newer version, or cannot be written.
 */
export async function openDatabase(path: string): Promise<SqliteDatabase> {
  let connection: DatabaseSync | undefined;
  try {
    createPrivately(path);
    connection = new DatabaseSync(path);
    const database = createSqliteDatabase(connection);
    await migrate(database);
    return database;
  } catch (error) {
    connection?.close();
    throw asRefusal(error, path);
  }
}

/** SQLite gives its log the mode of the database, so this is all there is to set. */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, "wx", privateFile));
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
}

function asRefusal(error: unknown, path: string): unknown {
  if (error instanceof Error && (isCaError(error) || "errcode" in error)) {
    return new StartRefusal(`the database ${path} cannot be used: ${error.message}`, { cause: error });
  }
  return refusalOf(error, path, "written");
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createSqliteDatabase, migrate, type SqliteDatabase } from "../src/index.ts";

/** A folder of its own that goes with everything in it. */
export interface Folder {
  /** Path of the database file; nothing is there until someone opens it. */
  readonly path: string;
  /** Opens a further connection to the file. */
  open(): SqliteDatabase;
  close(): Promise<void>;
}

export function createFolder(): Folder {
  const folder = mkdtempSync(join(tmpdir(), "chancery-sqlite-"));
  const path = join(folder, "ca.db");
  const connections: DatabaseSync[] = [];
  return {
    path,
    open: () => {
      const connection = new DatabaseSync(path);
      connections.push(connection);
      return createSqliteDatabase(connection);
    },
    close: async () => {
      for (const connection of connections) if (connection.isOpen) connection.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A migrated file and two connections to it, as two processes hold them. */
export async function openTwice(): Promise<
  Folder & { readonly one: SqliteDatabase; readonly two: SqliteDatabase }
> {
  const folder = createFolder();
  const [one, two] = [folder.open(), folder.open()];
  await migrate(one);
  return { ...folder, one, two };
}

import { ConfigurationError } from "@chancery/core";
import type { SqliteDatabase } from "./database.ts";
import { initial } from "./migrations/0001-initial.ts";
import { addInventory } from "./migrations/0002-inventory.ts";
import { blockingly } from "./patience.ts";

interface Migration {
  readonly name: string;
  /** Runs inside the transaction of all that are missing. */
  readonly apply: (database: SqliteDatabase) => void;
}

/** In order; the version of a schema is the number of migrations in it. Only ever append. */
const migrations: readonly Migration[] = [
  { name: "initial", apply: ({ connection }) => connection.exec(initial) },
  { name: "inventory", apply: addInventory },
];

/**
 * Brings the schema of a database to the version of this package: all of it or nothing, and never backwards.
 *
 * Switches the file to write-ahead logging. Does nothing when all is up to date; several processes may call it at
 * once, and each returns when the schema is there.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a newer version of this package has migrated the database, or
 * the file cannot be used with write-ahead logging.
 * @throws {StoreError} `ERR_STORE_TRANSIENT`: the database is locked, full or read-only; nothing has changed.
 */
export async function migrate(database: SqliteDatabase): Promise<void> {
  const version = await database.patiently(() => schemaVersion(database));
  refuseNewer(version);
  if (version === migrations.length) return;
  const mode = await database.patiently(() => setWriteAheadLogging(database));
  // A database in memory has no log, and needs none.
  if (mode !== "wal" && mode !== "memory") {
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `journal_mode of the database is ${mode}, expected wal`,
    );
  }
  await withTemporaryFiles(database, () => database.write(() => applyMissing(database)));
}

/**
 * Refuses a database whose schema is not the one that this package was written for.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`.
 */
export function requireSchema(database: SqliteDatabase): void {
  const version = blockingly(database.connection, () => schemaVersion(database));
  refuseNewer(version);
  if (version < migrations.length) {
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `the database has schema version ${version}, expected ${migrations.length}: call migrate first`,
    );
  }
}

/** What undoes a migration is as large as the tables that it rewrites: too large for memory. */
async function withTemporaryFiles({ connection }: SqliteDatabase, run: () => Promise<void>): Promise<void> {
  connection.exec("PRAGMA temp_store = FILE");
  try {
    await run();
  } finally {
    if (connection.isOpen) connection.exec("PRAGMA temp_store = MEMORY");
  }
}

function applyMissing(database: SqliteDatabase): void {
  database.connection.exec(`
    CREATE TABLE IF NOT EXISTS chancery_migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT
  `);
  const version = schemaVersion(database);
  refuseNewer(version);
  const record = database.prepare("INSERT INTO chancery_migration (version, name) VALUES (?, ?)");
  for (const [index, { name, apply }] of migrations.entries()) {
    if (index < version) continue;
    apply(database);
    record.run(index + 1, name);
  }
}

function schemaVersion({ prepare }: SqliteDatabase): number {
  const table = prepare("SELECT 1 FROM sqlite_schema WHERE name = 'chancery_migration'").get();
  if (table === undefined) return 0;
  const latest = "SELECT coalesce(max(version), 0) AS version FROM chancery_migration";
  return prepare<{ readonly version: number }>(latest).get()?.version ?? 0;
}

function refuseNewer(version: number): void {
  if (version > migrations.length) {
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `the database has schema version ${version}, newer than version ${migrations.length} of this package: update it`,
    );
  }
}

function setWriteAheadLogging({ prepare }: SqliteDatabase): string | undefined {
  return prepare<{ readonly journal_mode: string }>("PRAGMA journal_mode = WAL").get()?.journal_mode;
}

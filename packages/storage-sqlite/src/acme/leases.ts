import type { SqliteDatabase } from "../database.ts";
import { requireSchema } from "../migrate.ts";

/**
 * Makes every task of a directory due, whoever holds a lease on it, so that what a process left behind when it was
 * killed goes on at once.
 *
 * For a process that knows it is the only one on the database, before it starts the directory. Anybody else's task would
 * be done twice, and the fence would keep the older result out. A validation that waits for its next attempt makes it now.
 *
 * @param query.now - Milliseconds since 1970 UTC.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the schema is older or newer than this package; see `migrate`.
 * @throws {StoreError} `ERR_STORE_TRANSIENT`: nothing happened; the message says what to do.
 */
export async function endLeases(
  database: SqliteDatabase,
  { directoryId, now }: { readonly directoryId: string; readonly now: number },
): Promise<void> {
  requireSchema(database);
  const statements = ["validation", "finalization"].map((kind) =>
    database.prepare(
      `UPDATE chancery_acme_${kind}_task SET due_at = ?1 WHERE directory_id = ?2 AND due_at > ?1`,
    ),
  );
  await database.write(() => {
    for (const statement of statements) statement.run(now, directoryId);
  });
}

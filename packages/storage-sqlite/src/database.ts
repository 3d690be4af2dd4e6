import type { DatabaseSync } from "node:sqlite";
import { ConfigurationError } from "@chancery/core";
import { createCommitQueue, type SqliteStatistics } from "./commit-queue.ts";
import { blockingly, patiently, type Wait, waitOnTimer } from "./patience.ts";
import { storeErrorFrom } from "./sqlite-error.ts";

/**
 * A database that stores share: however many stores work on it, the transitions that meet in one turn of the event
 * loop become durable with one commit.
 *
 * Users create it, migrate it and hand it to stores. The other members are for stores.
 */
export interface SqliteDatabase {
  /** The connection as it was handed in; whoever opened it closes it, after the stores are idle. */
  readonly connection: DatabaseSync;
  /** Prepares a statement whose rows have the columns of `Row`. */
  prepare<Row = never>(sql: string): Statement<Row>;
  /**
   * Reads at once, outside the queue; sees everything that was committed.
   *
   * @throws {StoreError} `ERR_STORE_TRANSIENT`: the database cannot be read now; the message says what to do.
   */
  read<Result>(query: () => Result): Promise<Result>;
  /**
   * Runs a transition in the next transaction, together with what else waits, and answers once that is durable.
   * A transition that throws is undone alone. It must be synchronous.
   *
   * @throws {StoreError} `ERR_STORE_TRANSIENT`: nothing happened (locked, full, read-only, ...); the message says
   * what to do.
   */
  write<Result>(transition: () => Result): Promise<Result>;
  /**
   * Repeats, for some seconds and without blocking, what fails while another process holds a lock.
   *
   * @throws {StoreError} `ERR_STORE_TRANSIENT`: the lock stays, or something else is wrong.
   */
  patiently<Result>(attempt: () => Result): Promise<Result>;
  /** Counts since creation, for metrics. */
  statistics(): SqliteStatistics;
}

/** A prepared statement; parameters are positional. */
export interface Statement<Row> {
  /** The first row; undefined when there is none. */
  get(...values: readonly SqlValue[]): Row | undefined;
  all(...values: readonly SqlValue[]): Row[];
  /** Returns the number of rows changed. */
  run(...values: readonly SqlValue[]): number;
}

/** What a parameter can be. Never undefined: versions of Node disagree about what that means. */
export type SqlValue = Uint8Array | number | string | null;

/** Options of {@link createSqliteDatabase}. */
export interface SqliteDatabaseOptions {
  /** How to wait between attempts to get the write lock; default: a timer. */
  readonly wait?: Wait;
}

/**
 * Prepares an open connection of `node:sqlite` for stores.
 *
 * Sets what is a matter of the connection: `synchronous=FULL`, so that what is answered survives a loss of power;
 * `foreign_keys`; `temp_store=MEMORY`, so that what undoes a single transition is not written to a file; and a
 * `busy_timeout` of 10 ms, because SQLite blocks the event loop while it waits. The rest of the waiting for other
 * processes, some 5 seconds, leaves the event loop free.
 *
 * Give Chancery a connection of its own: a transaction that other code begins on it would hold up every store.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the connection is closed or inside a transaction.
 */
export function createSqliteDatabase(
  connection: DatabaseSync,
  { wait = waitOnTimer }: SqliteDatabaseOptions = {},
): SqliteDatabase {
  if (!connection.isOpen || connection.isTransaction) {
    const state = connection.isOpen ? "inside a transaction" : "closed";
    throw new ConfigurationError("ERR_OPTION_INVALID", `connection is ${state}, expected an idle one`);
  }
  blockingly(connection, () =>
    connection.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY"),
  );
  const { write, statistics } = createCommitQueue(connection, wait);
  return Object.freeze<SqliteDatabase>({
    connection,
    prepare: (sql) => prepare(connection, sql),
    async read(query) {
      try {
        return query();
      } catch (error) {
        throw storeErrorFrom(error);
      }
    },
    write,
    async patiently(attempt) {
      try {
        return await patiently(attempt, wait);
      } catch (error) {
        throw storeErrorFrom(error);
      }
    },
    statistics,
  });
}

/** The row that a statement with RETURNING has just written. */
export function written<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error("a statement wrote no row, expected one");
  return row;
}

function prepare<Row>(connection: DatabaseSync, sql: string): Statement<Row> {
  const statement = connection.prepare(sql);
  // The options of the connection may say otherwise.
  statement.setReadBigInts(false);
  statement.setReturnArrays(false);
  return {
    get: (...values) => statement.get(...values) as Row | undefined,
    all: (...values) => statement.all(...values) as Row[],
    run: (...values) => Number(statement.run(...values).changes),
  };
}

import { StoreError } from "@chancery/core";

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html. */
const BUSY = 5;
const LOCKED = 6;
const PROTOCOL = 15;

const advice: Readonly<Record<number, string>> = {
  [BUSY]: "the database stays locked: another process holds a write transaction open",
  [LOCKED]: "the database stays locked: another statement of this connection is running",
  7: "out of memory: give the process more",
  8: "the database is read-only: let this process write to the file and to its folder",
  10: "reading or writing the disk failed: look at the disk and at the log of the system",
  11: "the database is corrupt: keep a copy of the file and restore a backup",
  13: "the disk or the database is full: make room, or raise max_page_count",
  14: "the database or its -wal file cannot be opened: look at the path and its permissions",
  [PROTOCOL]: "the database stays locked: other processes are opening it",
  26: "the file is not a database: restore a backup",
};

const UNIQUE_VIOLATIONS: readonly number[] = [1555, 2067, 2579];
const FOREIGN_KEY_VIOLATION = 787;
const CONSTRAINT = 19;

/** Tells whether an error says that somebody else holds a lock, so that the same attempt may succeed soon. */
export function isBusy(error: unknown): boolean {
  const result = resultCode(error);
  return result !== undefined && [BUSY, LOCKED, PROTOCOL].includes(result % 256);
}

/**
 * What a store says for an error of node:sqlite: a {@link StoreError} with the error as its cause. Anything that is
 * not an error of the database, and a violated `CHECK`, is a mistake in a program and comes back as it is.
 */
export function storeErrorFrom(error: unknown): unknown {
  if (isClosed(error)) {
    return new StoreError("ERR_STORE_TRANSIENT", "the database is closed", { cause: error });
  }
  const result = resultCode(error);
  if (result === undefined || !(error instanceof Error)) return error;
  if (UNIQUE_VIOLATIONS.includes(result)) {
    return new StoreError("ERR_STORE_CONFLICT", `a unique value is taken: ${columnsOf(error)}`, {
      cause: error,
    });
  }
  if (result === FOREIGN_KEY_VIOLATION) {
    return new StoreError("ERR_STORE_NOT_FOUND", "a row that this one refers to is absent", { cause: error });
  }
  if (result % 256 === CONSTRAINT) return error;
  const message = advice[result % 256] ?? `the database answered with result code ${result}`;
  return new StoreError("ERR_STORE_TRANSIENT", message, { cause: error });
}

/** The extended result code; its lowest octet is the primary one. */
function resultCode(error: unknown): number | undefined {
  const isSqliteError = error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
  return isSqliteError && "errcode" in error && typeof error.errcode === "number" ? error.errcode : undefined;
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_INVALID_STATE";
}

/** `UNIQUE constraint failed: table.column, table.column`: names of our own schema, no values. */
function columnsOf({ message }: Error): string {
  return message.slice(message.indexOf(": ") + 2);
}

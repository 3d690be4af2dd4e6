import { closeSync, openSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StartRefusal } from "../start-refusal.ts";
import { hasCode, privateFile } from "./files.ts";

/** Keeps other processes out of a data directory. */
export interface DirectoryLock {
  /** Lets others in. A second call does nothing. */
  release(): Promise<void>;
}

/**
 * Locks a data directory for this process.
 *
 * The lock is an exclusive transaction on an SQLite file of its own, so the system lifts it when the process ends in whatever way,
 * `kill -9` included, and nobody ever has to judge whether a file with a process id is stale. The file `pid` beside it
 * only tells people whom to look for.
 *
 * @throws {StartRefusal} Another process has the directory; the message names its process id.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const pidFile = join(directory, "pid");
  const connection = openLockFile(join(directory, "lock"));
  try {
    // Nothing is ever written, so there is nothing that a journal would have to roll back.
    connection.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    connection.close();
    if (!isBusy(error)) throw error;
    throw new StartRefusal(
      `the data directory ${directory} is in use by another process${await ownerOf(pidFile)}: stop that one first`,
    );
  }
  try {
    await writeFile(pidFile, `${process.pid}\n`, { mode: privateFile });
  } catch (error) {
    connection.close();
    throw error;
  }
  return Object.freeze<DirectoryLock>({
    async release() {
      if (!connection.isOpen) return;
      await rm(pidFile, { force: true });
      if (connection.isOpen) connection.close();
    },
  });
}

/** Opens the file without ever closing one that exists: that would lift a lock of this process (fcntl, POSIX.1-2017). */
function openLockFile(path: string): DatabaseSync {
  try {
    closeSync(openSync(path, "wx", privateFile));
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  return new DatabaseSync(path, { timeout: 0 });
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === sqliteBusy;
}

/** SQLITE_BUSY, https://sqlite.org/rescode.html#busy */
const sqliteBusy = 5;

async function ownerOf(pidFile: string): Promise<string> {
  const text = await readFile(pidFile, "utf8").catch(() => "");
  return /^\d+\n$/.test(text) ? ` (process ${text.trim()})` : "";
}

import type { DatabaseSync } from "node:sqlite";
import { isBusy } from "./sqlite-error.ts";

/** Waits without blocking anyone; the promise resolves after that many milliseconds. */
export type Wait = (milliseconds: number) => Promise<void>;

/** Together 5 seconds. SQLite itself waits for {@link BUSY_TIMEOUT} in each attempt, and blocks the event loop for it. */
const pauses: readonly number[] = [1, 2, 4, 8, 16, 32, ...Array<number>(99).fill(50)];

/** How long SQLite may block the event loop while it waits for a lock, in milliseconds. */
export const BUSY_TIMEOUT = 10;

/** Waits by the clock of the system. */
export const waitOnTimer: Wait = (milliseconds) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Repeats what fails because another process holds a lock, for some 5 seconds of pauses that leave the event loop
 * free, then throws the last error. Any other error is thrown at once.
 */
export async function patiently<Result>(attempt: () => Result, wait: Wait): Promise<Result> {
  for (const pause of pauses) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
    await wait(pause);
  }
  return attempt();
}

/** Lets SQLite wait for locks up to 5 seconds and block the event loop meanwhile: for what runs while things start. */
export function blockingly<Result>(connection: DatabaseSync, attempt: () => Result): Result {
  connection.exec("PRAGMA busy_timeout = 5000");
  try {
    return attempt();
  } finally {
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
  }
}

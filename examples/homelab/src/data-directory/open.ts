import { access, constants, mkdir, stat } from "node:fs/promises";
import { StartRefusal } from "../start-refusal.ts";
import { refusalOf } from "./files.ts";
import { type DirectoryLock, lockDirectory } from "./lock.ts";

/**
 * Opens a data directory for this process alone; creates it, with mode 0700, where there is none.
 *
 * @throws {StartRefusal} It cannot be created or written, is no directory, is open to writers of another account, or is in use.
 */
export async function openDataDirectory(path: string): Promise<DirectoryLock> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    assertOwn(path, await stat(path));
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return await lockDirectory(path);
  } catch (error) {
    throw refusalOf(error, `the data directory ${path}`, "written");
  }
}

function assertOwn(path: string, { mode, uid }: { readonly mode: number; readonly uid: number }): void {
  if (process.platform === "win32") return;
  const user = process.getuid?.() ?? uid;
  if (uid !== user && uid !== superuser) {
    throw new StartRefusal(
      `the data directory ${path} belongs to user ${uid} and the server runs as user ${user}, so the other one could exchange its keys: run chown -R ${user} ${path}`,
    );
  }
  if ((mode & 0o022) === 0) return;
  throw new StartRefusal(
    `the data directory ${path} can be written by other users, so they could exchange its keys: run chmod 700 ${path}`,
  );
}

/** Who can do everything anyway. */
const superuser = 0;

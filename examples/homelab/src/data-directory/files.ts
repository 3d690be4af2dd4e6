import { randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { StartRefusal } from "../start-refusal.ts";

/** Everything the server writes is its own business: nobody else may read it. */
export const privateFile = 0o600;

/**
 * Writes a file so that it is there as a whole or not at all, also after a loss of power, and readable by its owner only.
 *
 * An existing file is replaced. Mode 0600.
 */
export async function writeDurably(path: string, content: string): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}`);
  try {
    await writeSynced(beside, content);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/**
 * Creates a directory with its files so that it is there with all of them or not at all. Mode 0700, files 0600.
 *
 * What an attempt that was interrupted left behind is removed.
 *
 * @param files - Contents by file name.
 */
export async function createDirectoryDurably(
  path: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const [parent, prefix] = [dirname(path), `.${basename(path)}.`];
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
  }
  const beside = join(parent, prefix + randomBytes(6).toString("hex"));
  await mkdir(beside, { mode: 0o700 });
  for (const [name, content] of Object.entries(files)) await writeSynced(join(beside, name), content);
  await syncDirectory(beside);
  await rename(beside, path);
  await syncDirectory(parent);
}

/**
 * Reads a file that others must not read, or must not change.
 *
 * Synchronous: a start does nothing else meanwhile, and what it waits for next can begin the sooner.
 *
 * @param refusedMode - Permission bits that the file must not have.
 * @returns The text; undefined when there is no such file.
 * @throws {StartRefusal} The file has one of these bits, or cannot be read by the server.
 */
export function readGuarded(path: string, refusedMode: number): string | undefined {
  try {
    assertPrivate(path, statSync(path).mode, refusedMode);
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw refusalOf(error, path, "read");
  }
}

/** For secrets that the server itself has written. */
export const groupAndOthers = 0o077;

/** For secrets that the operator has written: 0440 for a group of its own is a good habit. */
export const othersAndGroupWriters = 0o027;

/** For what is public, and yet decides whom the server trusts. */
export const writers = 0o022;

function assertPrivate(path: string, mode: number, refusedMode: number): void {
  // Windows has no such bits: Node reports every file as readable by all.
  const excess = process.platform === "win32" ? 0 : mode & refusedMode;
  if (excess === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  const verb = (excess & 0o044) === 0 ? "change" : "read";
  throw new StartRefusal(`${path} has mode ${octal}, so other users can ${verb} it: run chmod 600 ${path}`);
}

/** Whether an error of the system has this code. */
export function hasCode(
  error: unknown,
  ...codes: readonly string[]
): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error && codes.some((code) => code === error.code);
}

/** The sentence for a file that the system does not let the server have; other errors stay as they are. */
export function refusalOf(error: unknown, path: string, verb: "read" | "written"): unknown {
  const reason = hasCode(error, ...Object.keys(reasons)) ? reasons[error.code] : undefined;
  return reason === undefined
    ? error
    : new StartRefusal(`${path} cannot be ${verb}: ${reason}`, { cause: error });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EISDIR: "it is a directory",
  ELOOP: "it is a loop of symbolic links",
  ENOENT: "there is no such file or directory",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is not a directory",
  EPERM: "operation not permitted",
  EROFS: "the file system is read-only",
};

async function writeSynced(path: string, content: string): Promise<void> {
  const file = await open(path, "wx", privateFile);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory, and makes a rename durable by itself.
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

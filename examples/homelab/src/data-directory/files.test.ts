import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StartRefusal } from "../start-refusal.ts";
import {
  createDirectoryDurably,
  groupAndOthers,
  othersAndGroupWriters,
  readGuarded,
  writeDurably,
  writers,
} from "./files.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "chancery-files-"));
});
afterEach(() => rm(directory, { recursive: true }));

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

describe("writeDurably", () => {
  test("E-071: writes with mode 0600, whatever the file had before, and leaves nothing beside it", async () => {
    const path = join(directory, "secret");
    await writeFile(path, "old", { mode: 0o644 });
    await writeDurably(path, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await modeOf(path)).toBe("600");
    expect(await readdir(directory)).toEqual(["secret"]);
  });

  test("E-071: leaves the old file as it was when the new one cannot take its place", async () => {
    const path = join(directory, "secret");
    await mkdir(join(path, "in-the-way"), { recursive: true });
    await expect(writeDurably(path, "new")).rejects.toThrow();
    expect(await readdir(directory)).toEqual(["secret"]);
  });
});

describe("createDirectoryDurably", () => {
  test("E-071: creates a directory with mode 0700 and its files with 0600", async () => {
    const path = join(directory, "authority");
    await createDirectoryDurably(path, { "a.pem": "a", "b.pem": "b" });
    expect(await modeOf(path)).toBe("700");
    expect(await modeOf(join(path, "a.pem"))).toBe("600");
    expect(await readFile(join(path, "b.pem"), "utf8")).toBe("b");
  });

  test("removes what an interrupted attempt has left behind", async () => {
    await mkdir(join(directory, ".authority.0123456789ab"));
    await createDirectoryDurably(join(directory, "authority"), { "a.pem": "a" });
    expect(await readdir(directory)).toEqual(["authority"]);
  });
});

describe("readGuarded", () => {
  test.each([
    { mode: 0o600, refused: groupAndOthers, outcome: "read" },
    { mode: 0o400, refused: groupAndOthers, outcome: "read" },
    { mode: 0o640, refused: groupAndOthers, outcome: "so other users can read it" },
    { mode: 0o604, refused: groupAndOthers, outcome: "so other users can read it" },
    { mode: 0o620, refused: groupAndOthers, outcome: "so other users can change it" },
    { mode: 0o440, refused: othersAndGroupWriters, outcome: "read" },
    { mode: 0o444, refused: othersAndGroupWriters, outcome: "so other users can read it" },
    { mode: 0o460, refused: othersAndGroupWriters, outcome: "so other users can change it" },
    { mode: 0o644, refused: writers, outcome: "read" },
    { mode: 0o664, refused: writers, outcome: "so other users can change it" },
  ])("E-071: a file of mode $mode", async ({ mode, refused, outcome }) => {
    const path = join(directory, "secret");
    await writeFile(path, "content");
    await chmod(path, mode);
    if (outcome === "read") return expect(readGuarded(path, refused)).toBe("content");
    const refusal = new StartRefusal(
      `${path} has mode 0${mode.toString(8)}, ${outcome}: run chmod 600 ${path}`,
    );
    expect(() => readGuarded(path, refused)).toThrow(refusal);
  });

  test("answers undefined for a file that is not there", async () => {
    expect(readGuarded(join(directory, "none"), groupAndOthers)).toBeUndefined();
  });

  test("refuses a directory in its place", async () => {
    const path = join(directory, "secret");
    await mkdir(path, { mode: 0o700 });
    expect(() => readGuarded(path, groupAndOthers)).toThrow(`${path} cannot be read: it is a directory`);
  });
});

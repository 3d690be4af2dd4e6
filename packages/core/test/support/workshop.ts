import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What a program answered. */
export interface Answer {
  readonly ok: boolean;
  readonly output: string;
}

/** A folder of its own for foreign programs, gone after `dispose`. */
export interface Workshop {
  readonly folder: string;
  write(name: string, contents: string | Uint8Array): string;
  run(program: string, args: readonly string[], input?: string): Answer;
  dispose(): void;
}

/** Creates a folder in which foreign programs can be run on files. */
export function createWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), "chancery-core-"));
  return {
    folder,
    write(name, contents) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, contents);
      return path;
    },
    run(program, args, input) {
      const { status, stdout, stderr, error } = spawnSync(program, args, {
        cwd: folder,
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
        ...(input !== undefined && { input }),
      });
      if (error !== undefined) throw error;
      return { ok: status === 0, output: `${stdout}${stderr}` };
    },
    dispose() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether a program can be found on the path. */
export function isInstalled(program: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$0"', program]).status === 0;
}

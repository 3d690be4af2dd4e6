import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, test } from "vitest";

/** Where to run a program, and for how long. */
export interface RunOptions {
  /** Its working, home and temporary directory: what it writes without being told where lands here. */
  readonly directory: string;
  /** Added to an environment that is otherwise empty but for PATH. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Answers the path of a program, or undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  return searchPath()
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

/** `describe`, but skipped, saying what is missing, where one of the programs is not installed. */
export function describeWith(programs: readonly string[], name: string, body: () => void): void {
  const missing = missingAmong(programs);
  if (missing === "") describe(name, body);
  else describe.skip(`${name}: not installed: ${missing}`, body);
}

/** `test`, but skipped, saying what is missing, where the program is not installed. */
export function testWith(program: string, name: string, body: () => Promise<void>): void {
  const missing = missingAmong([program]);
  if (missing === "") test(name, { timeout: 60_000 }, body);
  else test.skip(`${name}: not installed: ${missing}`, body);
}

function missingAmong(programs: readonly string[]): string {
  const missing = programs.filter((program) => findProgram(program) === undefined).join(", ");
  // Reporters tell how many tests were skipped, and not which.
  if (missing !== "") console.warn(`skipped, because not installed: ${missing}`);
  return missing;
}

/**
 * Runs a program to its end and answers what it wrote, both streams together.
 *
 * @throws {Error} It ended with another exit code than 0; the message has all that it wrote.
 */
export function runProgram(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.directory,
      env: environmentIn(options),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: patience,
    });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${[command, ...args].join(" ")} ended with ${code ?? signal}\n${output}`));
    });
  });
}

/** After so many milliseconds a program is killed: it waits for something that will not come. */
const patience = 60_000;

/** The environment that {@link runProgram} gives to a program. */
export function environmentIn({ directory, environment }: RunOptions): Record<string, string> {
  const path = searchPath().join(delimiter);
  return { PATH: path, HOME: directory, TMPDIR: directory, LC_ALL: "C.UTF-8", ...environment };
}

/** Without the tools of this repository, which clients have no business with. */
function searchPath(): readonly string[] {
  const directories = (process.env["PATH"] ?? "").split(delimiter);
  return directories.filter((directory) => directory !== "" && !directory.includes("node_modules"));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

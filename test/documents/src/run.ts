import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { writeModule } from "./module.ts";
import type { Program, Step } from "./program.ts";
import { marker } from "./steps.ts";

/** Where and for how long programs run. */
export interface Surroundings {
  /** The working directory. Packages are found from here. */
  readonly directory: string;
  /** Milliseconds after which a program is stopped. */
  readonly timeout: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs programs one after another.
 *
 * @throws {Error} The first that failed, wrote to standard error, ran too long or printed something else than it should have.
 */
export async function runPrograms(
  programs: readonly Program[],
  surroundings: Surroundings,
): Promise<readonly Printed[]> {
  const printed: Printed[] = [];
  for (const program of programs) {
    const module = writeProgram(program, surroundings.directory);
    printed.push(...(await runModule(module, program, surroundings)));
  }
  return printed;
}

/** What a block has printed. */
export interface Printed {
  readonly line: number;
  readonly output: string;
}

/** Writes the files of a program, and the module that its steps are; returns the path of that. */
export function writeProgram(program: Program, directory: string): string {
  for (const { name, contents } of program.files) write(join(directory, name), contents);
  const path = join(directory, `line-${program.steps[0]?.line ?? 0}.mts`);
  write(path, writeModule(program));
  return path;
}

function write(path: string, contents: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}

async function runModule(
  module: string,
  { title, steps }: Program,
  { directory, timeout, env }: Surroundings,
): Promise<readonly Printed[]> {
  const node = spawn(process.execPath, ["--conditions=@chancery/source", "--no-warnings", module], {
    cwd: directory,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout,
  });
  const ended = new Promise<string>((resolve, reject) => {
    node.on("error", reject);
    node.on("close", (status, signal) => resolve(signal ?? `${status}`));
  });
  const [end, output, errors] = await Promise.all([ended, text(node.stdout), text(node.stderr)]);
  if (end !== "0" || errors !== "") throw new Error(`${title}: ended with ${end}\n${output}${errors}`);
  const printed = readPrinted(output);
  for (const step of steps) assertPrinted(title, step, printed);
  return printed;
}

function readPrinted(output: string): readonly Printed[] {
  return output
    .split(marker)
    .slice(1)
    .map((part) => {
      const end = part.indexOf("\n");
      return { line: Number(part.slice(0, end)), output: part.slice(end + 1) };
    });
}

function assertPrinted(title: string, { line, expected }: Step, printed: readonly Printed[]): void {
  const actual = printed.find((one) => one.line === line)?.output;
  if (actual === undefined) throw new Error(`${title}: the block at line ${line} did not run`);
  if (expected === undefined || actual === expected) return;
  throw new Error(`${title}: the block at line ${line} printed\n${actual}and not\n${expected}`);
}

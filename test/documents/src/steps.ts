import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** Ends what the block before has printed and begins what the block at `line` prints. */
export function begin(line: number): void {
  process.stdout.write(`${marker}${line}\n`);
}

/** No block prints this. */
export const marker: string = "\0";

/**
 * Runs a shell block; other tasks of the process go on meanwhile. What it writes to standard error is shown when it fails.
 *
 * @throws {Error} It exited with another status than 0.
 */
export async function shell(line: number, code: string): Promise<void> {
  begin(line);
  const bash = spawn("bash", ["-euo", "pipefail", "-c", code], { stdio: ["ignore", "inherit", "pipe"] });
  const closed = new Promise<number | null>((resolve, reject) => {
    bash.on("error", reject);
    bash.on("close", resolve);
  });
  const [status, errors] = await Promise.all([closed, text(bash.stderr)]);
  if (status !== 0) throw new Error(`the block at line ${line} exited with ${status}:\n${errors}`);
}

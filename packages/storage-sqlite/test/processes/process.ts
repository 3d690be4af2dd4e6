import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A process that runs a script straight from source. */
export interface Child {
  /** Its lines, as they come; ends with the process. */
  readonly lines: AsyncIterable<string>;
  /** Waits until it says this line; lines before it are skipped. */
  line(expected: string): Promise<void>;
  /** Waits for its next line; undefined once it has ended. */
  next(): Promise<string | undefined>;
  send(line: string): void;
  /** `kill -9`: no handler runs, nothing is flushed. */
  kill(): void;
  /** Its exit code; null when it was killed. */
  exit(): Promise<number | null>;
}

export function startProcess(script: URL, args: readonly string[]): Child {
  const path = fileURLToPath(script);
  const flags = ["--conditions=@chancery/source", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, path, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const lines = createInterface({ input: child.stdout });
  const reader = lines[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => {
    const result = await reader.next();
    return result.done ? undefined : result.value;
  };
  return {
    lines: { [Symbol.asyncIterator]: () => reader },
    next,
    line: async (expected) => {
      for (let line = await next(); line !== undefined; line = await next()) {
        if (line === expected) return;
      }
      throw new Error(`${path} ended before it said ${expected}`);
    },
    send: (line) => child.stdin.write(`${line}\n`),
    kill: () => child.kill("SIGKILL"),
    exit: () => exited,
  };
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { environmentIn } from "./program.ts";

/** The homelab server as a process of its own, as `npm start -- --config FILE` runs it. */
export interface HomelabProcess {
  /** Resolves when the server answers requests; rejects with all that it wrote when it ends before. */
  readonly started: Promise<void>;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Sends SIGTERM and waits for the end. @throws {Error} The exit code was not 0. */
  stop(): Promise<void>;
  /** Sends SIGKILL and waits for the end. */
  kill(): Promise<void>;
  /** Lines of its log about what should not happen. */
  errors(): readonly string[];
}

/** Starts the server in `directory`. */
export function spawnHomelab(configurationFile: string, directory: string): HomelabProcess {
  const args = ["--conditions=@chancery/source", main, "--config", configurationFile];
  const child = spawn(process.execPath, args, {
    cwd: directory,
    env: environmentIn({ directory, environment: { NODE_COMPILE_CACHE: compileCache } }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ended = once(child, "close").then(() => undefined);
  const started = new Promise<void>((resolve, reject) => {
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes('"event":"server.started"')) resolve();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("close", () => reject(new Error(`the server did not start: ${endOf(child)}\n${output}`)));
  });
  // Whoever does not wait for the start hears of the end.
  started.catch(() => undefined);
  return Object.freeze<HomelabProcess>({
    started,
    ended,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      if (child.exitCode !== 0) throw new Error(`the server ended with ${endOf(child)}\n${output}`);
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    errors: () => output.split("\n").filter((line) => line.includes('"level":"error"')),
  });
}

const main = fileURLToPath(new URL("../../../examples/homelab/src/main.ts", import.meta.url));
const compileCache = fileURLToPath(new URL("../../../node_modules/.cache/compile", import.meta.url));

function endOf({ exitCode, signalCode }: ChildProcess): string {
  return String(exitCode ?? signalCode);
}

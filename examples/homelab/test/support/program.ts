import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
/** The one that `npm start` sets. */
const compileCache = fileURLToPath(new URL("../../../../node_modules/.cache/compile", import.meta.url));

/** The server as a process of its own. */
export interface Program {
  readonly pid: number;
  /** Everything it has written so far. */
  output(): string;
  /** Resolves with the event once it is in the log; rejects when the process ends without it. */
  logged(event: string): Promise<LogLine>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended. */
  ended(): Promise<Exit>;
}

/** What a finished process leaves. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A line of the log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly event: string };

/** How a process is started. */
export interface ProgramOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** The account to run as; root only. */
  readonly uid?: number;
}

const logLine = z.looseObject({ event: z.string() });

export function startProgram(
  args: readonly string[],
  { environment = {}, uid }: ProgramOptions = {},
): Program {
  const child = spawn(process.execPath, ["--conditions=@chancery/source", main, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: compileCache, ...environment },
    ...(uid !== undefined && { uid, gid: uid }),
  });
  if (child.pid === undefined) throw new Error("the program did not start");
  const streams = collect(child);
  const exit = Promise.all([once(child, "exit"), once(child, "close")]).then(
    ([[code, signal]]): Exit => ({ code, signal, ...streams.text }),
  );
  return {
    pid: child.pid,
    output: () => streams.text.stdout + streams.text.stderr,
    logged: (event) => Promise.race([streams.logged(event), exit.then(endedEarly(event))]),
    kill: (signal) => void child.kill(signal),
    ended: () => exit,
  };
}

function endedEarly(event: string): (exit: Exit) => never {
  return (exit) => {
    throw new Error(`ended without ${event}: ${JSON.stringify(exit)}`);
  };
}

function collect(child: ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream }) {
  const text = { stdout: "", stderr: "" };
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  child.stderr.on("data", (chunk) => {
    text.stderr += String(chunk);
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    text.stdout += `${line}\n`;
    if (line.startsWith("{")) lines.push(logLine.parse(JSON.parse(line)));
    for (const look of waiting) look();
  });
  return {
    text,
    logged: (event: string) =>
      new Promise<LogLine>((resolve) => {
        const look = (): void => {
          const found = lines.find((line) => line.event === event);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** The server, once it answers. */
export interface RunningServer {
  readonly program: Program;
  readonly baseUrl: string;
  readonly directoryUrl: string;
  readonly rootFingerprint: string;
  /** Stops it cleanly. */
  stop(): Promise<Exit>;
}

const started = z.object({
  baseUrl: z.string(),
  directories: z.tuple([z.string()], z.string()),
  rootFingerprint: z.string(),
});

export async function startServer(configFile: string, options?: ProgramOptions): Promise<RunningServer> {
  const program = startProgram(["--config", configFile], options);
  const { baseUrl, directories, rootFingerprint } = started.parse(await program.logged("server.started"));
  return {
    program,
    baseUrl,
    directoryUrl: directories[0],
    rootFingerprint,
    stop() {
      program.kill("SIGTERM");
      return program.ended();
    },
  };
}

/** Runs a server that is expected not to start. */
export async function runToEnd(args: readonly string[], options?: ProgramOptions): Promise<Exit> {
  return startProgram(args, options).ended();
}

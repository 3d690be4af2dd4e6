import { parseArgs } from "node:util";
import type { Configuration, LogConfiguration } from "./configuration/configuration.ts";
import { readConfiguration } from "./configuration/read.ts";
import { type Homelab, startHomelab } from "./homelab.ts";
import { createLog, describeError, type Log } from "./log/log.ts";
import { introduce, nextCommands } from "./next-steps.ts";
import { StartRefusal } from "./start-refusal.ts";
import { obeySignals } from "./stop-signal.ts";

/**
 * Runs the server as a program: reads the command line, starts, and ends the process when a signal says so.
 *
 * Exit codes: 0 after a clean stop, 78 when the configuration is at fault, 1 for everything else.
 *
 * @param args - The command line after the name of the program.
 */
export async function run(args: readonly string[]): Promise<void> {
  try {
    const file = readArguments(args);
    if (file === undefined) process.stdout.write(usage);
    else await serve(await readConfiguration(file));
  } catch (error) {
    if (!(error instanceof StartRefusal)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(error.exitCode);
  }
}

const usage = `usage: npm start -- --config FILE

  --config FILE   the configuration; examples/homelab/chancery.example.yaml is one to begin with
  --help          this text
`;

/** Answers the configuration file, or undefined when somebody wants help. */
function readArguments(args: readonly string[]): string | undefined {
  const options = { config: { type: "string", short: "c" }, help: { type: "boolean", short: "h" } } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help === true) return undefined;
    if (values.config !== undefined) return values.config;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartRefusal(`the command line cannot be read: ${reason}\n${usage}`, { exitCode: 78, cause });
  }
  throw new StartRefusal(`no configuration file is given\n${usage}`, { exitCode: 78 });
}

async function serve(configuration: Configuration): Promise<void> {
  const format = chooseFormat(configuration.log);
  const log = createProcessLog(configuration.log, format);
  let homelab: Homelab | undefined;
  let stopSignal: string | undefined;
  const stopWhenPossible = (): void => {
    if (homelab !== undefined && stopSignal !== undefined) void stop(homelab, log, stopSignal);
  };
  obeySignals(process, {
    stop(signal) {
      stopSignal = signal;
      stopWhenPossible();
    },
    force(signal) {
      log("warn", "server.killed", { signal });
      process.exit(1);
    },
    now: () => performance.now(),
  });
  homelab = await startHomelab(configuration, { log, environment: process.env });
  announce(homelab, configuration, log, format);
  stopWhenPossible();
}

function chooseFormat({ format }: LogConfiguration): "json" | "pretty" {
  if (format !== "auto") return format;
  return process.stdout.isTTY ? "pretty" : "json";
}

function createProcessLog({ level }: LogConfiguration, format: "json" | "pretty"): Log {
  const { stdout } = process;
  // Whoever reads the log may go away; the server stays.
  stdout.on("error", () => undefined);
  const log = createLog({ level, format, write: (line) => void stdout.write(line), clock: () => new Date() });
  process.on("uncaughtException", (error) => {
    log("error", "server.crashed", describeError(error));
    process.exit(1);
  });
  return log;
}

function announce(homelab: Homelab, configuration: Configuration, log: Log, format: "json" | "pretty"): void {
  const { baseUrl, directories, rootFingerprint } = homelab;
  const commands = nextCommands(homelab, configuration);
  log("info", "server.started", {
    baseUrl,
    directories: directories.map(({ url }) => url),
    rootFingerprint,
    pid: process.pid,
    ...(format === "json" && { commands: commands.map(({ command }) => command) }),
  });
  if (format === "pretty") process.stdout.write(introduce(homelab, commands));
}

async function stop(homelab: Homelab, log: Log, signal: string): Promise<void> {
  log("info", "server.stopping", { signal });
  await homelab.stop();
  log("info", "server.stopped");
  process.exit(0);
}

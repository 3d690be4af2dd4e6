// The one entry behind every script of package.json: `node scripts/go.mjs <task> [arguments]`.
// Installs what the lockfile says when that is not yet installed, then runs the task on the pinned Node.
// Plain JavaScript without a dependency, because it starts on whatever Node (>= 18) and npm a machine has.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");
const callerDirectory = process.env.INIT_CWD ?? process.cwd();
const isWindows = process.platform === "win32";
const environment = childEnvironment();
const signals = isWindows ? ["SIGINT", "SIGTERM"] : ["SIGINT", "SIGTERM", "SIGHUP"];

const tasks = {
  install: async () => {},
  build: (rest) => run("turbo", ["run", "build", "--output-logs=errors-only", ...rest]),
  check: (rest) => run("node", ["scripts/check.mjs", ...rest]),
  lint: async (rest) => {
    await run("biome", ["check", ...rest]);
    await run("oxlint", ["--type-aware", ...rest]);
  },
  format: (rest) => run("biome", ["check", "--write", ...rest]),
  test: (rest) => run("vitest", ["run", ...rest]),
  demo: (rest) => runSource("examples/demo/src/main.ts", rest),
  start: (rest) => runSource("examples/homelab/src/main.ts", rest),
  "bench:issuance": (rest) => runSource("bench/src/issuance.ts", rest),
  "bench:crl": (rest) => runSource("bench/src/crl.ts", rest),
  "bench:acme": (rest) => runSource("bench/src/acme.ts", rest),
};

const [name = "", ...rest] = process.argv.slice(2);
if (!Object.hasOwn(tasks, name)) {
  console.error(`usage: node scripts/go.mjs <task> [arguments]\ntasks: ${Object.keys(tasks).join(", ")}`);
  process.exit(2);
}
await install();
requireNode();
await tasks[name](rest);

/** Runs a TypeScript file from source; relative paths among its arguments mean the directory npm was called in. */
function runSource(file, args) {
  // Reading TypeScript is most of a start. The cache lies where the code lies: who could write the one could write the other.
  const env = { NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "compile"), ...environment };
  return run("node", ["--conditions=@chancery/source", join(root, file), ...args], {
    cwd: callerDirectory,
    env,
  });
}

async function install() {
  const stamp = join(root, "node_modules", ".go-stamp");
  const wanted = installedState();
  if (existsSync(join(bin, "turbo")) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  rmSync(stamp, { force: true });
  console.error("installing the development dependencies (only when pnpm-lock.yaml has changed)");
  const args = ["install", "--frozen-lockfile", "--prefer-offline", "--reporter=append-only"];
  const options = { env: { ...environment, CI: "true" }, stdio: ["ignore", 2, 2] };
  if (existsSync(join(bin, "pnpm"))) await run("pnpm", args, options);
  else await run("npx", ["--yes", `pnpm@${pnpmVersion()}`, ...args], options);
  writeFileSync(stamp, wanted);
}

function installedState() {
  const hash = createHash("sha256");
  for (const file of ["package.json", "pnpm-workspace.yaml", "pnpm-lock.yaml"]) {
    hash.update(readFileSync(join(root, file)));
  }
  return `${hash.digest("hex")} ${process.platform}-${process.arch}`;
}

function pnpmVersion() {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devEngines.packageManager.version;
}

/** On Linux the install brings the pinned Node; elsewhere the developer's own has to be new enough. */
function requireNode() {
  if (existsSync(join(bin, "node"))) return;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) return;
  console.error(`Node ${process.version} is too old: 22.19 or newer is needed`);
  process.exit(1);
}

/** Resolves when the command succeeded; ends this process with the command's exit code when it failed. */
function run(command, args, { cwd = root, env = environment, stdio = "inherit" } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio, shell: isWindows });
    const stopForwarding = forwardSignals(child);
    child.on("error", (error) => {
      console.error(`${command}: ${error.message}`);
      process.exit(127);
    });
    child.on("exit", (code, signal) => {
      stopForwarding();
      const exitCode = code ?? 128 + constants.signals[signal];
      if (exitCode !== 0) process.exit(exitCode);
      resolve();
    });
  });
}

function forwardSignals(child) {
  const sent = new Map();
  const forward = (signal) => {
    // A terminal sends Ctrl-C to the child too, and npm passes on what it got itself: one press is one signal.
    if (signal === "SIGINT" && process.stdin.isTTY) return;
    if (Date.now() - (sent.get(signal) ?? 0) < 500) return;
    sent.set(signal, Date.now());
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  return () => {
    for (const signal of signals) process.off(signal, forward);
  };
}

function childEnvironment() {
  const path = (process.env.PATH ?? "").split(delimiter).filter((entry) => entry !== "" && entry !== bin);
  const env = { ...process.env, DO_NOT_TRACK: "1", TURBO_TELEMETRY_DISABLED: "1" };
  env.PATH = [bin, ...path].join(delimiter);
  // npm describes this repository to its scripts; a nested package manager must not take that for its own.
  for (const key of Object.keys(env)) {
    if (/^npm_(package|lifecycle|node|execpath|command)/.test(key)) delete env[key];
  }
  return env;
}

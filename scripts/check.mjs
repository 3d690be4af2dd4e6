// `npm run check`: everything short of the tests. One line per step; the output of a step is shown when it fails.
// `npm run check -- lint types` runs only the steps of these names.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const packs = mkdtempSync(join(tmpdir(), "chancery-packs-"));
const published = readdirSync("packages").filter((name) =>
  existsSync(join("packages", name, "package.json")),
);

const steps = [
  ["format", "biome: format, imports, lint", [["biome", "check", "--error-on-warnings"]]],
  ["lint", "oxlint: type-aware lint", [["oxlint", "--type-aware", "--deny-warnings"]]],
  ["build", "turbo: build every package", [["turbo", "run", "build", "--output-logs=errors-only"]]],
  [
    "types",
    "tsc: packages, examples, tests, bench",
    [
      ["turbo", "run", "typecheck", "--output-logs=errors-only"],
      ["tsc", "--noEmit"],
    ],
  ],
  [
    "arrows",
    "dependency-cruiser: arrows between packages and folders",
    [["depcruise", "packages", "examples", "bench", "test", "--config", ".dependency-cruiser.cjs"]],
  ],
  ["packages", `publint, attw: ${published.length} packed packages`, packedPackages],
  ["unused", "knip: unused files, exports, dependencies", [["knip"]]],
  [
    "conformance",
    "requirement lists against the tests",
    [
      ["node", "--test", "scripts/*.test.mjs"],
      ["node", "scripts/conformance.mjs", "--check"],
    ],
  ],
];

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !steps.some(([step]) => step === name));
if (unknown.length > 0) {
  console.error(`no step named ${unknown.join(", ")}; steps: ${steps.map(([step]) => step).join(", ")}`);
  process.exit(2);
}

const started = Date.now();
const failed = [];
for (const [name, title, commands] of steps) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  await step(name, title, typeof commands === "function" ? commands : () => runAll(commands));
}
rmSync(packs, { recursive: true, force: true });
console.log(
  `${failed.length === 0 ? "check passed" : `check failed: ${failed.join(", ")}`} in ${since(started)}`,
);
process.exit(failed.length === 0 ? 0 : 1);

async function step(name, title, action) {
  const from = Date.now();
  process.stdout.write(`  ${name.padEnd(12)} ${title} ... `);
  const { ok, output } = await action();
  console.log(`${ok ? "ok" : "FAILED"} ${since(from)}`);
  if (ok) return;
  failed.push(name);
  console.log(output.trimEnd());
}

async function runAll(commands) {
  for (const [command, ...args] of commands) {
    const result = await run(command, args);
    if (!result.ok) return result;
  }
  return { ok: true, output: "" };
}

/** Looks at the tarballs that would be published, not at the workspace: publishConfig applies only to them. */
async function packedPackages() {
  for (const name of published) {
    const { version } = JSON.parse(readFileSync(join("packages", name, "package.json"), "utf8"));
    const tarball = join(packs, `chancery-${name}-${version}.tgz`);
    const result = await runAll([
      ["pnpm", "--dir", join("packages", name), "pack", "--pack-destination", packs],
      ["publint", "--strict", tarball],
      ["attw", tarball, "--profile", "esm-only", "--no-color", "--no-emoji"],
    ]);
    if (!result.ok) return result;
  }
  return { ok: true, output: "" };
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ ok: false, output: `${command}: ${error.message}` }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

function since(start) {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}

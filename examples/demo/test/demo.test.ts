import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const directory = mkdtempSync(join(tmpdir(), "chancery-demo-test-"));

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("tells the story to its end, ends with 0, and leaves nothing behind", { timeout: 60_000 }, async () => {
  const demo = startDemo();
  await demo.ended;
  expect(demo.process.exitCode, demo.output()).toBe(0);
  expect(demo.output()).toMatch(
    /^1\. Start a CA.*^2\. Get a certificate.*^3\. Serve .*"It works!" over TLSv1\.3/ms,
  );
  expect(demo.output()).toContain("refused, as it should be: unable to get local issuer certificate");
  expect(demo.output()).not.toContain("\x1b");
  expect(existsSync(demo.workingDirectory())).toBe(false);
});

test.for([
  { signal: "SIGINT", exitCode: 130 },
  { signal: "SIGTERM", exitCode: 143 },
] as const)(
  "$signal in the middle ends it with $exitCode and leaves nothing behind",
  {
    timeout: 60_000,
  },
  async ({ signal, exitCode }) => {
    const demo = startDemo();
    await demo.says("ACME directory");
    demo.process.kill(signal);
    await demo.ended;
    expect(demo.process.exitCode, demo.output()).toBe(exitCode);
    expect(existsSync(demo.workingDirectory())).toBe(false);
  },
);

describe("--keep", () => {
  let demo: Demo;
  let commands: readonly string[];

  beforeAll(async () => {
    demo = startDemo("--keep");
    await demo.says(/ run\n$/);
    const [, after = ""] = demo.output().split("In another terminal:\n");
    commands = after.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  }, 60_000);

  afterAll(() => demo.process.kill("SIGKILL"));

  for (const [index, program] of ["curl", "openssl", "curl", "certbot", "lego"].entries()) {
    const runs = `the ${index + 1}. command that it prints works as it stands`;
    const body = async (): Promise<void> => {
      expect(commands[index]).toContain(program);
      const output = await runInShell(commands[index] ?? "");
      // The fingerprint that openssl prints is the one that was printed, which is all there is to compare.
      if (program === "openssl") expect(demo.output()).toContain(output.split("=")[1]?.trim());
    };
    if (isInstalled(program)) test(runs, { timeout: 60_000 }, body);
    else test.skip(`${runs}: not installed: ${program}`, body);
  }

  test("SIGTERM ends it with 0 and leaves nothing behind", async () => {
    demo.process.kill("SIGTERM");
    await demo.ended;
    expect(demo.process.exitCode, demo.output()).toBe(0);
    expect(existsSync(demo.workingDirectory())).toBe(false);
  });
});

interface Demo {
  readonly process: ChildProcess;
  readonly ended: Promise<unknown>;
  output(): string;
  workingDirectory(): string;
  /** Resolves when the output matches, rejects when it ends before. */
  says(expected: RegExp | string): Promise<void>;
}

function startDemo(...args: readonly string[]): Demo {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@chancery/source", main, ...args], {
    cwd: directory,
    env: { ...environment(), TMPDIR: directory },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  return {
    process: child,
    ended,
    output: () => output,
    workingDirectory: () => /working directory: (.+)/.exec(output)?.[1] ?? "no directory",
    async says(expected) {
      while (typeof expected === "string" ? !output.includes(expected) : !expected.test(output)) {
        if (child.exitCode !== null) throw new Error(`the demo ended with ${child.exitCode}: ${output}`);
        await Promise.race([once(child.stdout, "data"), ended]);
      }
    },
  };
}

async function runInShell(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)("sh", ["-c", command], { cwd: directory, env: environment() });
  return stdout;
}

function isInstalled(program: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { env: environment() });
    return true;
  } catch {
    return false;
  }
}

function environment(): Record<string, string> {
  const path = (process.env["PATH"] ?? "").split(":").filter((entry) => !entry.includes("node_modules"));
  return { PATH: path.join(":"), HOME: directory };
}

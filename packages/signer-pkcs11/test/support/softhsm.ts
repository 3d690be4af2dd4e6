import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addon, faultyToken } from "./build.ts";

/** Where packages of SoftHSM put the library. */
const libraries = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
  "/usr/local/lib/softhsm/libsofthsm2.so",
];

/** The PKCS#11 library of SoftHSM; empty where it is not installed. */
export const softHsmLibrary: string = libraries.find((path) => existsSync(path)) ?? "";

/** Whether tokens can be made and used here: SoftHSM, its tool, OpenSC's, and what `build.ts` compiles. */
export const hasSoftHsm: boolean =
  softHsmLibrary !== "" &&
  existsSync(addon) &&
  existsSync(faultyToken) &&
  ["softhsm2-util", "pkcs11-tool"].every((program) => spawnSync(program, ["--help"]).error === undefined);

/** The user PIN of every token. */
export const pin = "correct-horse-4711";

/** What the token with faults does wrong; see faulty-token.c. */
export type Fault =
  | "broken"
  | "careless"
  | "final-try"
  | "held"
  | "locked"
  | "no-generation"
  | "no-locking"
  | "no-mechanism"
  | "no-session"
  | "one-session"
  | "pulled"
  | "pulled-once"
  | "refusing"
  | "removed"
  | "short-signature"
  | "unreadable"
  | "verifies-only"
  | "wrong-signature";

/** Tokens of SoftHSM in a folder of their own, for this process. */
export interface SoftHsm {
  readonly folder: string;
  /** The library with faults, in front of SoftHSM. */
  readonly faultyLibrary: string;
  /** Runs pkcs11-tool as the user of a token; returns what it printed. */
  pkcs11Tool(tokenLabel: string, ...args: readonly string[]): string;
  /** Makes the library with faults faulty, or whole again. */
  setFault(fault?: Fault): void;
  /** The largest number of signatures that the library with faults made at the same time. */
  mostAtOnce(): number;
  dispose(): void;
}

/** Creates tokens. SoftHSM reads its configuration once in a process: call this once in a file, before anything else. */
export function createSoftHsm(...tokenLabels: readonly string[]): SoftHsm {
  const folder = mkdtempSync(join(tmpdir(), "chancery-softhsm-"));
  mkdirSync(join(folder, "tokens"));
  const configuration = join(folder, "softhsm2.conf");
  writeFileSync(configuration, `directories.tokendir = ${folder}/tokens\nlog.level = ERROR\n`);
  process.env["SOFTHSM2_CONF"] = configuration;
  process.env["FAULTY_TOKEN_LIBRARY"] = softHsmLibrary;
  process.env["FAULTY_TOKEN"] = folder;
  for (const label of tokenLabels) {
    run("softhsm2-util", [
      "--init-token",
      "--free",
      "--label",
      label,
      "--pin",
      pin,
      "--so-pin",
      "so-pin-4711",
    ]);
  }
  return {
    folder,
    faultyLibrary: faultyToken,
    pkcs11Tool: (label, ...args) =>
      run("pkcs11-tool", [
        "--module",
        softHsmLibrary,
        "--token-label",
        label,
        "--login",
        "--pin",
        pin,
        ...args,
      ]),
    setFault: (fault) => writeFileSync(join(folder, "fault"), fault ?? ""),
    mostAtOnce: () => Number(readFileSync(join(folder, "most-at-once"), "utf8")),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs a program that has to succeed; returns what it printed. */
export function run(program: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", cwd });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

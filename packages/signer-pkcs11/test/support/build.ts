import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * Compiles what the tests need, once: the native part of graphene-pk11, where node-gyp would have put it, and the token
 * with faults. Where that is not possible (no compiler, no headers of Node) the tests that need it skip themselves.
 *
 * It is not compiled when packages are installed: that would need a compiler, Python and a download on every machine.
 */
export function setup(): void {
  try {
    compile(addon, "c++", [
      ...["-shared", "-fPIC", "-std=c++17", "-O2"],
      ...["-DNODE_GYP_MODULE_NAME=pkcs11", "-DNAPI_DISABLE_CPP_EXCEPTIONS"],
      `-I${join(pkcs11js, "includes")}`,
      `-I${nodeHeaders}`,
      ...["dl", "common", "main"].map((name) => join(pkcs11js, "src", `${name}.cpp`)),
    ]);
    compile(faultyToken, "cc", [
      ...["-shared", "-fPIC", "-O1", "-Wall", "-Werror"],
      `-I${join(pkcs11js, "includes", "pkcs11")}`,
      faultyTokenSource,
      ...["-ldl", "-lpthread"],
    ]);
  } catch (error) {
    console.warn(
      `signer-pkcs11: most tests are skipped: ${error instanceof Error ? error.message : "cannot compile"}`,
    );
  }
}

const require = createRequire(createRequire(import.meta.url).resolve("graphene-pk11"));
const pkcs11js = dirname(require.resolve("pkcs11js/package.json"));
const nodeHeaders = join(dirname(dirname(realpathSync(process.execPath))), "include", "node");
const faultyTokenSource = join(import.meta.dirname, "faulty-token.c");

/** The native part of graphene-pk11. It speaks Node-API: one file serves every version of Node. */
export const addon: string = join(pkcs11js, "build", "Release", "pkcs11.node");

/** A PKCS#11 library in front of another, with faults; see faulty-token.c. */
export const faultyToken: string = join(
  import.meta.dirname,
  "../../node_modules/.cache",
  `faulty-token-${createHash("sha256").update(readFileSync(faultyTokenSource)).digest("hex").slice(0, 16)}.so`,
);

function compile(output: string, compiler: string, args: readonly string[]): void {
  if (existsSync(output)) return;
  mkdirSync(dirname(output), { recursive: true });
  const unfinished = `${output}.${process.pid}`;
  const { status, stderr, error } = spawnSync(compiler, [...args, "-o", unfinished], { encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${compiler} ended with ${status}\n${stderr}`);
  renameSync(unfinished, output);
}

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOpenSslRoot } from "./support/root.ts";
import { createSoftHsm, hasSoftHsm, pin, type SoftHsm } from "./support/softhsm.ts";

const packageFolder = join(import.meta.dirname, "..");
const readme = readFileSync(join(packageFolder, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```(ts|sh)\n([\s\S]*?)^```$/gm)]
  .map(([, language = "", code = ""]) => ({ language, code, firstLine: code.split("\n")[0] }))
  .filter(({ code }) => !code.startsWith("npm install"));

describe.skipIf(!hasSoftHsm)("README (softhsm2, opensc)", () => {
  let hsm: SoftHsm;

  beforeAll(() => {
    hsm = createSoftHsm("ca");
    createOpenSslRoot(hsm.folder);
    writeFileSync(join(hsm.folder, "ca.pin"), `${pin}\n`);
    const scope = join(hsm.folder, "node_modules", "@chancery");
    mkdirSync(scope, { recursive: true });
    symlinkSync(packageFolder, join(scope, "signer-pkcs11"));
    symlinkSync(join(packageFolder, "node_modules/@chancery/core"), join(scope, "core"));
  });
  afterAll(() => hsm.dispose());

  // In the order of the page: each goes on with the files of those before.
  test.each(blocks)("runs the $language block $firstLine", ({ language, code }) => {
    const [program, ...args] =
      language === "sh"
        ? ["sh", "-ec", code]
        : [
            process.execPath,
            "--conditions=@chancery/source",
            "--no-warnings",
            "--input-type=module-typescript",
            "--eval",
            code,
          ];
    const { status, stdout, stderr } = spawnSync(program ?? "", args, { cwd: hsm.folder, encoding: "utf8" });
    expect({ status, stderr: language === "sh" ? "" : stderr }).toEqual({ status: 0, stderr: "" });
    if (language === "ts") expect(stdout).not.toBe("");
  });

  test("shows three blocks that do something", () => {
    expect(blocks.map(({ language }) => language)).toEqual(["ts", "sh", "ts"]);
  });
});

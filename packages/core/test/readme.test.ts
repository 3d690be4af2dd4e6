import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { caErrorCodes } from "@chancery/core";
import { describe, expect, test } from "vitest";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const blocks = [...readme.matchAll(/^## (.*)\n(?:(?!^## )[\s\S])*?^```ts\n([\s\S]*?)^```$/gm)].map(
  ([, title = "", code = ""]) => ({
    title,
    code,
  }),
);

describe("README", () => {
  test("every ts block is one that runs below", () => {
    expect(blocks).toHaveLength(readme.split("```ts\n").length - 1);
  });

  test.each(blocks)("runs: $title", ({ code }) => {
    // Types are stripped, and the package finds itself by its name, as it would be found by those who install it.
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--conditions=@chancery/source", "--no-warnings", "--input-type=module-typescript", "--eval", code],
      { cwd: packageFolder, encoding: "utf8" },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).not.toBe("");
  });

  test("every error code is in the table", () => {
    const families = [...readme.matchAll(/`(ERR_[A-Z_]+)(\*?)`/g)];
    const missing = caErrorCodes.filter(
      (code) =>
        !families.some(([, name = "", star]) => (star === "" ? code === name : code.startsWith(name))),
    );
    expect(missing).toEqual([]);
    const unknown = families.filter(([, name = ""]) => !caErrorCodes.some((code) => code.startsWith(name)));
    expect(unknown).toEqual([]);
  });
});

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { certificateDefects } from "@chancery/core/testing";
import { describe, expect, test } from "vitest";

const folder = join(import.meta.dirname, "..");

describe("the README", () => {
  test("shows the files as they are, and no other code", () => {
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    const shown = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
    const files = ["src/service.ts", "src/client.ts", "test/service.test.ts", "test/service.node.ts"];
    expect(shown).toEqual(files.map((file) => readFileSync(join(folder, file), "utf8")));
    const kept = ["src", "test"].flatMap((name) =>
      readdirSync(join(folder, name)).map((file) => `${name}/${file}`),
    );
    expect(kept.toSorted()).toEqual([...files, "test/readme.test.ts"].toSorted());
  });
});

test("the tests for node:test pass under node --test", () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    ["--conditions=@chancery/source", "--test", "--test-reporter=tap", "test/service.node.ts"],
    { cwd: folder, encoding: "utf8" },
  );
  expect({ status, stdout }).toMatchObject({ status: 0 });
  expect(stdout).toContain(`# pass ${certificateDefects.length + 2}\n`);
});

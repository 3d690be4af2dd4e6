import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Reading, readPrograms } from "../src/program.ts";
import { runPrograms, type Surroundings, writeProgram } from "../src/run.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What the guides show to be possible. */
const shown: Readonly<Record<string, string>> = {
  "audit.md": "D-049",
  "intermediate-rollover.md": "D-010, D-011",
  "key-compromise.md": "B-153, D-032",
  "offline-root.md": "D-001, D-002",
};

const guides = readdirSync(join(root, "docs/guides")).map((name) => `docs/guides/${name}`);
const readmes = [
  "README.md",
  ...["core", "express-adapter", "http", "storage-sqlite"].map((name) => `packages/${name}/README.md`),
];

const area = mkdtempSync(join(tmpdir(), "chancery-documents-"));
afterAll(() => rmSync(area, { recursive: true, force: true }));
// Packages are found from here as they are where somebody has installed them.
writeFileSync(join(area, "package.json"), JSON.stringify({ type: "module" }));
symlinkSync(fileURLToPath(new URL("../node_modules", import.meta.url)), join(area, "node_modules"));

// Node keeps what it has compiled, and the documents import much the same: compiled once, before all of them ask at the same time.
const imports = ["core", "core/ocsp", "core/testing", "http", "storage-sqlite"].map(
  (name) => `@chancery/${name}`,
);
beforeAll(async () => {
  const markdown = `\`\`\`ts\n${imports.map((name) => `import "${name}";`).join("\n")}\n\`\`\``;
  await runPrograms(readPrograms("imports", markdown, "typescript"), surroundingsIn("imports"));
});

describe.concurrent("documents do what they say", () => {
  const isRunnable = ["bash", "openssl"].every(
    (program) => spawnSync(program, ["--version"]).error === undefined,
  );

  const named = guides.map((path) => ({ path, shows: shown[path.replace(/.*\//, "")] ?? "a guide" }));
  test.skipIf(!isRunnable).each(named)("$shows: $path (skipped without bash and openssl)", ({ path }) =>
    run(path, "everything"),
  );

  test.each(readmes)("%s", (path) => run(path, "typescript"));
});

test("documents are of the types that they import", () => {
  const folder = join(area, "types");
  for (const path of guides) write(path, "everything", folder);
  for (const path of readmes) write(path, "typescript", folder);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(compilation));
  const tsc = join(root, "node_modules/.bin/tsc");
  const { status, stdout } = spawnSync(tsc, ["--noEmit"], { cwd: folder, encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
});

test.each([...guides, ...readmes, "docs/issuance-cycle.md", "test/documents/README.md"])(
  "links lead to what is there: %s",
  (path) => {
    const targets = [...read(path).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = ""]) => target);
    const broken = targets.filter((target) => {
      const [file = "", heading] = target.split("#");
      const linked = file === "" ? path : join(dirname(path), file);
      if (!existsSync(join(root, linked))) return true;
      return heading !== undefined && !headingsOf(linked).includes(heading);
    });
    expect(broken).toEqual([]);
  },
);

/** The headings of a document, as links to them are written. */
function headingsOf(path: string): readonly string[] {
  return [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );
}

async function run(path: string, reading: Reading): Promise<void> {
  await runPrograms(readPrograms(path, read(path), reading), surroundingsIn(nameOf(path)));
}

function surroundingsIn(name: string): Surroundings {
  const directory = join(area, name);
  mkdirSync(directory);
  const { PATH } = process.env;
  return {
    directory,
    timeout: 60_000,
    env: { PATH, HOME: directory, LC_ALL: "C", TZ: "UTC", NODE_COMPILE_CACHE: join(area, "cache") },
  };
}

function write(path: string, reading: Reading, folder: string): void {
  for (const program of readPrograms(path, read(path), reading))
    writeProgram(program, join(folder, nameOf(path)));
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

function nameOf(path: string): string {
  return path.replaceAll("/", "-");
}

/** What readers check their own code with: strict, and no more. */
const compilation = {
  extends: join(root, "tsconfig.base.json"),
  compilerOptions: {
    declaration: false,
    declarationMap: false,
    exactOptionalPropertyTypes: false,
    isolatedDeclarations: false,
    noPropertyAccessFromIndexSignature: false,
    noUncheckedIndexedAccess: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
  },
  include: ["*/**/*.ts", "*/**/*.mts"],
};

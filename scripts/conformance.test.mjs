import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { claimedIds, parseRows, render, run } from "./conformance.mjs";
import { stringLiterals } from "./string-literals.mjs";

const known = ["A-001", "A-002", "A-004", "B-001", "case 1", "case 2", "case 3", "case 7"];

describe("string literals", () => {
  test("finds double, single and template quotes, with escapes", () => {
    assert.deepEqual(stringLiterals(`a("A-001"); b('it\\'s'); c(\`A-002\`)`), ["A-001", "it\\'s", "A-002"]);
  });

  test("passes over comments", () => {
    assert.deepEqual(stringLiterals(`// "A-001"\n/* 'A-002'\n "A-003" */ f("A-004") // don't`), ["A-004"]);
  });

  test("reads the chunks of a template and the literals inside its placeholders", () => {
    assert.deepEqual(stringLiterals("`a ${f({ x: \"b\" }, `c ${1} d`)} e $5`; g('f')"), [
      "a ",
      "b",
      "c ",
      " d",
      " e $5",
      "f",
    ]);
  });

  test("tells a regular expression from a division", () => {
    assert.deepEqual(stringLiterals(`x.replace(/["'\`/]/g, "a"); y = b / c; z = "d" / 2; return /'/;`), [
      "a",
      "d",
    ]);
  });

  test("passes over the names of tests that do not run", () => {
    const source = `test.skip("A-001", f); it.todo('A-002'); test.skipIf(x)("A-004", f); describe("B-001", f);`;
    assert.deepEqual(stringLiterals(source), ["A-004", "B-001"]);
  });

  test("does not lose its way on a quote that never closes", () => {
    assert.deepEqual(stringLiterals(`if (x) /'/.test(y);\nf("A-001")`), ["A-001"]);
  });
});

describe("claims", () => {
  const claims = (name) => claimedIds(name, known);

  test("takes IDs anywhere in a name", () => {
    assert.deepEqual(claims("A-001, B-001: refuses a nonce twice (case 2)"), ["A-001", "B-001", "case 2"]);
  });

  test("expands a range over the IDs that exist", () => {
    assert.deepEqual(claims("A-001..A-004"), ["A-001", "A-002", "A-004"]);
    assert.deepEqual(claims("cases 1..3 and 7"), ["case 1", "case 2", "case 3", "case 7"]);
  });

  test("keeps the ends of a range even when no list knows them", () => {
    assert.deepEqual(claims("A-002..A-009"), ["A-002", "A-004", "A-009"]);
  });

  test("reads a list only after the plural", () => {
    assert.deepEqual(claims("cases 1, 2"), ["case 1", "case 2"]);
    assert.deepEqual(claims("Case 1, 2 parallel requests"), ["case 1"]);
  });

  test("leaves everything else alone", () => {
    for (const name of [
      "SHA-256",
      "P-256",
      "xA-001",
      "A-0011",
      "A-001-x",
      "in any case",
      "cases 1-3x",
      "showcase 1",
    ]) {
      assert.deepEqual(claims(name), [], name);
    }
  });
});

describe("rendering", () => {
  const list = (...proofs) =>
    [
      "| ID | Level | Source | Requirement | Proof |",
      "|---|---|---|---|---|",
      ...proofs.map((proof, index) => `| A-00${index + 1} | M | RFC 1 | x \\| y | ${proof} |`),
      "",
    ].join("\n");

  test("writes paths, keeps reasons, and a partial remark beside the paths", () => {
    const before = list("-", "Not built: later", "Not tested: why", "Partly: only half", "`gone.test.ts`");
    const proofs = new Map([
      ["A-001", ["a.test.ts", "b.test.ts"]],
      ["A-003", ["c.test.ts"]],
      ["A-004", ["d.test.ts"]],
    ]);
    const after = list(
      "`a.test.ts`<br>`b.test.ts`",
      "Not built: later",
      "`c.test.ts`",
      "`d.test.ts`<br>Partly: only half",
      "-",
    );
    assert.equal(render(before, proofs), after);
    assert.equal(render(after, proofs), after);
  });

  test("never throws away words that it cannot read", () => {
    const strange = list("pending a decision");
    assert.equal(render(strange, new Map()), strange);
    assert.equal(
      render(strange, new Map([["A-001", ["a.test.ts"]]])),
      list("`a.test.ts`<br>pending a decision"),
    );
  });

  test("touches only tables of requirements", () => {
    const other =
      "| Type | Proof |\n|---|---|\n| A-001 | - |\n\n| ID | Meaning |\n|---|---|\n| A-001 | - |\n";
    assert.equal(render(other, new Map([["A-001", ["a.test.ts"]]])), other);
  });
});

describe("the command", () => {
  const header = "| ID | Level | Source | Requirement | Proof |\n|---|---|---|---|---|\n";

  test("check passes after write, fails before", (t) => {
    const { root, lines, command } = checkout(t, {
      "docs/conformance/README.md":
        "| ID | Level | Source | Requirement | Proof |\n|---|---|---|---|---|\n| A-9 |\n",
      "docs/conformance/acme.md": `${header}| A-001 | M | RFC 1 | x | - |\n| A-002 | P | — | y | Not built: not yet |\n`,
      "docs/conformance/hostile-inputs.md":
        "| Case | Input | Expected type | HTTP | Proof |\n|---|---|---|---|---|\n| 7 | x | malformed | 400 | - |\n",
      "packages/core/src/nonce.test.ts": `test("A-001: once", () => {});\n`,
      "packages/core/test/table.ts": `export const rows = [{ name: "case 7" }];\n`,
      "packages/core/src/nonce.ts": `throw new Error("A-777");\n`,
      "packages/core/node_modules/x/a.test.ts": `test("A-888", () => {});\n`,
    });
    assert.equal(command("--check"), 1);
    assert.equal(command("--write"), 0);
    lines.length = 0;
    assert.equal(command("--check"), 0);
    assert.deepEqual(lines, ["conformance: 3 requirements, 0 problems"]);
    assert.equal(
      readFileSync(join(root, "docs/conformance/acme.md"), "utf8"),
      `${header}| A-001 | M | RFC 1 | x | \`packages/core/src/nonce.test.ts\` |\n| A-002 | P | — | y | Not built: not yet |\n`,
    );
    lines.length = 0;
    assert.equal(command("--summary"), 0);
    assert.deepEqual(lines, [
      "docs/conformance/acme.md: 2 requirements: 1 tested, 0 partly, 0 not tested, 1 not built, 0 open",
      "docs/conformance/hostile-inputs.md: 1 requirements: 1 tested, 0 partly, 0 not tested, 0 not built, 0 open",
    ]);
  });

  test("check names every kind of problem", (t) => {
    const { lines, command } = checkout(t, {
      "docs/conformance/acme.md": [
        header.trimEnd(),
        "| A-001 | M | RFC 1 | no test, no reason | - |",
        "| A-002 | M | RFC 1 | only a partial remark | Partly: half |",
        "| A-003 | X | RFC 1 | wrong level | Not tested: why |",
        "| A-004 | M | RFC 1 | unescaped | pipe | Not tested: why |",
        "| A-005 | M | RFC 1 | no words after the colon | Not built: |",
        "| A-006 | M | RFC 1 | stale | `gone.test.ts` |",
        "| A-006 | M | RFC 1 | twice | Not built: not yet |",
        "| A-7 | M | RFC 1 | no ID | Not built: not yet |",
        "| A-008 | M | RFC 1 | built meanwhile | Not built: not yet |",
        "",
      ].join("\n"),
      "test/a.test.ts": `test("A-999, A-008", () => {});\n`,
    });
    assert.equal(command("--check"), 1);
    const list = "docs/conformance/acme.md";
    assert.deepEqual(lines, [
      `${list}:3 A-001: has neither a test nor a reason`,
      `${list}:4 A-002: has neither a test nor a reason`,
      `${list}:5 A-003: has the unknown level "X"`,
      `${list}:6 A-004: has 6 cells, its table has 5`,
      `${list}:7 A-005: has a Proof that cannot be read: "Not built:"`,
      `${list}:8 A-006: has neither a test nor a reason`,
      `${list}:9 A-006: listed already at ${list}:8`,
      `${list}:10 A-7: is no requirement ID`,
      `${list}: the Proof column is stale, run --write`,
      "test/a.test.ts: names A-999, which no list knows",
      "conformance: 9 requirements, 10 problems",
    ]);
  });

  test("an unknown mode is explained", (t) => {
    const { lines, command } = checkout(t, { "docs/conformance/acme.md": "" });
    assert.equal(command(undefined), 2);
    assert.match(lines[0], /^usage:/);
  });
});

test("the lists of this repository hold all 128 hostile inputs, in order", () => {
  const path = fileURLToPath(new URL("../docs/conformance/hostile-inputs.md", import.meta.url));
  const ids = parseRows(readFileSync(path, "utf8")).map((row) => row.id);
  assert.deepEqual(
    ids,
    Array.from({ length: 128 }, (_, index) => `case ${index + 1}`),
  );
});

function checkout(t, files) {
  const root = mkdtempSync(join(tmpdir(), "chancery-conformance-"));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const lines = [];
  return { root, lines, command: (mode) => run(mode, { root, print: (line) => lines.push(line) }) };
}

// Ties the requirement lists of docs/conformance/ to the tests that prove them. docs/conformance/README.md has the
// rules; this file has no dependency and runs on Node 20 and later.
//
//   node scripts/conformance.mjs --write     puts the paths of the tests into the Proof columns
//   node scripts/conformance.mjs --check     exits 1 and lists what is wrong; changes nothing
//   node scripts/conformance.mjs --summary   counts per list
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { stringLiterals } from "./string-literals.mjs";

const LISTS = "docs/conformance";
const TEST_ROOTS = ["bench", "examples", "packages", "test"];
const LEVELS = new Set(["M", "S", "O", "P", "note"]);

/** Runs one mode on the checkout at `root` and returns the exit code. */
export function run(mode, { root, print }) {
  const lists = readLists(root);
  const known = lists.flatMap((list) => list.rows.map((row) => row.id));
  const proofs = collectProofs(readTests(root), known);
  switch (mode) {
    case "--write":
      for (const list of lists) writeFileSync(join(root, list.path), render(list.markdown, proofs));
      return 0;
    case "--check": {
      const problems = findProblems(lists, proofs);
      for (const problem of problems) print(problem);
      print(`conformance: ${known.length} requirements, ${problems.length} problems`);
      return problems.length === 0 ? 0 : 1;
    }
    case "--summary":
      for (const list of lists) print(`${list.path}: ${summarize(list.rows)}`);
      return 0;
    default:
      print("usage: node scripts/conformance.mjs --write | --check | --summary");
      return 2;
  }
}

/** The requirement rows of a list: `id`, the 1-based `line`, the `cells` of that line and `width`, that of the header. */
export function parseRows(markdown) {
  const rows = [];
  let header;
  for (const [index, line] of markdown.split("\n").entries()) {
    const cells = splitCells(line);
    if (cells === undefined) header = undefined;
    else if (/^(ID|Case)$/.test(cells[0]) && cells.at(-1) === "Proof") header = cells;
    else if (header !== undefined && !/^-+$/.test(cells[0])) {
      const id = header[0] === "Case" ? `case ${cells[0]}` : cells[0];
      const level = header[1] === "Level" ? cells[1] : undefined;
      rows.push({ id, level, cells, line: index + 1, width: header.length });
    }
  }
  return rows;
}

/** The IDs that a test's name claims; a range stands for its two ends and every known ID between them. */
export function claimedIds(name, known) {
  const claim =
    /(?<![\w-])(?:([A-E]-\d{3})(?:\.\.([A-E]-\d{3}))?|[Cc]ase (\d+)|[Cc]ases (\d+(?:\.\.\d+)?(?:(?:, | and )\d+(?:\.\.\d+)?)*))(?![\w-])/g;
  const ids = [];
  for (const [, first, end, single, several] of name.matchAll(claim)) {
    if (first !== undefined) ids.push(...expand(first, end ?? first, known));
    for (const item of (single ?? several ?? "").match(/\d+(\.\.\d+)?/g) ?? []) {
      const [low, high = low] = item.split("..");
      ids.push(...expand(`case ${Number(low)}`, `case ${Number(high)}`, known));
    }
  }
  return [...new Set(ids)];
}

/** Maps each claimed ID to the sorted paths of the tests that name it; `tests` is a list of `{ path, source }`. */
export function collectProofs(tests, known) {
  const proofs = new Map();
  for (const { path, source } of tests) {
    for (const id of new Set(stringLiterals(source).flatMap((text) => claimedIds(text, known)))) {
      proofs.set(id, [...(proofs.get(id) ?? []), path].sort());
    }
  }
  return proofs;
}

/** The list with its Proof cells brought up to date; cells that only a person can judge are left alone. */
export function render(markdown, proofs) {
  const lines = markdown.split("\n");
  for (const row of parseRows(markdown)) {
    if (row.cells.length !== row.width) continue;
    const proof = renderProof(parseProof(row.cells.at(-1)), proofs.get(row.id) ?? []);
    lines[row.line - 1] = `| ${[...row.cells.slice(0, -1), proof].join(" | ")} |`;
  }
  return lines.join("\n");
}

/** Everything that keeps the lists from being complete and true, one sentence each. */
export function findProblems(lists, proofs) {
  const problems = [];
  const seen = new Map();
  for (const { path, markdown, rows } of lists) {
    for (const row of rows) {
      const where = `${path}:${row.line}`;
      for (const fault of rowFaults(row, proofs)) problems.push(`${where} ${row.id}: ${fault}`);
      if (seen.has(row.id)) problems.push(`${where} ${row.id}: listed already at ${seen.get(row.id)}`);
      seen.set(row.id, where);
    }
    if (render(markdown, proofs) !== markdown)
      problems.push(`${path}: the Proof column is stale, run --write`);
  }
  for (const [id, paths] of proofs) {
    if (!seen.has(id)) problems.push(`${paths.join(", ")}: names ${id}, which no list knows`);
  }
  return problems;
}

/** Counts for people: how many requirements, and how each stands by its Proof cell. */
export function summarize(rows) {
  const counts = { tested: 0, partly: 0, "not tested": 0, "not built": 0, open: 0 };
  for (const row of rows) {
    const { paths, remark } = parseProof(row.cells.at(-1));
    const kind = remark.split(":")[0].toLowerCase();
    if (paths.length > 0) counts[kind === "partly" ? "partly" : "tested"] += 1;
    else counts[kind === "not tested" || kind === "not built" ? kind : "open"] += 1;
  }
  const parts = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  return `${rows.length} requirements: ${parts.join(", ")}`;
}

function rowFaults(row, proofs) {
  const faults = [];
  if (row.cells.length !== row.width) return [`has ${row.cells.length} cells, its table has ${row.width}`];
  if (!/^([A-E]-\d{3}|case \d+)$/.test(row.id)) faults.push("is no requirement ID");
  if (row.level !== undefined && !LEVELS.has(row.level)) faults.push(`has the unknown level "${row.level}"`);
  const { remark } = parseProof(row.cells.at(-1));
  if (remark !== "" && !isRemark(remark)) faults.push(`has a Proof that cannot be read: "${remark}"`);
  else if (!proofs.has(row.id) && !/^Not /.test(remark)) faults.push("has neither a test nor a reason");
  return faults;
}

/** A Proof cell is paths in backticks, or a remark by hand, or both with the remark last; `-` is an empty one. */
function parseProof(cell) {
  const parts = cell.split("<br>").filter((part) => part !== "" && part !== "-");
  const paths = parts.filter((part) => /^`[^`]+`$/.test(part));
  return { paths, remark: parts.slice(paths.length).join("<br>") };
}

function renderProof({ remark }, paths) {
  const keepsRemark = paths.length === 0 || /^Partly: /.test(remark) || (remark !== "" && !isRemark(remark));
  const parts = [...paths.map((path) => `\`${path}\``), ...(keepsRemark && remark !== "" ? [remark] : [])];
  return parts.length === 0 ? "-" : parts.join("<br>");
}

function isRemark(text) {
  return /^(Not tested|Not built|Partly): \S/.test(text);
}

function splitCells(line) {
  if (!/^\|.*\|$/.test(line)) return undefined;
  const cells = line.slice(1, -1).split(/(?<!\\)\|/);
  return cells.map((cell) => cell.trim());
}

function expand(first, last, known) {
  const [low, high] = [numberOf(first), numberOf(last)];
  const between = known.filter(
    (id) => seriesOf(id) === seriesOf(first) && numberOf(id) > low && numberOf(id) < high,
  );
  return seriesOf(first) === seriesOf(last) ? [first, ...between, last] : [first, last];
}

function seriesOf(id) {
  return id.replace(/\d+$/, "");
}

function numberOf(id) {
  return Number(/\d+$/.exec(id)?.[0]);
}

function readLists(root) {
  const names = readdirSync(join(root, LISTS)).filter((name) => name.endsWith(".md") && name !== "README.md");
  return names.sort().map((name) => {
    const path = `${LISTS}/${name}`;
    const markdown = readFileSync(join(root, path), "utf8");
    return { path, markdown, rows: parseRows(markdown) };
  });
}

/** Tests, and what tests are made of: tables of cases under test/ and the suites under conformance/. */
function readTests(root) {
  const paths = TEST_ROOTS.flatMap((folder) => walk(root, folder));
  const tests = paths.filter((path) => /\.test\.ts$|(^|\/)(test|conformance)\/.*\.ts$/.test(path));
  return tests.map((path) => ({ path, source: readFileSync(join(root, path), "utf8") }));
}

function walk(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return /^(node_modules|dist|coverage|\..*)$/.test(entry.name) ? [] : walk(root, path);
    return entry.isFile() ? [path] : [];
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  process.exitCode = run(process.argv[2], { root, print: (line) => console.log(line) });
}

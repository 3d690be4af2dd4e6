import { type Document, isMap, isNode, isPair, isSeq, type LineCounter, type Node, type Pair } from "yaml";
import type { z } from "zod";
import { printable } from "../log/printable.ts";
import type { Fault } from "./consistency.ts";

/** Something that is wrong in a configuration file, and where. */
export interface LocatedFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** For example `acme[0].profile`; empty for the file as a whole. */
  readonly key: string;
  readonly message: string;
}

/** Turns an issue of zod into faults: one for each unknown key, one for everything else. */
export function faultsOfIssue(issue: z.core.$ZodIssue): readonly Fault[] {
  const path = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  if (issue.code === "invalid_key") {
    return [{ path, message: issue.issues[0]?.message ?? issue.message, atKey: true }];
  }
  if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
  const messages = issue.message.split("\n");
  return issue.keys.map((key, index) => ({
    path: [...path, key],
    message: messages[index] ?? "unknown key",
    atKey: true,
  }));
}

/** What a field of the wrong type is told; messages of the fields themselves go first. */
export function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== "invalid_type" && issue.code !== "invalid_value") return undefined;
  const wanted = issue.code === "invalid_type" ? issue.expected : "string";
  const expected = typeNames[wanted] ?? wanted;
  const { input } = issue;
  if (input === undefined) return `is missing, expected ${expected}`;
  return `expected ${expected}, found ${describeValue(input)}`;
}

const typeNames: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  number: "a number",
  object: "a mapping",
  record: "a mapping",
  string: "text",
};

function describeValue(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number" || typeof value === "boolean") return `the ${typeof value} ${value}`;
  return typeof value === "string" ? "text" : "a mapping";
}

/** Finds the place of a fault in the file; that of the nearest key above for something that is not there. */
export function locateFault(fault: Fault, document: Document, lines: LineCounter): LocatedFault {
  let node: unknown = document.contents;
  let key: unknown;
  for (const step of fault.path) {
    const pair = isMap(node) ? node.items.find((item) => keyOf(item) === String(step)) : undefined;
    const child = isSeq(node) && typeof step === "number" ? node.items[step] : pair?.value;
    if (pair === undefined && child === undefined) break;
    node = child;
    key = pair?.key ?? key;
  }
  const place = fault.atKey === true || !hasPlace(node) || isCollection(node) ? (key ?? node) : node;
  const { line, col } = lines.linePos(hasPlace(place) ? place.range[0] : 0);
  return { line, column: col, key: formatPath(fault.path), message: fault.message };
}

function keyOf(pair: Pair): string | undefined {
  const key: unknown = isPair(pair) ? pair.key : undefined;
  return typeof key === "object" && key !== null && "value" in key ? String(key.value) : undefined;
}

function isCollection(node: unknown): boolean {
  return isMap(node) || isSeq(node);
}

function hasPlace(node: unknown): node is Node & { readonly range: readonly [number, number, number] } {
  return isNode(node) && Array.isArray(node.range) && node.range[1] > node.range[0];
}

function formatPath(path: Fault["path"]): string {
  return path
    .map((step, index) =>
      typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${printable(step)}`,
    )
    .join("");
}

import { fileURLToPath } from "node:url";
import type { Program } from "./program.ts";

/** The functions that modules call between their blocks. */
const steps: string = fileURLToPath(new URL("./steps.ts", import.meta.url));

/**
 * Writes a program as one TypeScript module. Its lines have the numbers that they have in the document, so that messages about the
 * one are messages about the other.
 */
export function writeModule({ steps: blocks }: Program): string {
  const lines = [`import { begin as $begin, shell as $shell } from ${JSON.stringify(steps)};`];
  for (const { language, code, line } of blocks) {
    while (lines.length < line - 1) lines.push("");
    if (language === "sh") lines.push(`await $shell(${line}, ${JSON.stringify(code)});`);
    else lines.push(`$begin(${line});`, ...code.trimEnd().split("\n"));
  }
  return `${lines.join("\n")}\n`;
}

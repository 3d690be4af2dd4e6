import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Document, LineCounter, parseDocument, visit } from "yaml";
import type { z } from "zod";
import { printable } from "../log/printable.ts";
import { StartRefusal } from "../start-refusal.ts";
import type { Configuration } from "./configuration.ts";
import { describeIssue, faultsOfIssue, type LocatedFault, locateFault } from "./configuration-fault.ts";
import { type Fault, findInconsistencies } from "./consistency.ts";
import { section } from "./fields.ts";
import { createSchema } from "./schema.ts";

/**
 * Reads a configuration file.
 *
 * @throws {StartRefusal} Exit code 78: the file cannot be read, or something in it is wrong; the message then has a line for
 * each fault, with file, line, column and key.
 */
export async function readConfiguration(file: string): Promise<Configuration> {
  const path = resolve(file);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new StartRefusal(`the configuration file ${file} cannot be read: ${reasonOf(error)}`, {
      exitCode: 78,
      cause: error,
    });
  });
  return parseConfiguration(text, path);
}

/**
 * Reads the text of a configuration: YAML 1.2, and JSON with it.
 *
 * @param file - Where it comes from: messages name it, and relative paths begin in its directory.
 * @throws {StartRefusal} As {@link readConfiguration}.
 */
export function parseConfiguration(text: string, file: string): Configuration {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const malformed = findMalformed(document, lines);
  if (malformed.length > 0) throw refusal(file, malformed);
  const { configuration, faults } = check(toValue(document, file), dirname(resolve(file)));
  if (configuration !== undefined) return configuration;
  throw refusal(
    file,
    faults.map((fault) => locateFault(fault, document, lines)),
  );
}

function findMalformed(document: Document, lines: LineCounter): readonly LocatedFault[] {
  const faults: { readonly offset: number; readonly message: string }[] = [
    ...document.errors,
    ...document.warnings,
  ].map(({ code, pos: [offset], message }) => ({
    offset,
    message: code === "MULTIPLE_DOCS" ? "a second document begins, expected one" : message,
  }));
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return;
      faults.push({
        offset: alias.range?.[0] ?? 0,
        message: `nothing is called &${printable(alias.source)}`,
      });
    },
  });
  return faults.map(({ offset, message }) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, key: "", message };
  });
}

function toValue(document: Document, file: string): unknown {
  try {
    // Enough for people, too few for aliases of aliases that grow without bound.
    return document.toJS({ maxAliasCount: 20 });
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    throw refusal(file, [
      { line: 1, column: 1, key: "", message: "has more aliases than a configuration needs" },
    ]);
  }
}

type Checked =
  | { readonly configuration: Configuration; readonly faults?: undefined }
  | { readonly configuration?: undefined; readonly faults: readonly Fault[] };

function check(value: unknown, directory: string): Checked {
  const schema = createSchema(directory);
  const whole: z.ZodType<Configuration> = section(schema);
  const result = whole.safeParse(value, { error: describeIssue });
  const sound = result.success ? result.data : soundParts(schema, value);
  const faults = [...(result.error?.issues ?? []).flatMap(faultsOfIssue), ...findInconsistencies(sound)];
  return result.success && faults.length === 0 ? { configuration: result.data } : { faults };
}

/** The top-level keys that are right by themselves, so that what is wrong between them is found at once too. */
function soundParts(schema: ReturnType<typeof createSchema>, value: unknown): Partial<Configuration> {
  if (typeof value !== "object" || value === null) return {};
  const given = new Map<string, unknown>(Object.entries(value));
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, part]) => {
      const result = part.safeParse(given.get(key));
      return result.success ? [[key, result.data]] : [];
    }),
  );
}

function refusal(file: string, faults: readonly LocatedFault[]): StartRefusal {
  const lines = faults
    .toSorted((one, other) => one.line - other.line || one.column - other.column)
    .map(
      ({ line, column, key, message }) =>
        `${file}:${line}:${column}: ${key === "" ? "" : `${key}: `}${message}`,
    );
  return new StartRefusal(lines.join("\n"), { exitCode: 78 });
}

function reasonOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

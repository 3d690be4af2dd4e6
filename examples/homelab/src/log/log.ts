import type { LogLevel } from "../configuration/configuration.ts";
import { printable, shortened } from "./printable.ts";

/**
 * Writes down what happened, one line each, for whoever operates the server. Never throws.
 *
 * @param event - What kind of thing happened, `area.what`; stable, for searches.
 */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

/** Facts about an event. Never a passphrase, a private key, a nonce or a key authorization. */
export type LogFields = Readonly<Record<string, LogValue | readonly LogValue[] | undefined>>;

/** A single fact; a Date is written as ISO 8601. */
export type LogValue = Date | boolean | number | string;

/** Options of {@link createLog}. */
export interface LogOptions {
  /** What is less severe is left out. */
  readonly level: LogLevel;
  readonly format: "json" | "pretty";
  /** Gets each line, with its line feed. */
  readonly write: (line: string) => void;
  readonly clock: () => Date;
}

/**
 * Creates a log that writes one JSON object or one line for people for each event. What could break a line, or a terminal, is
 * escaped; long values are cut; the PEM text of a private key, should one ever come by, is left out.
 */
export function createLog({ level: threshold, format, write, clock }: LogOptions): Log {
  return (level, event, fields = {}) => {
    if (severities[level] < severities[threshold]) return;
    const entries = Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, presentable(value)] as const],
    );
    const line: LogLine = { time: clock(), level, event, entries };
    write(format === "pretty" ? formatForPeople(line) : formatAsJson(line));
  };
}

/** The fields of an error that nobody expected. */
export function describeError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  return {
    error: error.message,
    ...("code" in error && { code: String(error.code) }),
    ...(error.cause instanceof Error && { cause: error.cause.message }),
    ...(error.stack !== undefined && { stack: error.stack }),
  };
}

interface LogLine {
  readonly time: Date;
  readonly level: LogLevel;
  readonly event: string;
  readonly entries: readonly (readonly [string, unknown])[];
}

const severities: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Room for a stack trace and for every name of a large certificate. */
const longestValue = 4000;

function presentable(value: LogValue | readonly LogValue[]): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
  if (typeof value === "object") return value.map(presentable);
  if (typeof value !== "string") return value;
  return shortened(value.replace(privateKey, "[private key]"), longestValue);
}

const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*-----|$)/g;

function formatAsJson({ time, level, event, entries }: LogLine): string {
  const object = { time: time.toISOString(), level, event, ...Object.fromEntries(entries) };
  // JSON leaves alone what a terminal may still act upon: C1 controls, and marks of direction.
  return `${JSON.stringify(object).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeUnits)}\n`;
}

function escapeUnits(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

function formatForPeople({ time, level, event, entries }: LogLine): string {
  const clockTime = time.toISOString().slice(11, 19);
  const facts = entries.map(([name, value]) =>
    name === "stack" ? stackLines(value) : ` ${name}=${word(value)}`,
  );
  return `${clockTime} ${level.toUpperCase().padEnd(5)} ${event}${facts.join("")}\n`;
}

function word(value: unknown): string {
  const text = printable(Array.isArray(value) ? value.join(",") : String(value));
  return /[\s"]/.test(text) || text === "" ? JSON.stringify(text) : text;
}

function stackLines(value: unknown): string {
  const [, ...frames] = String(value).split("\n");
  return frames.map((frame) => `\n    ${printable(frame.trim())}`).join("");
}

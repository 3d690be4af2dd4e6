import { ConfigurationError } from "../errors.ts";
import { parseDnsName } from "../identifier/dns-name.ts";

/** A set of DNS names: one name, a fixed number of free labels before a suffix, or any number of them. */
export interface DnsPattern {
  /** As written. */
  readonly text: string;
  /** Whether every name that `name` stands for (more than one if it is a wildcard) is in the set. */
  covers(name: string): boolean;
  /** Whether any name that `name` stands for is in the set. */
  touches(name: string): boolean;
}

/**
 * Reads a pattern: an exact name; one `*.` for each label that is free (`*.x`, `*.*.x`); `**.x` for one or more free labels.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a star anywhere else, or a suffix that is no DNS name.
 */
export function parseDnsPattern(text: string): DnsPattern {
  const match = /^(\*\*\.|(?:\*\.)*)([^*]+)$/.exec(text);
  const [, stars = "", suffix = ""] = match ?? [];
  if (match === null) throw invalid(text);
  const fixed = parseSuffix(text, suffix).split(".");
  if (stars === "**.") return deepPattern(text, fixed);
  return labelPattern(text, [...Array<string>(stars.length / 2).fill("*"), ...fixed]);
}

function parseSuffix(text: string, suffix: string): string {
  try {
    return parseDnsName(suffix);
  } catch (cause) {
    throw invalid(text, cause);
  }
}

function invalid(text: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(
    "ERR_OPTION_INVALID",
    `dns pattern "${text}" is not a name, *.name, *.*.name or **.name`,
    { cause },
  );
}

function labelPattern(text: string, pattern: readonly string[]): DnsPattern {
  const matches = (name: string, sameLabel: (free: string, label: string) => boolean): boolean => {
    const labels = name.split(".");
    return (
      labels.length === pattern.length &&
      labels.every((label, index) => sameLabel(pattern[index] ?? "", label))
    );
  };
  return {
    text,
    covers: (name) => matches(name, (free, label) => free === "*" || free === label),
    touches: (name) => matches(name, (free, label) => free === "*" || label === "*" || free === label),
  };
}

function deepPattern(text: string, suffix: readonly string[]): DnsPattern {
  const ending = `.${suffix.join(".")}`;
  // A wildcard stands for one label, so it lies below the suffix as a whole or not at all.
  const below = (name: string): boolean => name.endsWith(ending);
  return { text, covers: below, touches: below };
}

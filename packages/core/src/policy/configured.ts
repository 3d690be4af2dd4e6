import { ConfigurationError } from "../errors.ts";
import { printable } from "../text.ts";

/**
 * Reads a part of a rule, and says which part it was when it cannot be read.
 *
 * @param what - For example `uri pattern`.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function configured<T>(what: string, text: string, read: (text: string) => T): T {
  try {
    return read(text);
  } catch (cause) {
    throw unreadable(what, text, cause);
  }
}

/** The error for a part of a rule that cannot be read. */
export function unreadable(what: string, text: string, cause?: unknown): ConfigurationError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new ConfigurationError("ERR_OPTION_INVALID", `${what} "${printable(text)}" cannot be read${why}`, {
    cause,
  });
}

/** The error for a rule that says nothing, or what it cannot mean. */
export function senseless(message: string): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message);
}

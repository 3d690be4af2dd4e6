import { isPlainText } from "../requester.ts";
import { unreadable } from "./configured.ts";

/** A set of texts: one text, or all that have given pieces in given places. */
export interface TextPattern {
  /** As written. */
  readonly text: string;
  matches(value: string): boolean;
}

/**
 * Reads a pattern in which each `*` stands for any characters, dots included, or none. Everything else stands for
 * itself; case counts.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: empty, longer than 255 characters, or with control characters.
 */
export function parseTextPattern(text: string): TextPattern {
  if (!isPlainText(text)) throw unreadable("text pattern", text);
  const [first = "", ...others] = text.split("*");
  const last = others.pop();
  if (last === undefined) return { text, matches: (value) => value === text };
  return {
    text,
    matches(value) {
      if (!value.startsWith(first) || !value.endsWith(last)) return false;
      const end = value.length - last.length;
      let position = first.length;
      // The earliest place is as good as any: it leaves the most to what follows.
      for (const piece of others) {
        const found = value.indexOf(piece, position);
        if (found < 0) return false;
        position = found + piece.length;
      }
      return position <= end;
    },
  };
}

/**
 * Writes text so that it can stand on a terminal or in a line of a log: control characters, line separators and characters
 * that change the direction of writing become `\u{...}`; unpaired surrogates become U+FFFD.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
      (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
    );
}

/** Cuts text after `length` characters, and says so with an ellipsis. */
export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

/** Makes text that others wrote fit for one line of a log: what ends a line, or turns or hides text, becomes `?`. */
export function singleLine(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return text.replace(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, "?");
}

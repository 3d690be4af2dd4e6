/** Writes choices for people: `a`, or `one of a, b`. */
export function oneOf(choices: readonly string[]): string {
  return choices.length === 1 ? `${choices[0]}` : `one of ${choices.join(", ")}`;
}

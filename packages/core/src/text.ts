/** Makes foreign text fit for a message or a log line: printable ASCII only, at most 80 characters of it. */
export function printable(text: string): string {
  const clean = text.slice(0, 80).replace(/[^\x20-\x7e]/g, "?");
  return text.length > 80 ? `${clean}...` : clean;
}

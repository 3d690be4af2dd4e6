import { printable } from "@chancery/core";
import { AcmeProblem } from "../problem.ts";

/** A JSON value whose objects have no prototype, so that only their own members can be read. */
export type JsonValue = boolean | null | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object without a prototype; an absent member is undefined. */
export interface JsonObject {
  readonly [member: string]: JsonValue | undefined;
}

/**
 * Reads JSON the way a protocol has to, and not the way `JSON.parse` forgives.
 *
 * @param what - Names the text in the problem, for example `request body`.
 * @throws {AcmeProblem} `malformed`: invalid UTF-8, a byte order mark, bytes after the value, a duplicate member,
 * more than 16 levels, a lone surrogate, a number that no double holds.
 * @see RFC 8259; RFC 7515 section 4 on duplicate members; RFC 8555 section 5 on UTF-8
 */
export function parseStrictJson(bytes: Uint8Array, what: string): JsonValue {
  const cursor: Cursor = { text: decodeUtf8(bytes, what), at: 0, what };
  skipWhitespace(cursor);
  const value = readValue(cursor, 0);
  skipWhitespace(cursor);
  if (cursor.at < cursor.text.length) throw fault(cursor, "has bytes after its value");
  return value;
}

/** As {@link parseStrictJson}, for a text that has to be an object. */
export function parseStrictJsonObject(bytes: Uint8Array, what: string): JsonObject {
  const value = parseStrictJson(bytes, what);
  if (!isJsonObject(value)) throw new AcmeProblem("malformed", `${what} is not a JSON object`);
  return value;
}

/** Tells whether a member is an object: not an array, not null, not absent. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// The deepest message of RFC 8555, a binding inside newAccount, has 4 levels.
const maximumDepth = 16;

// A byte order mark is not removed: the parser then refuses it as it refuses any other character.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

const literals: readonly (readonly [string, JsonValue])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

interface Cursor {
  readonly text: string;
  readonly what: string;
  at: number;
}

function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new AcmeProblem("malformed", `${what} is not UTF-8`, { cause });
  }
}

function readValue(cursor: Cursor, depth: number): JsonValue {
  if (depth > maximumDepth) throw fault(cursor, `has more than ${maximumDepth} levels`);
  switch (cursor.text[cursor.at]) {
    case "{":
      return readObject(cursor, depth);
    case "[":
      return readArray(cursor, depth);
    case '"':
      return readString(cursor);
    default:
      return readNumberOrLiteral(cursor);
  }
}

function readObject(cursor: Cursor, depth: number): JsonObject {
  const members = Object.create(null) as Record<string, JsonValue>;
  if (opensEmpty(cursor, "}")) return members;
  do {
    skipWhitespace(cursor);
    const name = readString(cursor);
    if (name in members) throw fault(cursor, `has the member "${printable(name)}" twice`);
    skipWhitespace(cursor);
    if (!take(cursor, ":")) throw fault(cursor, "is not JSON");
    skipWhitespace(cursor);
    members[name] = readValue(cursor, depth + 1);
    skipWhitespace(cursor);
  } while (take(cursor, ","));
  if (!take(cursor, "}")) throw fault(cursor, "is not JSON");
  return members;
}

function readArray(cursor: Cursor, depth: number): readonly JsonValue[] {
  const values: JsonValue[] = [];
  if (opensEmpty(cursor, "]")) return values;
  do {
    skipWhitespace(cursor);
    values.push(readValue(cursor, depth + 1));
    skipWhitespace(cursor);
  } while (take(cursor, ","));
  if (!take(cursor, "]")) throw fault(cursor, "is not JSON");
  return values;
}

function opensEmpty(cursor: Cursor, closing: string): boolean {
  cursor.at += 1;
  skipWhitespace(cursor);
  return take(cursor, closing);
}

function readString(cursor: Cursor): string {
  if (cursor.text[cursor.at] !== '"') throw fault(cursor, "is not JSON");
  const end = endOfString(cursor);
  const raw = cursor.text.slice(cursor.at, end);
  const value = raw.includes("\\") ? unescaped(cursor, raw) : raw.slice(1, -1);
  // Control characters must be escaped (RFC 8259 section 7); `unescaped` has refused them already.
  if (hasControlCharacter(value) && !raw.includes("\\")) throw fault(cursor, "is not JSON");
  cursor.at = end;
  return value;
}

/** Index after the closing quotation mark. */
function endOfString({ text, at, what }: Cursor): number {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
  throw fault({ text, at, what }, "is not JSON");
}

function unescaped(cursor: Cursor, raw: string): string {
  let value: string;
  try {
    value = JSON.parse(raw) as string;
  } catch {
    throw fault(cursor, "is not JSON");
  }
  if (!value.isWellFormed()) throw fault(cursor, "has a lone surrogate");
  return value;
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) < 0x20) return true;
  return false;
}

function readNumberOrLiteral(cursor: Cursor): JsonValue {
  for (const [literal, value] of literals) {
    if (!cursor.text.startsWith(literal, cursor.at)) continue;
    cursor.at += literal.length;
    return value;
  }
  number.lastIndex = cursor.at;
  const [digits] = number.exec(cursor.text) ?? [];
  if (digits === undefined) throw fault(cursor, "is not JSON");
  const value = Number(digits);
  if (!Number.isFinite(value)) throw fault(cursor, "has a number out of range");
  cursor.at += digits.length;
  return value;
}

function take(cursor: Cursor, character: string): boolean {
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at += 1;
  return true;
}

function skipWhitespace(cursor: Cursor): void {
  for (;;) {
    const code = cursor.text.charCodeAt(cursor.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    cursor.at += 1;
  }
}

function fault({ what, at }: Cursor, fault: string): AcmeProblem {
  return new AcmeProblem("malformed", `${what} ${fault}, at character ${at}`);
}

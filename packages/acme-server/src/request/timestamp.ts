import { AcmeProblem } from "../problem.ts";
import { optionalString } from "./members.ts";
import type { JsonObject } from "./strict-json.ts";

/**
 * Reads a member that is a point in time where it is present. Fractions of a second are dropped: certificates have none.
 *
 * @returns Milliseconds since 1970 UTC.
 * @throws {AcmeProblem} `malformed`: not a date and time of RFC 3339 with an offset.
 * @see RFC 3339 section 5.6, RFC 8555 section 7.1.3
 */
export function optionalTimestamp(object: JsonObject, name: string): number | undefined {
  const text = optionalString(object, name);
  // Go's JSON writes this where its author meant to leave the member out; step and its kin send it with every order.
  if (text === undefined || text === "0001-01-01T00:00:00Z") return undefined;
  const time = parse(text);
  if (time === undefined)
    throw new AcmeProblem("malformed", `member "${name}" is not a date and time of RFC 3339`);
  return time;
}

/** Writes an instant as RFC 3339 in UTC with whole seconds. */
export function formatTimestamp(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}

const pattern = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.\d+)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

function parse(text: string): number | undefined {
  const [, date = "", time = "", offset = ""] = pattern.exec(text) ?? [];
  const utc = Date.parse(`${date}T${time}Z`);
  // Date.parse lets 30 February roll over into March.
  if (Number.isNaN(utc) || formatTimestamp(utc) !== `${date}T${time}Z`) return undefined;
  return Date.parse(`${date}T${time}${offset.toUpperCase()}`);
}

import { decodeBase64Url } from "@chancery/core/crypto";
import { AcmeProblem } from "../problem.ts";
import type { JsonObject, JsonValue } from "./strict-json.ts";

/** Reads a member that has to be a string; `malformed` otherwise. */
export function requireString(object: JsonObject, name: string): string {
  const value = optionalString(object, name);
  if (value === undefined) throw new AcmeProblem("malformed", `member "${name}" is missing`);
  return value;
}

/** Reads a member that has to be a string where it is present; `malformed` otherwise. */
export function optionalString(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  if (value !== undefined && typeof value !== "string") {
    throw new AcmeProblem("malformed", `member "${name}" is not a string`);
  }
  return value;
}

/** Reads a member that has to be an array where it is present; `malformed` otherwise. */
export function optionalArray(object: JsonObject, name: string): readonly JsonValue[] | undefined {
  const value = object[name];
  if (value !== undefined && !isArray(value))
    throw new AcmeProblem("malformed", `member "${name}" is not an array`);
  return value;
}

/** Reads a member that has to be base64url without padding (RFC 7515 section 2); `malformed` otherwise. */
export function requireBase64Url(object: JsonObject, name: string): Uint8Array {
  const bytes = decodeBase64Url(requireString(object, name));
  if (bytes === undefined)
    throw new AcmeProblem("malformed", `member "${name}" is not base64url without padding`);
  return bytes;
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

import type { StoreError } from "../errors.ts";

/** Fails a case unless `actual` and `expected` hold the same values; the message names the first difference. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const difference = firstDifference(actual, expected, what);
  if (difference !== undefined) throw new Error(difference);
}

/** Fails a case unless `attempt` is refused with a `StoreError` of this code. */
export async function expectStoreError(
  attempt: Promise<unknown>,
  code: StoreError["code"],
  what: string,
): Promise<void> {
  const outcome = await attempt.then(
    () => "success",
    (error: unknown) => errorCode(error) ?? String(error),
  );
  expectEqual(outcome, code, what);
}

/** The code of an error; undefined for anything without one. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** Counts the values: `{ won: 1, lost: 15 }`. */
export function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** Overwrites everything in a value, down to the last octet; what is frozen stays, and that is as good. */
export function spoil(value: unknown): void {
  if (value instanceof Uint8Array) value.fill(0xee);
  else if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      spoil(member);
      if (typeof member !== "object") Reflect.set(value, name, typeof member === "number" ? -1 : "spoiled");
    }
    if (Array.isArray(value)) Reflect.set(value, "length", 0);
  }
}

function firstDifference(actual: unknown, expected: unknown, path: string): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  if (actual instanceof Uint8Array && expected instanceof Uint8Array) {
    const same =
      actual.length === expected.length && actual.every((octet, index) => octet === expected[index]);
    return same ? undefined : `${path} has other octets than expected`;
  }
  if (!isObject(actual) || !isObject(expected) || Array.isArray(actual) !== Array.isArray(expected)) {
    return `${path} is ${show(actual)}, expected ${show(expected)}`;
  }
  const [names, expectedNames] = [Object.keys(actual).sort(), Object.keys(expected).sort()];
  if (names.join() !== expectedNames.join()) {
    return `${path} has the members ${names.join()}, expected ${expectedNames.join()}`;
  }
  return expectedNames
    .map((name) => firstDifference(actual[name], expected[name], `${path}.${name}`))
    .find((difference) => difference !== undefined);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}

function show(value: unknown): string {
  return isObject(value) || typeof value === "string" ? JSON.stringify(value).slice(0, 200) : String(value);
}

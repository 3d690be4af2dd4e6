import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeEntries } from "../../test/support/crl.ts";
import { createEntryCursor } from "./entry-cursor.ts";
import { readEntry } from "./entry-reader.ts";

const entryOf = (serialNumber: string) => ({ serialNumber, revokedAt: 0 });

/** Seeks each number in turn: those that were found, and those that were passed over. */
function walk(list: readonly string[], sought: readonly string[]): { found: string[]; passed: string[] } {
  const entries = encodeEntries(list.map(entryOf));
  const passed: string[] = [];
  const cursor = createEntryCursor(entries, (start, end) => {
    passed.push(readEntry(entries.subarray(start, end), false).serialNumber);
  });
  const found = sought.filter((serialNumber) => {
    const prefix = Uint8Array.of(1, 2, 3);
    const isFound = cursor.seek(
      Uint8Array.of(...prefix, ...encodeEntries([entryOf(serialNumber)])),
      prefix.length,
    );
    if (isFound) expect(readEntry(cursor.entry, false).serialNumber).toBe(serialNumber);
    return isFound;
  });
  cursor.finish();
  return { found, passed };
}

describe("createEntryCursor", () => {
  test.each([
    { why: "nothing in nothing", list: [], sought: ["01"], found: [], passed: [] },
    {
      why: "everything",
      list: ["01", "02", "03"],
      sought: ["01", "02", "03"],
      found: ["01", "02", "03"],
      passed: [],
    },
    { why: "some", list: ["01", "02", "03"], sought: ["02"], found: ["02"], passed: ["01", "03"] },
    {
      why: "what is before, between and after",
      list: ["02", "04"],
      sought: ["01", "03", "05"],
      found: [],
      passed: ["02", "04"],
    },
    {
      why: "octets and not numbers: the shorter first",
      list: ["0101", "02", "0201"],
      sought: ["0101", "0201"],
      found: ["0101", "0201"],
      passed: ["02"],
    },
    {
      why: "numbers with a sign octet",
      list: ["7f", "80", "ff01"],
      sought: ["80", "ff01"],
      found: ["80", "ff01"],
      passed: ["7f"],
    },
  ])("finds $why", ({ list, sought, found, passed }) => {
    expect(walk(list, sought)).toEqual({ found, passed });
  });

  test("passes over what does not ascend, and reports it", () => {
    expect(walk(["03", "01", "02"], ["01", "02", "03"])).toEqual({ found: ["03"], passed: ["01", "02"] });
    expect(walk(["01", "02", "03"], ["03", "01"])).toEqual({ found: ["03"], passed: ["01", "02"] });
  });

  test("tells whether an entry is the same, octet by octet", () => {
    const entry = { serialNumber: "01", revokedAt: 0 };
    const entries = encodeEntries([entry, entryOf("02")]);
    const cursor = createEntryCursor(entries, () => {});
    const isSame = (...others: Parameters<typeof encodeEntries>[0]): boolean => {
      const octets = encodeEntries(others);
      expect(cursor.seek(octets, 0)).toBe(true);
      return cursor.isSame(octets, 0, octets.length);
    };
    expect(isSame(entry)).toBe(true);
    expect(isSame({ ...entry, revokedAt: 1000 })).toBe(false);
    expect(isSame({ ...entry, reason: "superseded" })).toBe(false);
    expect(isSame(entry, entryOf("02"))).toBe(false);
  });

  test("finds exactly what is in both of two ascending lists", () => {
    const number = fc
      .uint8Array({ minLength: 1, maxLength: 3 })
      .filter(([first]) => first !== 0)
      .map((octets) => Buffer.from(octets).toString("hex"));
    const ascending = fc.uniqueArray(number, { maxLength: 40 }).map((numbers) => numbers.toSorted());
    fc.assert(
      fc.property(ascending, ascending, (list, sought) => {
        expect(walk(list, sought)).toEqual({
          found: sought.filter((serialNumber) => list.includes(serialNumber)),
          passed: list.filter((serialNumber) => !sought.includes(serialNumber)),
        });
      }),
    );
  });
});

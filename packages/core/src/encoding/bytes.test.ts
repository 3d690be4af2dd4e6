import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, equalBytes, timeOrderedId } from "./bytes.ts";

describe("equalBytes", () => {
  test("agrees with Buffer", () => {
    const few = fc.uint8Array({ max: 1, maxLength: 4 });
    fc.assert(
      fc.property(few, few, (left, right) => {
        expect(equalBytes(left, right)).toBe(Buffer.from(left).equals(right));
      }),
    );
  });

  test("tells an array from its own beginning", () => {
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 0), Uint8Array.of(1))).toBe(false);
  });
});

test("concatBytes joins into new memory, as Buffer does", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 10 })), (parts) => {
      expect(concatBytes(...parts)).toEqual(new Uint8Array(Buffer.concat(parts)));
    }),
  );
});

describe("timeOrderedId", () => {
  const zeros = (length: number): Uint8Array => new Uint8Array(length);

  test.each([
    { at: 0, id: "000000000000" },
    { at: 1, id: "000000000001" },
    { at: 2 ** 32 - 1, id: "0000ffffffff" },
    { at: 2 ** 32, id: "000100000000" },
    { at: Date.UTC(2030, 0, 1), id: "01b8dac5b400" },
    { at: 2 ** 48 - 1, id: "ffffffffffff" },
  ])("has the milliseconds $at in its first 48 bits", ({ at, id }) => {
    expect(Buffer.from(timeOrderedId(at, zeros)).toString("hex")).toBe(`${id}${"00".repeat(10)}`);
  });

  test("takes 80 bits from the source of chance, and no more", () => {
    const asked: number[] = [];
    const id = timeOrderedId(0, (length) => {
      asked.push(length);
      return new Uint8Array(length).fill(0xaa);
    });
    expect(asked).toEqual([10]);
    expect(id.subarray(6)).toEqual(new Uint8Array(10).fill(0xaa));
  });

  test("sorts by time", () => {
    const time = fc.nat({ max: 2 ** 47 });
    fc.assert(
      fc.property(time, time, fc.uint8Array({ minLength: 20, maxLength: 20 }), (first, second, chance) => {
        const ids = [first, second].map((at, index) =>
          timeOrderedId(at, () => chance.subarray(10 * index, 10 * index + 10)),
        );
        const [left, right] = ids.map((id) => Buffer.from(id).toString("hex"));
        if (first !== second) expect((left ?? "") < (right ?? "")).toBe(first < second);
      }),
    );
  });

  test("is a positive INTEGER until the year 6429", () => {
    expect(timeOrderedId(Date.UTC(6429, 0, 1), zeros)[0]).toBe(0x7f);
    expect(timeOrderedId(Date.UTC(6430, 0, 1), zeros)[0]).toBe(0x80);
  });
});

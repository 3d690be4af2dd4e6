import { describe, expect, test } from "vitest";
import { createRandomPool } from "./random-pool.ts";

/** A source whose octets can be told apart, and what it was asked for. */
function counter() {
  const asked: number[] = [];
  const drawn: Uint8Array[] = [];
  let next = 0;
  const draw = (length: number): Uint8Array => {
    asked.push(length);
    const octets = Uint8Array.from({ length }, () => next++ % 251);
    drawn.push(octets);
    return octets;
  };
  return { draw, asked, drawn };
}

describe("createRandomPool", () => {
  test("hands out octets of the source in their order, none of them twice", () => {
    const { draw } = counter();
    const random = createRandomPool(draw);
    const octets = Array.from({ length: 100 }, () => [...random(10)]).flat();
    expect(octets).toEqual(Array.from({ length: 1000 }, (_, index) => index % 251));
  });

  test("asks the source once for many, and throws away what is too short for an answer", () => {
    const { draw, asked } = counter();
    const random = createRandomPool(draw);
    for (let round = 0; round < 102; round += 1) random(10);
    expect(asked).toEqual([1024]);
    expect([...random(10)]).toEqual(Array.from({ length: 10 }, (_, index) => (1024 + index) % 251));
    expect(asked).toEqual([1024, 1024]);
  });

  test("answers with memory of its own", () => {
    const random = createRandomPool(counter().draw);
    const first = random(4);
    expect(first.buffer.byteLength).toBe(4);
    first.fill(0xff);
    expect([...random(4)]).toEqual([4, 5, 6, 7]);
  });

  test.each([0, 1, 1023, 1024, 1025, 4096])("answers %i octets", (length) => {
    const random = createRandomPool(counter().draw);
    expect(random(length)).toHaveLength(length);
    expect(random(length)).toHaveLength(length);
  });

  test("shares nothing with another pool", () => {
    const { draw, asked } = counter();
    const [left, right] = [createRandomPool(draw), createRandomPool(draw)];
    expect([...left(10)]).not.toEqual([...right(10)]);
    expect(asked).toEqual([1024, 1024]);
  });
});

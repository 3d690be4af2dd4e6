import { expect, test, vi } from "vitest";
import { once } from "./once.ts";

test("computes when it is asked, and once", () => {
  const compute = vi.fn(() => ({}));
  const get = once(compute);
  expect(compute).not.toHaveBeenCalled();
  expect(get()).toBe(get());
  expect(compute).toHaveBeenCalledTimes(1);
});

test("remembers undefined too", () => {
  const compute = vi.fn(() => undefined);
  const get = once(compute);
  expect([get(), get()]).toEqual([undefined, undefined]);
  expect(compute).toHaveBeenCalledTimes(1);
});

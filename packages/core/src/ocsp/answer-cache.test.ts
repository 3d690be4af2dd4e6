import { expect, test } from "vitest";
import { createAnswerCache } from "./answer-cache.ts";

test("B-186: keeps the answers that were wanted last, and no more than there is room for", () => {
  const cache = createAnswerCache<number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  expect(cache.get("a")).toBe(1);
  cache.set("c", 3);
  expect(["a", "b", "c"].map((key) => cache.get(key))).toEqual([1, undefined, 3]);
});

test("a new answer takes the place of the old one and needs no other's", () => {
  const cache = createAnswerCache<number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  cache.set("a", 3);
  expect(["a", "b"].map((key) => cache.get(key))).toEqual([3, 2]);
});

test("forgets an answer only as long as it is that one", () => {
  const cache = createAnswerCache<object>(2);
  const [first, second] = [{}, {}];
  cache.set("a", first);
  cache.delete("a", second);
  expect(cache.get("a")).toBe(first);
  cache.set("a", second);
  cache.delete("a", first);
  expect(cache.get("a")).toBe(second);
  cache.delete("a", second);
  expect(cache.get("a")).toBeUndefined();
});

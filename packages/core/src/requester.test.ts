import { expect, test } from "vitest";
import { formatRequester, type Requester, readRequester } from "./requester.ts";

test.each<Requester>([
  { kind: "application", id: "tests" },
  { kind: "provisioner", id: "token", provisioner: "web" },
])("a requester $kind is read as a frozen copy", (given) => {
  const read = readRequester(given);
  expect(read).toEqual(given);
  expect(read).not.toBe(given);
  expect(Object.isFrozen(read)).toBe(true);
  expect(formatRequester(read)).toBe(`${given.kind}:${given.id}`);
});

test.each([
  { why: "another kind", given: { kind: "root", id: "x" } },
  { why: "no id", given: { kind: "operator", id: "" } },
  { why: "an id of two lines", given: { kind: "operator", id: "a\nb" } },
  { why: "an id of 256 characters", given: { kind: "operator", id: "x".repeat(256) } },
  { why: "half a surrogate pair", given: { kind: "operator", id: "\ud800" } },
  { why: "an empty provisioner", given: { kind: "provisioner", id: "x", provisioner: "" } },
])("refuses $why", ({ given }) => {
  expect(() => readRequester(given as Requester)).toThrow(
    expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
  );
});

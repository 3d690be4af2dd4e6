import { readFileSync } from "node:fs";
import { caErrorCodes } from "@chancery/core";
import { expect, test } from "vitest";

// What the README shows is run in test/documents.

test("every error code is in the README's table, and none that is not one", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const families = [...readme.matchAll(/`(ERR_[A-Z_]+)(\*?)`/g)];
  const missing = caErrorCodes.filter(
    (code) => !families.some(([, name = "", star]) => (star === "" ? code === name : code.startsWith(name))),
  );
  expect(missing).toEqual([]);
  const unknown = families.filter(([, name = ""]) => !caErrorCodes.some((code) => code.startsWith(name)));
  expect(unknown).toEqual([]);
});

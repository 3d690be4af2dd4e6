import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

const packages = join(import.meta.dirname, "../..");

/** Source files of every package that match, tests left out. */
function sourcesWith(pattern: RegExp): readonly string[] {
  return readdirSync(packages, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => /^[^/]+\/src\//.test(relative(packages, file)))
    .filter((file) => pattern.test(readFileSync(file, "utf8")))
    .map((file) => relative(packages, file))
    .toSorted();
}

test("C-007, E-102: an issuer's signer is asked in one place, for end entities, new issuers, CRLs, OCSP responses and probes only", () => {
  expect(sourcesWith(/\bsigner\.sign\(/)).toEqual(["core/src/signer/sign.ts"]);
  expect(sourcesWith(/import .*\bsignWith\b/)).toEqual([
    "core/src/crl/sign-list.ts",
    "core/src/issuance/sign-reservation.ts",
    "core/src/ocsp/ocsp-response.ts",
    "core/src/signer/probe.ts",
    "core/src/signer/sign-verified.ts",
  ]);
});

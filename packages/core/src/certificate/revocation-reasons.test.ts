import { expect, test } from "vitest";
import { revocationReasonFromNumber, revocationReasons } from "./revocation-reasons.ts";

test("every number of RFC 5280 section 5.3.1 has its name, and 7 and the rest have none", () => {
  const numbers = Array.from({ length: 12 }, (_, number) => revocationReasonFromNumber(number));
  expect(numbers).toEqual([
    "unspecified",
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    undefined,
    "removeFromCRL",
    "privilegeWithdrawn",
    "aACompromise",
    undefined,
  ]);
  expect(revocationReasonFromNumber(-1)).toBeUndefined();
  expect(revocationReasonFromNumber(1.5)).toBeUndefined();
  expect(revocationReasonFromNumber(Number.NaN)).toBeUndefined();
});

test("names and numbers are the same table", () => {
  for (const [name, number] of Object.entries(revocationReasons))
    expect(revocationReasonFromNumber(number)).toBe(name);
});

import { expect, test } from "vitest";
import { readPolicyTimeout } from "./policy-timeout.ts";

test.each([
  { text: "50ms", milliseconds: 50 },
  { text: "PT5S", milliseconds: 5000 },
  { text: "PT1H", milliseconds: 3_600_000 },
])("a policy may take $text", ({ text, milliseconds }) => {
  expect(readPolicyTimeout(text)).toBe(milliseconds);
});

test.each([
  { text: "PT1H1S", says: "policyTimeout is PT1H1S, allowed is PT1H at most" },
  { text: "P30D", says: "policyTimeout is P30D, allowed is PT1H at most" },
  { text: "PT0S", says: "PT0S" },
  { text: "soon", says: "soon" },
])("E-100: refuses $text", ({ text, says }) => {
  expect(() => readPolicyTimeout(text)).toThrow(
    expect.objectContaining({ code: "ERR_OPTION_INVALID", message: expect.stringContaining(says) }),
  );
});

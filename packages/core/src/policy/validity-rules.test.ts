import { describe, expect, test } from "vitest";
import { policyInput } from "../../test/support/policy-input.ts";
import { parseClaims, planValidity } from "../claims/claims.ts";
import { limitValidity } from "./validity-rules.ts";

const start = Date.parse("2030-01-01T00:00:00Z");
const day = 86_400_000;
/** @param seconds - How many the certificate would be valid, both ends included. */
const lasting = (seconds: number) =>
  policyInput({ notBefore: new Date(start), notAfter: new Date(start + seconds * 1000 - 1000) });

describe("limitValidity", () => {
  test.each([
    { why: "the limit itself", maximum: "P30D", seconds: 30 * 86_400, denied: false },
    { why: "the limit and a minute of backdate", maximum: "P30D", seconds: 30 * 86_400 + 60, denied: false },
    { why: "a second more", maximum: "P30D", seconds: 30 * 86_400 + 61, denied: true },
    { why: "less", maximum: "720h", seconds: 3600, denied: false },
    { why: "more", maximum: "PT5M", seconds: 3600, denied: true },
  ])("judges $why", ({ maximum, seconds, denied }) => {
    expect(limitValidity(maximum).evaluate(lasting(seconds))).toMatchObject([
      { verdict: denied ? "deny" : "abstain" },
    ]);
  });

  test("says what was asked, and what is granted", () => {
    expect(limitValidity("720h").evaluate(lasting(90 * 86_400))).toEqual([
      { verdict: "deny", reason: "validity of P90D is above P30D", limit: "P30D", asked: "P90D" },
    ]);
    expect(limitValidity("720h").evaluate(lasting(60))).toEqual([
      { verdict: "abstain", reason: "is within P30D" },
    ]);
    expect(limitValidity("P30D")).toMatchObject({ name: "limit validity", canAllow: false });
  });

  test.each(["PT1M", "PT1H"])(
    "lets pass what a profile plans with that validity and a backdate of %s",
    (backdate) => {
      const claims = parseClaims({ defaultValidity: "P30D", maximumValidity: "P30D", backdate });
      const issuer = { notBefore: start - day, notAfter: start + 365 * day };
      const { notBefore, notAfter } = planValidity({ claims, issuer, now: start });
      const plan = policyInput({ notBefore: new Date(notBefore), notAfter: new Date(notAfter) });
      expect(limitValidity("P30D", { backdate }).evaluate(plan)).toMatchObject([{ verdict: "abstain" }]);
      expect(limitValidity("P29D", { backdate }).evaluate(plan)).toMatchObject([{ verdict: "deny" }]);
    },
  );

  test.each([
    { why: "no duration", make: () => limitValidity("soon") },
    { why: "a backdate that is none", make: () => limitValidity("P30D", { backdate: "a while" }) },
  ])("refuses $why", ({ make }) => {
    expect(make).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });
});

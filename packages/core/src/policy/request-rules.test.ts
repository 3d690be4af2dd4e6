import { describe, expect, test } from "vitest";
import { policyInput } from "../../test/support/policy-input.ts";
import type { Requester } from "../requester.ts";
import { type RequesterCondition, requireProfile, requireRequester } from "./request-rules.ts";

const fitting = [{ verdict: "abstain", reason: "is as required" }];

describe("requireProfile", () => {
  test("denies other profiles, and allows none", () => {
    const policy = requireProfile("tlsServer", "tlsClient");
    expect(policy.evaluate(policyInput())).toEqual(fitting);
    expect(policy.evaluate(policyInput({ profile: "codeSigning" }))).toEqual([
      {
        verdict: "deny",
        reason: "profile codeSigning is not one of tlsServer, tlsClient",
        limit: "tlsServer, tlsClient",
        asked: "codeSigning",
      },
    ]);
    expect(policy).toMatchObject({ name: "require profile", canAllow: false });
  });

  test("refuses no profile", () => {
    expect(() => requireProfile()).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });
});

describe("requireRequester", () => {
  const rows: readonly { condition: RequesterCondition; requester: Requester; meets: boolean }[] = [
    { condition: { kind: "operator" }, requester: { kind: "operator", id: "anna" }, meets: true },
    { condition: { kind: "operator" }, requester: { kind: "acme", id: "anna" }, meets: false },
    { condition: { kind: "operator", id: "anna" }, requester: { kind: "operator", id: "anna" }, meets: true },
    {
      condition: { kind: "operator", id: "anna" },
      requester: { kind: "operator", id: "bernd" },
      meets: false,
    },
    { condition: { id: "anna" }, requester: { kind: "application", id: "anna" }, meets: true },
    {
      condition: { provisioner: "corp" },
      requester: { kind: "acme", id: "7", provisioner: "corp" },
      meets: true,
    },
    { condition: { provisioner: "corp" }, requester: { kind: "acme", id: "7" }, meets: false },
    {
      condition: { kind: "acme", provisioner: "corp" },
      requester: { kind: "acme", id: "7", provisioner: "lab" },
      meets: false,
    },
  ];

  test.each(rows)("$condition and $requester: $meets", ({ condition, requester, meets }) => {
    const [decision] = [requireRequester(condition).evaluate(policyInput({ requester }))].flat();
    expect(decision).toMatchObject({ verdict: meets ? "abstain" : "deny" });
  });

  test("is met by any of its conditions, and says what they are", () => {
    const policy = requireRequester({ kind: "operator" }, { kind: "acme", provisioner: "corp" }, { id: "x" });
    expect(policy.evaluate(policyInput({ requester: { kind: "operator", id: "a" } }))).toEqual(fitting);
    expect(policy.evaluate(policyInput({ requester: { kind: "application", id: "x" } }))).toEqual(fitting);
    expect(policy.evaluate(policyInput())).toEqual([
      {
        verdict: "deny",
        reason: "requester application:tests is not one of operator:*, acme:* of corp, *:x",
        limit: "operator:*, acme:* of corp, *:x",
        asked: "application:tests",
      },
    ]);
    expect(policy).toMatchObject({ name: "require requester", canAllow: false });
  });

  test.each([
    { why: "no condition", conditions: [] },
    { why: "a condition that everybody meets", conditions: [{ kind: "operator" }, {}] },
  ] as { why: string; conditions: RequesterCondition[] }[])("refuses $why", ({ conditions }) => {
    expect(() => requireRequester(...conditions)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });
});

import { describe, expect, test } from "vitest";
import { names, policyInput } from "../../test/support/policy-input.ts";
import { named, when } from "./combinators.ts";
import { evaluateLevels } from "./evaluate.ts";
import { allow, definePolicy } from "./policy.ts";
import { allowDns, denyDns } from "./rules.ts";

const input = policyInput({ identifiers: names("dns:a.lab.example") });

describe("named", () => {
  test("changes the name and nothing else", () => {
    const policy = named("web servers", allowDns("*.lab.example"));
    expect(policy).toMatchObject({ name: "web servers", canAllow: true });
    expect(policy.evaluate(input)).toEqual(allowDns("*.lab.example").evaluate(input));
    expect(named("never", denyDns("a.example")).canAllow).toBe(false);
    expect(Object.isFrozen(policy)).toBe(true);
  });

  test("names a policy that knows itself by `this`", () => {
    const own = {
      name: "own",
      canAllow: true,
      answer: [allow],
      evaluate() {
        return this.answer;
      },
    };
    expect(named("mine", own).evaluate(input)).toEqual([allow]);
  });

  test.each(["", "a\nb", "x".repeat(256)])("refuses %j", (name) => {
    expect(() => named(name, allowDns("a.example"))).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });
});

describe("when", () => {
  const servers = when(({ profile }) => profile === "tlsServer", allowDns("*.lab.example"));

  test("asks the policy where the condition holds", () => {
    expect(servers.evaluate(input)).toEqual(allowDns("*.lab.example").evaluate(input));
    expect(servers).toMatchObject({ name: "allow dns", canAllow: true });
  });

  test("says nothing elsewhere, and does not ask", () => {
    const never = definePolicy("never", () => {
      throw new Error("asked");
    });
    const policy = when(() => false, never);
    expect(policy.evaluate(input)).toEqual([
      { verdict: "abstain", reason: "does not apply to this request" },
    ]);
    expect(servers.evaluate({ ...input, profile: "tlsClient" })).toMatchObject([{ verdict: "abstain" }]);
  });

  test.each([
    { why: "a promise, which would pass for true", condition: async () => false },
    { why: "nothing", condition: () => undefined },
    { why: "text", condition: () => "false" },
    {
      why: "an error",
      condition: () => {
        throw new Error("no");
      },
    },
  ])("E-100: a condition that answers $why refuses the request", async ({ condition }) => {
    const policy = when(
      condition as unknown as () => boolean,
      definePolicy("all", () => allow),
    );
    const judgement = await evaluateLevels([{ name: "authority", policies: [policy] }], input);
    expect(judgement).toMatchObject({ verdict: "deny", failure: expect.any(Error) });
  });
});

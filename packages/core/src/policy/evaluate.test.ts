import { describe, expect, test } from "vitest";
import { evaluatePolicies } from "./evaluate.ts";
import {
  abstain,
  allow,
  definePolicy,
  deny,
  type Policy,
  type PolicyDecision,
  type PolicyInput,
} from "./policy.ts";
import { allowDns, denyDns } from "./rules.ts";

const a = { type: "dns", value: "a.lab.example" } as const;
const b = { type: "dns", value: "b.lab.example" } as const;
const input: PolicyInput = {
  requester: { kind: "application", id: "tests" },
  profile: "tlsServer",
  identifiers: [a, b],
  notBefore: new Date(0),
  notAfter: new Date(1000),
};

const allowAll = definePolicy("allow all", () => allow);
const allowed = (policies: readonly Policy[]): Promise<boolean> =>
  evaluatePolicies(policies, input).then(({ denials }) => denials.length === 0);

describe("evaluatePolicies", () => {
  const combinations: readonly { why: string; policies: readonly Policy[]; granted: boolean }[] = [
    { why: "no policy at all", policies: [], granted: false },
    { why: "every name allowed by one policy", policies: [allowDns("*.lab.example")], granted: true },
    {
      why: "every name allowed by some policy",
      policies: [allowDns("a.lab.example"), allowDns("b.lab.example")],
      granted: true,
    },
    { why: "a name that none allows", policies: [allowDns("a.lab.example")], granted: false },
    { why: "the whole request allowed", policies: [allowAll], granted: true },
    {
      why: "the whole request allowed, and one name denied",
      policies: [allowAll, denyDns("b.lab.example")],
      granted: false,
    },
    {
      why: "denied first and allowed after",
      policies: [denyDns("b.lab.example"), allowAll],
      granted: false,
    },
    {
      why: "every name allowed, and the whole request denied",
      policies: [allowDns("**.lab.example"), definePolicy("closed", () => deny("closed today"))],
      granted: false,
    },
    {
      why: "only abstentions",
      policies: [definePolicy("none of my business", () => abstain)],
      granted: false,
    },
    {
      why: "no decision at all",
      policies: [definePolicy("nothing to say", () => [])],
      granted: false,
    },
    {
      why: "an answer that takes a while",
      policies: [definePolicy("slow", () => Promise.resolve(allow))],
      granted: true,
    },
    {
      why: "one name allowed and the other only abstained from",
      policies: [
        definePolicy("half", () => [
          { verdict: "allow", identifier: a, reason: "known" },
          { verdict: "abstain", identifier: b, reason: "unknown" },
        ]),
      ],
      granted: false,
    },
  ];

  test.each(combinations)("$why: granted $granted", async ({ policies, granted }) => {
    expect(await allowed(policies)).toBe(granted);
  });

  test("a refusal is complete: every policy is asked and every name is told", async () => {
    const { decisions, denials } = await evaluatePolicies(
      [
        denyDns("a.lab.example"),
        definePolicy("closed", () => deny("closed today")),
        allowDns("a.lab.example"),
      ],
      input,
    );
    expect(denials).toEqual([
      { rule: "deny dns", input: "dns:a.lab.example", reason: "denied by a.lab.example" },
      { rule: "closed", input: "request", reason: "closed today" },
      { rule: "default", input: "dns:b.lab.example", reason: "no policy allows this name" },
    ]);
    expect(decisions.map(({ rule, input, verdict }) => [rule, input, verdict])).toEqual([
      ["deny dns", "dns:a.lab.example", "deny"],
      ["deny dns", "dns:b.lab.example", "abstain"],
      ["closed", "request", "deny"],
      ["allow dns", "dns:a.lab.example", "allow"],
      ["allow dns", "dns:b.lab.example", "abstain"],
    ]);
  });

  test("deny names several identifiers at once", () => {
    expect(deny("not here", a, b)).toEqual([
      { verdict: "deny", identifier: a, reason: "not here" },
      { verdict: "deny", identifier: b, reason: "not here" },
    ]);
  });

  const boom = new Error("database is down");
  const answering = (answer: unknown): Policy => ({
    name: "broken",
    canAllow: true,
    evaluate: () => answer as readonly PolicyDecision[],
  });
  const broken: readonly { why: string; policy: Policy; failure: unknown }[] = [
    {
      why: "throws",
      policy: definePolicy("broken", () => {
        throw boom;
      }),
      failure: boom,
    },
    { why: "rejects", policy: definePolicy("broken", () => Promise.reject(boom)), failure: boom },
    { why: "answers nothing", policy: answering(undefined), failure: expect.any(TypeError) },
    { why: "answers a single value", policy: answering(true), failure: expect.any(TypeError) },
    { why: "answers text", policy: answering("allow"), failure: expect.any(TypeError) },
    { why: "answers a list with a hole", policy: answering([null]), failure: expect.any(TypeError) },
    {
      why: "answers an unknown verdict",
      policy: answering([{ verdict: "ALLOW", reason: "" }]),
      failure: expect.any(TypeError),
    },
    {
      why: "answers without a reason",
      policy: answering([{ verdict: "allow" }]),
      failure: expect.any(TypeError),
    },
    {
      why: "answers about a name that was not asked for",
      policy: answering([
        { verdict: "allow", identifier: { type: "dns", value: "c.lab.example" }, reason: "who?" },
      ]),
      failure: expect.any(TypeError),
    },
    {
      why: "answers nothing from definePolicy",
      policy: definePolicy("broken", () => undefined as unknown as PolicyDecision),
      failure: expect.any(TypeError),
    },
  ];

  test.each(broken)("E-100: a policy that $why refuses the whole request", async ({ policy, failure }) => {
    const judgement = await evaluatePolicies([allowAll, policy], input);
    expect(judgement.failure).toEqual(failure);
    expect(judgement.denials).toEqual([
      { rule: "broken", input: "request", reason: "the policy could not be evaluated" },
    ]);
  });

  test("E-100: the reason of a failure does not carry what was thrown", async () => {
    const secret = definePolicy("broken", () => Promise.reject(new Error("password hunter2 refused")));
    const { denials } = await evaluatePolicies([secret], input);
    expect(JSON.stringify(denials)).not.toContain("hunter2");
  });

  test("E-100: the answers before a failure do not help, and those after it neither", async () => {
    const broke = definePolicy("broken", () => Promise.reject(boom));
    expect(await allowed([allowAll, broke, allowAll])).toBe(false);
  });
});

describe("definePolicy", () => {
  test("refuses an empty name", () => {
    expect(() => definePolicy("", () => allow)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });

  test("is handed the plan and not the request", async () => {
    const seen: PolicyInput[] = [];
    const policy = definePolicy("watch", (plan) => {
      seen.push(plan);
      return allow;
    });
    await evaluatePolicies([policy], input);
    expect(seen).toEqual([input]);
  });
});

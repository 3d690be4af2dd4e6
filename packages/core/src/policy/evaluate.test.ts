import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { attribute, names, policyInput } from "../../test/support/policy-input.ts";
import type { SubjectAttribute } from "../certificate/name.ts";
import { generatePrivateKey } from "../key/private-key.ts";
import { parseSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { evaluateLevels, type Judgement } from "./evaluate.ts";
import {
  abstain,
  allow,
  definePolicy,
  deny,
  type Policy,
  type PolicyDecision,
  type PolicyInput,
  type PolicyLevel,
} from "./policy.ts";
import { allowDns, allowSubject, denyDns, limitUsages, requireKey } from "./rules.ts";

const [a, b] = names("dns:a.lab.example", "dns:b.lab.example") as [
  PolicyInput["identifiers"][0],
  PolicyInput["identifiers"][0],
];
const input = policyInput({ identifiers: [a, b] });
const lab = attribute("organization", "Lab");

const allowAll = definePolicy("allow all", () => allow);

async function judge(policies: readonly Policy[], plan: PolicyInput = input): Promise<Judgement> {
  return evaluateLevels([{ name: "authority", policies }], plan);
}

describe("one level", () => {
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
    const { verdict, denials } = await judge(policies);
    expect(verdict).toBe(granted ? "allow" : "deny");
    expect(denials.length === 0).toBe(granted);
  });

  const wishes: readonly {
    why: string;
    subject: readonly SubjectAttribute[];
    policies: readonly Policy[];
    denied: readonly string[];
  }[] = [
    {
      why: "an attribute that the requester wants and no policy allows",
      subject: [lab],
      policies: [allowDns("*.lab.example")],
      denied: ["subject.organization:Lab"],
    },
    {
      why: "one that a policy allows",
      subject: [lab],
      policies: [allowDns("*.lab.example"), allowSubject({ organization: "Lab" })],
      denied: [],
    },
    {
      why: "one allowed by the whole request",
      subject: [lab],
      policies: [allowAll],
      denied: [],
    },
    {
      why: "attributes that the operator wants, or that repeat an identifier",
      subject: [attribute("organization", "Lab", "profile"), attribute("commonName", a.value, "identifier")],
      policies: [allowDns("*.lab.example")],
      denied: [],
    },
    {
      why: "one of two values of an attribute",
      subject: [lab, attribute("organization", "Bank")],
      policies: [allowDns("*.lab.example"), allowSubject({ organization: "Lab" })],
      denied: ["subject.organization:Bank"],
    },
    {
      why: "an operator's attribute that is denied",
      subject: [attribute("organization", "Lab", "profile")],
      policies: [allowAll, definePolicy("no labs", ({ subject }) => deny("no labs", ...subject))],
      denied: ["subject.organization:Lab"],
    },
  ];

  test.each(wishes)("subject: $why", async ({ subject, policies, denied }) => {
    const { denials } = await judge(policies, { ...input, subject });
    expect(denials.map((denial) => denial.input)).toEqual(denied);
  });

  test("a request with neither names nor wishes needs to be allowed as a whole", async () => {
    const nothing = policyInput();
    expect((await judge([allowAll], nothing)).verdict).toBe("allow");
    expect((await judge([allowDns("**.example")], nothing)).denials).toEqual([
      { level: "authority", rule: "default", input: "request", reason: "no policy allows this request" },
    ]);
  });

  test("two attributes that look the same when they are shown are not the same", async () => {
    const [umlaut, ring] = [attribute("organization", "L\u00f6b"), attribute("organization", "L\u00e5b")];
    const policies = [
      allowDns("*.lab.example"),
      definePolicy("one", () => ({ verdict: "allow", attribute: umlaut, reason: "known" })),
    ];
    const { denials } = await judge(policies, { ...input, subject: [umlaut, ring] });
    expect(denials).toEqual([
      {
        level: "authority",
        rule: "default",
        input: "subject.organization:L?b",
        reason: "no policy allows this subject attribute",
      },
    ]);
  });

  test("shows an attribute without a name by its OID, and nothing that a log could take for its own", async () => {
    const odd = { type: "1.2.3.4", value: "x\n\u001b[31mgranted", source: "request" } as const;
    const { denials } = await judge([allowDns("*.lab.example")], { ...input, subject: [odd] });
    expect(denials.map((denial) => denial.input)).toEqual(["subject.1.2.3.4:x??[31mgranted"]);
  });

  test("shows reasons, limits and asks on one line", async () => {
    const policy = definePolicy("chatty", () => ({
      verdict: "deny",
      reason: "no\r\nroot: granted\u202e",
      limit: "1\n",
      asked: "2\u2028",
    }));
    const { decisions, denials } = await judge([policy]);
    const shown = {
      level: "authority",
      rule: "chatty",
      input: "request",
      reason: "no??root: granted?",
      limit: "1?",
      asked: "2?",
    };
    expect(decisions).toEqual([{ ...shown, verdict: "deny" }]);
    expect(denials).toContainEqual(shown);
  });

  test("a refusal is complete: every policy is asked and every name is told", async () => {
    const { decisions, denials } = await judge([
      denyDns("a.lab.example"),
      definePolicy("closed", () => deny("closed today")),
      allowDns("c.lab.example"),
    ]);
    const level = "authority";
    expect(denials).toEqual([
      { level, rule: "deny dns", input: "dns:a.lab.example", reason: "denied by a.lab.example" },
      { level, rule: "closed", input: "request", reason: "closed today" },
      { level, rule: "default", input: "dns:b.lab.example", reason: "no policy allows this name" },
    ]);
    expect(decisions.map(({ rule, input: about, verdict }) => [rule, about, verdict])).toEqual([
      ["deny dns", "dns:a.lab.example", "deny"],
      ["deny dns", "dns:b.lab.example", "abstain"],
      ["closed", "request", "deny"],
      ["allow dns", "dns:a.lab.example", "abstain"],
      ["allow dns", "dns:b.lab.example", "abstain"],
    ]);
  });
});

describe("several levels", () => {
  const lower: PolicyLevel = { name: "provisioner acme", policies: [allowDns("a.lab.example")] };
  const upper: PolicyLevel = { name: "authority", policies: [allowDns("*.lab.example")] };

  test("each has to grant: what one level allows counts for no other", async () => {
    const { verdict, levels, denials } = await evaluateLevels([upper, lower], input);
    expect(verdict).toBe("deny");
    expect(levels.map(({ level, verdict: said }) => [level, said])).toEqual([
      ["authority", "allow"],
      ["provisioner acme", "deny"],
    ]);
    expect(denials).toEqual([
      {
        level: "provisioner acme",
        rule: "default",
        input: "dns:b.lab.example",
        reason: "no policy allows this name",
      },
    ]);
    expect(await evaluateLevels([upper, lower], { ...input, identifiers: [a] })).toMatchObject({
      verdict: "allow",
      denials: [],
    });
  });

  test("the tree has every level, policy and decision; the list has the same decisions", async () => {
    const { levels, decisions } = await evaluateLevels([upper, lower], { ...input, identifiers: [a] });
    const of = (level: string, reason: string) => ({
      level,
      rule: "allow dns",
      input: "dns:a.lab.example",
      verdict: "allow",
      reason,
    });
    const first = of("authority", "matches *.lab.example");
    const second = of("provisioner acme", "matches a.lab.example");
    expect(levels).toEqual([
      {
        level: "authority",
        verdict: "allow",
        policies: [{ policy: "allow dns", verdict: "allow", decisions: [first] }],
        denials: [],
      },
      {
        level: "provisioner acme",
        verdict: "allow",
        policies: [{ policy: "allow dns", verdict: "allow", decisions: [second] }],
        denials: [],
      },
    ]);
    expect(decisions).toEqual([first, second]);
  });

  test("the verdict of a policy is its strongest decision", async () => {
    const policy = definePolicy("both", () => [
      { verdict: "abstain", reason: "perhaps" },
      { verdict: "allow", identifier: a, reason: "yes" },
      { verdict: "deny", identifier: b, reason: "no" },
      { verdict: "allow", identifier: a, reason: "yes" },
    ]);
    const quiet = definePolicy("quiet", () => abstain);
    const { levels } = await judge([policy, allowAll, quiet]);
    expect(levels[0]?.policies.map(({ verdict }) => verdict)).toEqual(["deny", "allow", "abstain"]);
  });

  test("E-100: without a level nothing is granted, and neither at a level without a policy", async () => {
    expect(await evaluateLevels([], input)).toEqual({
      verdict: "deny",
      levels: [],
      decisions: [],
      denials: [
        { rule: "default", input: "dns:a.lab.example", reason: "no policy allows this name" },
        { rule: "default", input: "dns:b.lab.example", reason: "no policy allows this name" },
      ],
    });
    const open: PolicyLevel = { name: "authority", policies: [allowAll] };
    expect(await evaluateLevels([open, { name: "empty", policies: [] }], input)).toMatchObject({
      verdict: "deny",
    });
  });

  test("B-057: what deceives is refused whatever the levels allow, and shown before them", async () => {
    const mixed = attribute("organization", "L\u0430b");
    const { verdict, levels, decisions, denials } = await judge([allowAll], { ...input, subject: [mixed] });
    expect(verdict).toBe("deny");
    expect(levels.map(({ level, verdict: said }) => [level, said])).toEqual([
      ["built in", "deny"],
      ["authority", "allow"],
    ]);
    expect(decisions[0]).toMatchObject({ level: "built in", rule: "single script", verdict: "deny" });
    expect(denials).toEqual([
      {
        level: "built in",
        rule: "single script",
        input: "subject.organization:L?b",
        reason: "the value mixes scripts that are not written together",
      },
    ]);
  });
});

describe("failures", () => {
  const boom = new Error("database is down");
  const answering = (answer: unknown): Policy => ({
    name: "broken",
    canAllow: true,
    evaluate: () => answer as readonly PolicyDecision[],
  });
  const c = { type: "dns", value: "c.lab.example" };
  const broken: readonly { why: string; policy: Policy; failure: unknown }[] = [
    {
      why: "throws",
      policy: definePolicy("broken", () => {
        throw boom;
      }),
      failure: boom,
    },
    { why: "rejects", policy: definePolicy("broken", () => Promise.reject(boom)), failure: boom },
    {
      why: "rejects with nothing",
      policy: definePolicy("broken", () => rejection(undefined)),
      failure: expect.any(TypeError),
    },
    ...[
      { why: "answers nothing", answer: undefined },
      { why: "answers a single value", answer: true },
      { why: "answers text", answer: "allow" },
      { why: "answers a decision that is not in a list", answer: allow },
      { why: "answers a set of decisions", answer: new Set([allow]) },
      { why: "answers a list of null", answer: [null] },
      { why: "answers a list with a hole", answer: Array<PolicyDecision>(1) },
      { why: "answers an unknown verdict", answer: [{ verdict: "ALLOW", reason: "yes" }] },
      { why: "answers without a verdict", answer: [{ reason: "yes" }] },
      { why: "answers without a reason", answer: [{ verdict: "allow" }] },
      { why: "answers with an empty reason", answer: [{ verdict: "allow", reason: "" }] },
      { why: "answers with a reason that is no text", answer: [{ verdict: "allow", reason: {} }] },
      {
        why: "answers about a name that was not asked for",
        answer: [{ verdict: "allow", identifier: c, reason: "who?" }],
      },
      {
        why: "answers about a null identifier",
        answer: [{ verdict: "allow", identifier: null, reason: "who?" }],
      },
      {
        why: "answers about an attribute that was not asked for",
        answer: [{ verdict: "allow", attribute: lab, reason: "who?" }],
      },
      {
        why: "answers about a name and an attribute at once",
        answer: [{ verdict: "allow", identifier: a, attribute: lab, reason: "who?" }],
      },
      {
        why: "answers with a limit that is no text",
        answer: [{ verdict: "allow", reason: "yes", limit: 90 }],
      },
      {
        why: "answers with an ask that is no text",
        answer: [{ verdict: "allow", reason: "yes", asked: null }],
      },
      {
        why: "answers the right thing and then nonsense",
        answer: [allow, { verdict: "perhaps", reason: "?" }],
      },
    ].flatMap(({ why, answer }) => [
      { why, policy: answering(answer), failure: expect.any(TypeError) },
      { why: `later ${why}`, policy: answering(Promise.resolve(answer)), failure: expect.any(TypeError) },
    ]),
    {
      why: "answers nothing from definePolicy",
      policy: definePolicy("broken", () => undefined as unknown as PolicyDecision),
      failure: expect.any(TypeError),
    },
    {
      why: "answers with a promise that throws when it is asked",
      policy: answering({
        // biome-ignore lint/suspicious/noThenProperty: what a foreign promise may do
        then() {
          throw boom;
        },
      }),
      failure: boom,
    },
  ];

  test.each(broken)("E-100: a policy that $why refuses the whole request", async ({ policy, failure }) => {
    const judgement = await judge([allowAll, policy]);
    expect(judgement.failure).toEqual(failure);
    expect(judgement.verdict).toBe("deny");
    expect(judgement.denials).toEqual([
      {
        level: "authority",
        rule: "broken",
        input: "request",
        reason: "the policy could not be evaluated",
      },
    ]);
  });

  test("E-100: the reason of a failure does not carry what was thrown", async () => {
    const secret = definePolicy("broken", () => Promise.reject(new Error("password hunter2 refused")));
    const { denials, decisions, levels } = await judge([secret]);
    expect(JSON.stringify([denials, decisions, levels])).not.toContain("hunter2");
  });

  test("E-100: the answers before a failure do not help, and those after it neither", async () => {
    const broke = definePolicy("broken", () => Promise.reject(boom));
    expect((await judge([allowAll, broke, allowAll])).verdict).toBe("deny");
  });

  test("E-100: a policy that fails at one level refuses, whatever the others say", async () => {
    const broke: PolicyLevel = { name: "account", policies: [allowAll, answering([])] };
    const failing: PolicyLevel = { name: "account", policies: [allowAll, answering(undefined)] };
    const fine: PolicyLevel = { name: "authority", policies: [allowAll] };
    expect(await evaluateLevels([fine, broke], input)).toMatchObject({ verdict: "allow" });
    expect(await evaluateLevels([fine, failing], input)).toMatchObject({
      verdict: "deny",
      failure: expect.any(TypeError),
      denials: [{ level: "account", rule: "broken" }],
    });
  });

  test("E-100: a policy that says it never allows has failed when it allows", async () => {
    const denier: Policy = { name: "denier", canAllow: false, evaluate: () => [allow] };
    const later: Policy = { ...denier, evaluate: async () => [{ ...allow, identifier: a }] };
    for (const policy of [denier, later]) {
      const { verdict, failure } = await judge([policy, allowAll]);
      expect(verdict).toBe("deny");
      expect(failure).toMatchObject({
        message: "policy denier has allowed something, and canAllow is not true",
      });
    }
    const quiet: Policy = { ...denier, evaluate: () => [abstain] };
    expect((await judge([quiet, allowAll])).verdict).toBe("allow");
  });

  const getter = new Error("no name today");
  const withHole = <T>(values: T[]): T[] => Object.assign(values, { length: values.length + 1 });
  const misshapen: readonly { why: string; levels: unknown }[] = [
    { why: "nothing", levels: [undefined] },
    { why: "null", levels: [null] },
    { why: "a hole", levels: withHole([{ name: "authority", policies: [allowAll] }]) },
    { why: "without policies", levels: [{ name: "authority" }] },
    { why: "without a name", levels: [{ policies: [allowAll] }] },
    { why: "whose policies are no list", levels: [{ name: "authority", policies: allowAll }] },
    {
      why: "with a policy that is nothing",
      levels: [{ name: "authority", policies: [allowAll, undefined] }],
    },
    {
      why: "with a hole among its policies",
      levels: [{ name: "authority", policies: withHole([allowAll]) }],
    },
    {
      why: "with a policy without a name",
      levels: [{ name: "authority", policies: [{ ...allowAll, name: 7 }] }],
    },
    {
      why: "with a policy that does not tell its name",
      levels: [
        {
          name: "authority",
          policies: [
            allowAll,
            {
              canAllow: true,
              evaluate: () => [allow],
              get name(): string {
                throw getter;
              },
            },
          ],
        },
      ],
    },
  ];

  test.each(misshapen)("E-100: a level that is $why refuses the whole request", async ({ levels }) => {
    const { verdict, denials, failure } = await evaluateLevels(levels as readonly PolicyLevel[], input);
    expect(verdict).toBe("deny");
    expect(denials).toContainEqual(
      expect.objectContaining({ rule: "unreadable", reason: "the policy could not be evaluated" }),
    );
    expect(failure).toBeInstanceOf(Error);
  });

  test("E-100: levels are read once: what is asked is what is shown", async () => {
    let reads = 0;
    const level = {
      name: "authority",
      get policies(): readonly Policy[] {
        reads += 1;
        return reads === 1 ? [denyDns("a.lab.example"), allowAll] : [allowAll];
      },
    };
    const { verdict, levels } = await evaluateLevels([level], input);
    expect(verdict).toBe("deny");
    expect(levels[0]?.policies.map(({ policy }) => policy)).toEqual(["deny dns", "allow all"]);
    expect(reads).toBe(1);
  });

  test("a promise of another library is waited for", async () => {
    // biome-ignore lint/suspicious/noThenProperty: that is what makes it one
    const foreign = { then: (resolve: (value: unknown) => void) => resolve([allow]) };
    expect((await judge([answering(foreign)])).verdict).toBe("allow");
    const defined = definePolicy("foreign", () => foreign as unknown as Promise<PolicyDecision>);
    expect((await judge([defined])).verdict).toBe("allow");
  });
});

describe("time", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const never = definePolicy("patient", () => new Promise<never>(() => {}));

  test("E-100: a policy that is late refuses, and the reason says how long it had", async () => {
    const judgement = await evaluateLevels([{ name: "authority", policies: [allowAll, never] }], input, {
      timeout: 5,
    });
    expect(judgement.failure).toMatchObject({ name: "TimeoutError" });
    expect(judgement.denials).toEqual([
      {
        level: "authority",
        rule: "patient",
        input: "request",
        reason: "the policy did not answer within 0.005 s",
      },
    ]);
  });

  const busy = (milliseconds: number): void => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
  };

  test.each([
    {
      why: "at once",
      policy: definePolicy("busy", () => {
        busy(15);
        return allow;
      }),
    },
    {
      why: "later",
      policy: definePolicy("busy", async () => {
        await Promise.resolve();
        busy(15);
        return allow;
      }),
    },
    {
      why: "later, having been busy before",
      policy: definePolicy("busy", () => {
        busy(15);
        return Promise.resolve(allow);
      }),
    },
  ])("E-100: a policy that keeps every timer waiting and answers $why is late", async ({ policy }) => {
    const judgement = await evaluateLevels([{ name: "authority", policies: [policy, allowAll] }], input, {
      timeout: 5,
    });
    expect(judgement.failure).toMatchObject({ name: "TimeoutError" });
    expect(judgement.denials).toMatchObject([
      { rule: "busy", reason: "the policy did not answer within 0.005 s" },
    ]);
  });

  test("has 5 s unless told otherwise", async () => {
    const set = vi.spyOn(globalThis, "setTimeout");
    await judge([definePolicy("later", async () => allow)]);
    expect(set.mock.calls.map(([, delay]) => delay)).toEqual([5000]);
  });

  test("every policy has a signal of its own, which aborts when its time is over", async () => {
    const signals: AbortSignal[] = [];
    const watching = (name: string, wait: Promise<PolicyDecision>): Policy =>
      definePolicy(name, ({ signal }) => {
        signals.push(signal);
        return wait;
      });
    const policies = [
      watching("late", new Promise<never>(() => {})),
      watching("in time", Promise.resolve(allow)),
    ];
    await evaluateLevels([{ name: "authority", policies }], input, { timeout: 5 });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(signals[0]?.reason).toMatchObject({ name: "TimeoutError" });
  });

  test("an answer that comes too late changes nothing, and a failure too late disturbs nobody", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const { promise, resolve, reject } = Promise.withResolvers<PolicyDecision>();
    const { promise: other, resolve: resolveOther } = Promise.withResolvers<PolicyDecision>();
    const policies = [definePolicy("failing", () => promise), definePolicy("allowing", () => other)];
    const judgement = await evaluateLevels([{ name: "authority", policies }], input, { timeout: 5 });
    const before = structuredClone(judgement.denials);
    reject(new Error("too late"));
    resolveOther(allow);
    resolve(allow);
    await new Promise((done) => setImmediate(done));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(judgement.denials).toEqual(before);
  });

  test("all policies are asked at once: the time is theirs together", async () => {
    const order: string[] = [];
    const { promise, resolve } = Promise.withResolvers<PolicyDecision>();
    const first = definePolicy("first", () => {
      order.push("first");
      return promise;
    });
    const second = definePolicy("second", () => {
      order.push("second");
      resolve(allow);
      return abstain;
    });
    const { decisions } = await judge([first, second]);
    expect(order).toEqual(["first", "second"]);
    expect(decisions.map(({ rule }) => rule)).toEqual(["first", "second"]);
  });

  test("policies that answer at once cost no timer and no promise", () => {
    const set = vi.spyOn(globalThis, "setTimeout");
    const judgement = evaluateLevels(
      [{ name: "authority", policies: [allowDns("*.lab.example"), allowAll] }],
      {
        ...input,
      },
    );
    expect(judgement).not.toBeInstanceOf(Promise);
    expect(judgement).toMatchObject({ verdict: "allow" });
    expect(set).not.toHaveBeenCalled();
  });

  test("no timer outlives the answer, or keeps the process alive before it", async () => {
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
    const set = vi.spyOn(globalThis, "setTimeout");
    const clear = vi.spyOn(globalThis, "clearTimeout");
    const idle = timers();
    const judgement = judge([
      definePolicy("later", async () => allow),
      definePolicy("failing", () => Promise.reject(new Error("no"))),
    ]);
    expect(timers()).toBe(idle);
    await judgement;
    const started = set.mock.results.map(({ value }) => value);
    expect(started).toHaveLength(2);
    expect(clear.mock.calls.map(([timer]) => timer)).toEqual(expect.arrayContaining(started));
  });
});

describe("definePolicy", () => {
  test.each([
    { why: "an empty name", name: "" },
    { why: "a name of two lines", name: "a\nb" },
    { why: "a name of 256 characters", name: "x".repeat(256) },
  ])("refuses $why", ({ name }) => {
    expect(() => definePolicy(name, () => allow)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });

  test("is handed the plan and not the request", async () => {
    const seen: PolicyInput[] = [];
    const policy = definePolicy("watch", (plan) => {
      seen.push(plan);
      return allow;
    });
    await judge([policy]);
    expect(seen).toEqual([{ ...input, signal: expect.any(AbortSignal) }]);
  });

  const vandalism: readonly { why: string; change: (plan: PolicyInput) => unknown; honest: Policy }[] = [
    {
      why: "the profile",
      change: (plan) => Object.assign(plan, { profile: "other" }),
      honest: definePolicy("honest", ({ profile }) => (profile === "tlsServer" ? allow : deny("another"))),
    },
    {
      why: "the dates",
      change: ({ notBefore, notAfter }) => [notBefore.setTime(0), notAfter.setTime(0)],
      honest: definePolicy("honest", ({ notBefore, notAfter }) =>
        notBefore.getTime() > 0 && notAfter.getTime() > 0 ? allow : deny("other dates"),
      ),
    },
    {
      why: "the requester",
      change: ({ requester }) => Object.assign(requester, { kind: "operator" }),
      honest: definePolicy("honest", ({ requester }) =>
        requester.kind === "application" ? allow : deny("somebody else"),
      ),
    },
    {
      why: "the key",
      change: ({ key }) => Object.assign(key ?? {}, { curve: "P-521" }),
      honest: requireKey({ curves: ["P-256"] }),
    },
    {
      why: "the key usages",
      change: ({ keyUsage }) => Object.assign(keyUsage, { 1: "keyAgreement" }),
      honest: limitUsages({ keyUsage: ["digitalSignature"] }),
    },
    {
      why: "the named purposes",
      change: ({ extKeyUsage }) => Object.assign(extKeyUsage, { 1: "clientAuth" }),
      honest: definePolicy("honest", ({ extKeyUsage }) => (extKeyUsage.length === 1 ? allow : deny("more"))),
    },
    {
      why: "the purposes",
      change: ({ purposes }) => Object.assign(purposes, { 1: "1.2.3" }),
      honest: limitUsages({ extKeyUsage: ["serverAuth"] }),
    },
    {
      why: "the list of identifiers",
      change: ({ identifiers }) => Object.assign(identifiers, { length: 0 }),
      honest: definePolicy("honest", ({ identifiers }) => (identifiers.length === 2 ? allow : deny("fewer"))),
    },
    {
      why: "an identifier",
      change: ({ identifiers }) => Object.assign(identifiers[0] ?? {}, { value: "bank.example" }),
      honest: denyDns("bank.example"),
    },
    {
      why: "a subject attribute",
      change: ({ subject }) => Object.assign(subject[0] ?? {}, { value: "Bank" }),
      honest: definePolicy("honest", ({ subject }) => (subject[0]?.value === "Lab" ? allow : deny("other"))),
    },
  ];

  test.each(vandalism)(
    "no policy changes $why for the next one, nor for the caller",
    async ({ change, honest }) => {
      const vandal = definePolicy("vandal", (plan) => {
        try {
          change(plan);
        } catch {
          // Frozen.
        }
        return allow;
      });
      const plan = policyInput({ identifiers: [a, b].map((name) => ({ ...name })), subject: [{ ...lab }] });
      const before = structuredClone({ ...plan, signal: undefined });
      expect((await judge([vandal, honest], plan)).denials).toEqual([]);
      expect({ ...plan, signal: undefined }).toEqual(before);
    },
  );

  test("no policy changes the keys that are parsed after it", async () => {
    const { publicKey } = await generatePrivateKey();
    const key = parseSubjectPublicKeyInfo(publicKey).algorithm;
    expect(Object.isFrozen(key)).toBe(true);
    const vandal = definePolicy("vandal", (plan) => {
      Object.assign(plan.key ?? {}, { curve: "P-521" });
      return allow;
    });
    expect((await judge([vandal], { ...input, key })).verdict).toBe("deny");
    expect(parseSubjectPublicKeyInfo(publicKey).algorithm).toEqual({ type: "ec", curve: "P-256" });
  });

  test("deny names several identifiers and attributes at once", () => {
    expect(deny("not here", a, lab, b)).toEqual([
      { verdict: "deny", identifier: a, reason: "not here" },
      { verdict: "deny", attribute: lab, reason: "not here" },
      { verdict: "deny", identifier: b, reason: "not here" },
    ]);
  });
});

describe("any policies", () => {
  const [x, y, z] = names("dns:x.example", "ip:192.0.2.1", "uri:https://z.example/");
  const plan = policyInput({
    identifiers: [x, y, z].flatMap((name) => name ?? []),
    subject: [lab, attribute("country", "DE"), attribute("locality", "Lab", "profile")],
  });
  const targets: readonly Partial<PolicyDecision>[] = [
    {},
    ...plan.identifiers.map((identifier) => ({ identifier })),
    ...plan.subject.map((one) => ({ attribute: one })),
  ];
  const decision = fc
    .record({
      verdict: fc.constantFrom("abstain", "allow", "allow", "allow", "deny"),
      target: fc.constantFrom(...targets),
    })
    .map(({ verdict, target }): PolicyDecision => ({ verdict, ...target, reason: "because" }));
  const policy = fc
    .record({
      decisions: fc.array(decision, { maxLength: 8 }),
      way: fc.constantFrom("at once", "later", "throws"),
      mostly: fc.nat(9),
    })
    .map(({ decisions, way, mostly }) =>
      definePolicy("some", () => {
        // Rarely, or there would be little left to compare.
        if (way === "throws" && mostly === 0) throw new Error("no");
        return way === "later" ? Promise.resolve(decisions) : decisions;
      }),
    );
  const policies = fc.array(policy, { maxLength: 5 });
  const level = policies.map((some): PolicyLevel => ({ name: "some", policies: some }));
  const isGranted = async (levels: readonly PolicyLevel[]): Promise<boolean> =>
    (await evaluateLevels(levels, plan)).verdict === "allow";
  /** Grants most of the time, so that there is something to take away. */
  const generous = fc.oneof(
    level,
    policies.map((some): PolicyLevel => ({ name: "generous", policies: [allowAll, ...some] })),
  );

  test("adding a level never grants more", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(generous, { maxLength: 3 }),
        generous,
        fc.nat(3),
        async (levels, more, at) => {
          const added = levels.toSpliced(Math.min(at, levels.length), 0, more);
          if (levels.length > 0 && !(await isGranted(levels))) expect(await isGranted(added)).toBe(false);
          if (!(await isGranted([more]))) expect(await isGranted(added)).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("adding a denial never grants, wherever it stands and whatever it is about", async () => {
    await fc.assert(
      fc.asyncProperty(generous, fc.constantFrom(...targets), fc.nat(5), async (some, target, at) => {
        const denial: PolicyDecision = { verdict: "deny", ...target, reason: "no" };
        const more = some.policies.toSpliced(
          at,
          0,
          definePolicy("no", () => denial),
        );
        expect(await isGranted([{ ...some, policies: more }])).toBe(false);
      }),
    );
  });

  test("the order of policies never changes the verdict, nor what is refused", async () => {
    await fc.assert(
      fc.asyncProperty(
        generous.chain((some) =>
          fc.tuple(
            fc.constant(some),
            fc.shuffledSubarray([...some.policies], { minLength: some.policies.length }),
          ),
        ),
        async ([some, shuffled]) => {
          const before = await evaluateLevels([some], plan);
          const after = await evaluateLevels([{ ...some, policies: shuffled }], plan);
          expect(after.verdict).toBe(before.verdict);
          const refused = ({ denials }: Judgement): readonly string[] =>
            denials.map(({ rule, input: about }) => `${rule} ${about}`).toSorted();
          expect(refused(after)).toEqual(refused(before));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("the verdict, the levels' verdicts and the denials agree", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(generous, { maxLength: 3 }), async (levels) => {
        const judgement = await evaluateLevels(levels, plan);
        expect(judgement.verdict === "allow").toBe(judgement.denials.length === 0);
        expect(judgement.verdict === "allow").toBe(
          levels.length > 0 && judgement.levels.every(({ verdict }) => verdict === "allow"),
        );
      }),
    );
  });
});

function rejection(reason: unknown): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  reject(reason);
  return promise;
}

import { describe, expect, test } from "vitest";
import { attribute, policyInput } from "../../test/support/policy-input.ts";
import type { SubjectAttribute } from "../certificate/name.ts";
import type { PolicyDecision } from "./policy.ts";
import { allowCommonName, allowSubject, requireSubject, type SubjectValues } from "./subject-rules.ts";

const lab = attribute("organization", "Lab");

describe("allowSubject", () => {
  const policy = allowSubject({
    organization: "Lab",
    country: ["DE", "FR"],
    organizationalUnit: "*",
    commonName: "device-*",
  });

  test.each([
    { why: "the value", wish: lab, verdict: "allow", reason: "matches Lab" },
    {
      why: "one of several values",
      wish: attribute("country", "FR"),
      verdict: "allow",
      reason: "matches FR",
    },
    {
      why: "any value where any is allowed",
      wish: attribute("organizationalUnit", "Physics 2"),
      verdict: "allow",
      reason: "matches *",
    },
    {
      why: "a value by its pattern",
      wish: attribute("commonName", "device-17"),
      verdict: "allow",
      reason: "matches device-*",
    },
    {
      why: "another value",
      wish: attribute("country", "US"),
      verdict: "abstain",
      reason: "matches none of DE, FR",
    },
    {
      why: "the value in capitals",
      wish: attribute("organization", "LAB"),
      verdict: "abstain",
      reason: "matches none of Lab",
    },
  ])("judges $why", ({ wish, verdict, reason }) => {
    expect(policy.evaluate(policyInput({ subject: [wish] }))).toEqual([{ verdict, attribute: wish, reason }]);
  });

  test("says nothing about other attributes, nor about what the operator or an identifier wants", () => {
    const subject = [
      attribute("locality", "Kiel"),
      attribute("organization", "Lab", "profile"),
      attribute("commonName", "device-17", "identifier"),
    ];
    expect(policy.evaluate(policyInput({ subject }))).toEqual([]);
    expect(policy).toMatchObject({ name: "allow subject", canAllow: true });
    expect(Object.isFrozen(policy)).toBe(true);
  });

  test("allowCommonName allows common names alone", () => {
    const names = allowCommonName("Anna *", "printer");
    const subject = [attribute("commonName", "Anna Berg"), attribute("commonName", "Bernd Tal"), lab];
    expect(names.evaluate(policyInput({ subject }))).toEqual([
      { verdict: "allow", attribute: subject[0], reason: "matches Anna *" },
      { verdict: "abstain", attribute: subject[1], reason: "matches none of Anna *, printer" },
    ]);
    expect(names).toMatchObject({ name: "allow common name", canAllow: true });
  });
});

describe("requireSubject", () => {
  const policy = requireSubject({ organization: "Lab", country: ["DE", "FR"] });
  const country = attribute("country", "DE", "profile");

  const rows: readonly {
    why: string;
    subject: readonly SubjectAttribute[];
    decisions: readonly PolicyDecision[];
  }[] = [
    {
      why: "nothing when all are there, whoever wanted them",
      subject: [lab, country, attribute("locality", "Kiel")],
      decisions: [
        { verdict: "abstain", attribute: lab, reason: "matches Lab" },
        { verdict: "abstain", attribute: country, reason: "matches DE" },
      ],
    },
    {
      why: "the request when one is absent",
      subject: [country],
      decisions: [
        {
          verdict: "deny",
          reason: "the subject has no organization, it must be Lab",
          limit: "Lab",
          asked: "none",
        },
        { verdict: "abstain", attribute: country, reason: "matches DE" },
      ],
    },
    {
      why: "another value",
      subject: [lab, attribute("country", "US")],
      decisions: [
        { verdict: "abstain", attribute: lab, reason: "matches Lab" },
        {
          verdict: "deny",
          attribute: attribute("country", "US"),
          reason: 'country is "US", it must be one of DE, FR',
          limit: "DE, FR",
          asked: "US",
        },
      ],
    },
    {
      why: "another value beside the right one",
      subject: [lab, attribute("organization", "Bank"), country],
      decisions: [
        { verdict: "abstain", attribute: lab, reason: "matches Lab" },
        {
          verdict: "deny",
          attribute: attribute("organization", "Bank"),
          reason: 'organization is "Bank", it must be Lab',
          limit: "Lab",
          asked: "Bank",
        },
        { verdict: "abstain", attribute: country, reason: "matches DE" },
      ],
    },
  ];

  test.each(rows)("denies $why", ({ subject, decisions }) => {
    expect(policy.evaluate(policyInput({ subject }))).toEqual(decisions);
  });

  test("allows nothing", () => {
    expect(policy).toMatchObject({ name: "require subject", canAllow: false });
  });
});

describe("rules about the subject", () => {
  test.each([
    { why: "no attribute", values: {} },
    { why: "E-100: an attribute that there is not", values: { organisation: "Lab" } },
    { why: "E-100: a property of every object", values: { toString: "Lab" } },
    { why: "no value", values: { organization: [] } },
    { why: "an empty value", values: { organization: "" } },
    { why: "a value of two lines", values: { organization: ["Lab", "a\nb"] } },
  ] as { why: string; values: SubjectValues }[])("refuse $why", ({ values }) => {
    const error = expect.objectContaining({ code: "ERR_OPTION_INVALID" });
    expect(() => allowSubject(values)).toThrow(error);
    expect(() => requireSubject(values)).toThrow(error);
  });

  test("refuse no common name", () => {
    expect(() => allowCommonName()).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });

  test("keep copies: what they were given may change afterwards", () => {
    const country = ["DE"];
    const policy = allowSubject({ country });
    country.push("US");
    const subject = [attribute("country", "US")];
    expect(policy.evaluate(policyInput({ subject }))).toMatchObject([{ verdict: "abstain" }]);
  });
});

import { expect, test } from "vitest";
import { isCaError, RequestError } from "../errors.ts";
import type { Explanation } from "./explanation.ts";
import { PolicyError } from "./policy-error.ts";

const denials = [
  { level: "authority", rule: "names", input: "dns:a.test", reason: "no rule allows it" },
  { level: "authority", rule: "names", input: "dns:b.test", reason: "denied" },
];

const refusal: Explanation = {
  verdict: "deny",
  levels: [],
  decisions: [],
  denials,
  plan: {
    operation: "issue",
    profile: "tlsServer",
    issuer: "CN=Lab Root",
    identifiers: [
      { type: "dns", value: "a.test" },
      { type: "dns", value: "b.test" },
    ],
    subject: [],
    keyUsage: ["digitalSignature"],
    extKeyUsage: ["serverAuth"],
    purposes: ["1.3.6.1.5.5.7.3.1"],
    notBefore: new Date("2030-01-01T00:00:00Z"),
    notAfter: new Date("2030-01-02T00:00:00Z"),
  },
};

test("carries the explanation, and lists every denial in its message", () => {
  const error = new PolicyError(refusal);
  expect(error).toMatchObject({ name: "PolicyError", code: "ERR_POLICY_DENIED", denials });
  expect(error.explanation).toBe(refusal);
  expect(error.message).toBe("dns:a.test: no rule allows it; dns:b.test: denied");
  expect(error).toBeInstanceOf(RequestError);
  expect(isCaError(error)).toBe(true);
});

test("a policy that failed is its cause and has a code of its own", () => {
  const failure = new Error("the directory does not answer");
  expect(new PolicyError({ ...refusal, failure })).toMatchObject({
    code: "ERR_POLICY_FAILED",
    cause: failure,
  });
});

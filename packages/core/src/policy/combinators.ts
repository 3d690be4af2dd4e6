import { assertPolicyName, type Policy, type PolicyDecision, type PolicyInput } from "./policy.ts";

/**
 * Gives a policy a name of its own, by which explanations, refusals and the audit trail cite it.
 *
 * @example named("web servers", allowDns("*.lab.example"))
 * @param name - 1 to 255 characters without control characters.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the name.
 */
export function named(name: string, policy: Policy): Policy {
  assertPolicyName(name);
  return Object.freeze({
    name,
    canAllow: policy.canAllow,
    evaluate: (input: PolicyInput) => policy.evaluate(input),
  });
}

/**
 * Asks a policy about some requests only; about the others it says nothing. It keeps its name.
 *
 * @example when(({ profile }) => profile === "codeSigning", requireRequester({ kind: "operator" }))
 * @param condition - A throw fails closed, and so does an answer that is neither true nor false.
 */
export function when(condition: (input: PolicyInput) => boolean, policy: Policy): Policy {
  return Object.freeze({
    name: policy.name,
    canAllow: policy.canAllow,
    evaluate(input: PolicyInput) {
      const applies = condition(input);
      // A promise would pass for true.
      if (typeof applies !== "boolean")
        throw new TypeError(`the condition of policy ${policy.name} answered neither true nor false`);
      return applies ? policy.evaluate(input) : unconcerned;
    },
  });
}

const unconcerned: readonly PolicyDecision[] = Object.freeze([
  { verdict: "abstain", reason: "does not apply to this request" },
]);

import { ConfigurationError } from "../errors.ts";
import type { Identifier } from "../identifier/identifier.ts";
import type { Requester } from "../requester.ts";

/** What policies judge: the plan of a certificate, not the request it came from. */
export interface PolicyInput {
  readonly requester: Requester;
  /** Name of the profile. */
  readonly profile: string;
  readonly identifiers: readonly Identifier[];
  readonly notBefore: Date;
  /** Inclusive. */
  readonly notAfter: Date;
}

/** What a policy says about one identifier, or about the whole request when `identifier` is absent. */
export interface PolicyDecision {
  readonly verdict: "abstain" | "allow" | "deny";
  readonly identifier?: Identifier;
  /** One sentence for the requester. */
  readonly reason: string;
}

/**
 * A named judge of requests.
 *
 * A request is granted when every one of its identifiers is allowed by at least one policy and nothing is denied by any.
 * A policy that throws, or answers something that is no decision, refuses the request: `ERR_POLICY_FAILED`.
 */
export interface Policy {
  readonly name: string;
  /** False for a policy that only ever denies; an authority with nothing but such policies refuses to start. */
  readonly canAllow: boolean;
  evaluate(input: PolicyInput): readonly PolicyDecision[] | Promise<readonly PolicyDecision[]>;
}

/** Allows the whole request: every identifier that no policy denies. */
export const allow: PolicyDecision = Object.freeze({ verdict: "allow", reason: "allowed" });

/** Says nothing about the request. */
export const abstain: PolicyDecision = Object.freeze({ verdict: "abstain", reason: "no opinion" });

/**
 * Denies identifiers, or the whole request when none are named.
 *
 * @param reason - For the requester: name what is wrong with what.
 */
export function deny(reason: string, ...identifiers: readonly Identifier[]): readonly PolicyDecision[] {
  if (identifiers.length === 0) return [{ verdict: "deny", reason }];
  return identifiers.map((identifier) => ({ verdict: "deny", identifier, reason }));
}

/**
 * Makes a policy from a function.
 *
 * @param name - Appears in explanations, refusals and the audit trail.
 * @param evaluate - May answer one decision or several, at once or later. A throw fails closed.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: an empty name.
 */
export function definePolicy(
  name: string,
  evaluate: (input: PolicyInput) => PolicyAnswer | Promise<PolicyAnswer>,
): Policy {
  if (name === "") throw new ConfigurationError("ERR_OPTION_INVALID", "a policy has an empty name");
  return Object.freeze({
    name,
    canAllow: true,
    async evaluate(input: PolicyInput) {
      const answer = await evaluate(input);
      return "verdict" in answer ? [answer] : answer;
    },
  });
}

/** What the function of {@link definePolicy} answers. */
export type PolicyAnswer = PolicyDecision | readonly PolicyDecision[];

import type { NameAttribute, SubjectAttribute } from "../certificate/name.ts";
import type { ExtKeyUsage, KeyUsage } from "../certificate/usages.ts";
import type { KeyAlgorithm } from "../crypto/provider.ts";
import { ConfigurationError } from "../errors.ts";
import type { Identifier } from "../identifier/identifier.ts";
import { isPlainText, type Requester } from "../requester.ts";
import { printable } from "../text.ts";
import { isPromiseLike } from "./promise-like.ts";

/**
 * What policies judge: the plan of a certificate, not the request it came from. Frozen all the way down; the dates are each
 * policy's own.
 */
export interface PolicyInput {
  readonly operation: "issue" | "rekey" | "renew";
  readonly requester: Requester;
  /** Name of the profile. */
  readonly profile: string;
  readonly identifiers: readonly Identifier[];
  /** Every attribute of the subject, in order. */
  readonly subject: readonly SubjectAttribute[];
  /** Kind of the public key; absent when names are judged before there is a key. */
  readonly key?: KeyAlgorithm;
  readonly keyUsage: readonly KeyUsage[];
  /** The purposes that have a name. */
  readonly extKeyUsage: readonly ExtKeyUsage[];
  /** OIDs of all purposes, those without a name too; empty for a certificate that serves every purpose. */
  readonly purposes: readonly string[];
  readonly notBefore: Date;
  /** Inclusive. */
  readonly notAfter: Date;
  /** Aborts when the answer has come too late to count. */
  readonly signal: AbortSignal;
}

/** What a policy says about one identifier or one subject attribute, or about the whole request when both are absent. */
export interface PolicyDecision {
  readonly verdict: "abstain" | "allow" | "deny";
  readonly identifier?: Identifier;
  /** One of the input's subject attributes; instead of `identifier`. */
  readonly attribute?: NameAttribute;
  /** One sentence for the requester. */
  readonly reason: string;
  /** What the rule grants at most, for people, for example `P90D`. */
  readonly limit?: string;
  /** What was asked, in the terms of `limit`. */
  readonly asked?: string;
}

/**
 * A named judge of requests.
 *
 * A request is granted when every one of its identifiers, and every subject attribute that the requester asked for,
 * is allowed by at least one policy of each level, and nothing is denied by any. A request with neither needs one
 * that allows it as a whole. A policy that throws, takes too long, or answers something that is no decision, refuses
 * the request: `ERR_POLICY_FAILED`.
 */
export interface Policy {
  readonly name: string;
  /**
   * False for a policy that only ever denies: one that allows all the same has failed. An authority with nothing but such
   * policies refuses to start.
   */
  readonly canAllow: boolean;
  evaluate(input: PolicyInput): readonly PolicyDecision[] | Promise<readonly PolicyDecision[]>;
}

/**
 * Policies that have to grant a request together with those of every other level: those of the authority, of a
 * provisioner, of an account.
 */
export interface PolicyLevel {
  /** Appears in explanations, for example `authority` or `provisioner acme`. */
  readonly name: string;
  readonly policies: readonly Policy[];
}

/** Allows the whole request: every identifier and attribute that no policy denies. */
export const allow: PolicyDecision = Object.freeze({ verdict: "allow", reason: "allowed" });

/** Says nothing about the request. */
export const abstain: PolicyDecision = Object.freeze({ verdict: "abstain", reason: "no opinion" });

/**
 * Denies identifiers and subject attributes, or the whole request when none are named.
 *
 * @param reason - For the requester: name what is wrong with what.
 * @param inputs - Of the identifiers and the subject that the policy was handed.
 */
export function deny(
  reason: string,
  ...inputs: readonly (Identifier | NameAttribute)[]
): readonly PolicyDecision[] {
  if (inputs.length === 0) return [{ verdict: "deny", reason }];
  return inputs.map((input) => ({
    verdict: "deny",
    ...(isIdentifier(input) ? { identifier: input } : { attribute: input }),
    reason,
  }));
}

/** Types of attributes are OIDs, so no attribute passes for an identifier. */
function isIdentifier(input: Identifier | NameAttribute): input is Identifier {
  return input.type === "dns" || input.type === "email" || input.type === "ip" || input.type === "uri";
}

/**
 * Makes a policy from a function.
 *
 * @param name - Appears in explanations, refusals and the audit trail; 1 to 255 characters without control characters.
 * @param evaluate - May answer one decision or several, at once or later. A throw fails closed, and so does an answer
 * that is late; `input.signal` tells when that is. Several requests may be judged at once.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the name.
 */
export function definePolicy(
  name: string,
  evaluate: (input: PolicyInput) => PolicyAnswer | Promise<PolicyAnswer>,
): Policy {
  assertPolicyName(name);
  return Object.freeze({
    name,
    canAllow: true,
    evaluate(input: PolicyInput) {
      const answer = evaluate(input);
      return isPromiseLike(answer) ? Promise.resolve(answer).then(toDecisions) : toDecisions(answer);
    },
  });
}

function toDecisions(answer: PolicyAnswer): readonly PolicyDecision[] {
  return "verdict" in answer ? [answer] : answer;
}

/** @throws {ConfigurationError} `ERR_OPTION_INVALID` */
export function assertPolicyName(name: string): void {
  if (isPlainText(name)) return;
  throw new ConfigurationError(
    "ERR_OPTION_INVALID",
    `policy name "${printable(name)}" is not 1 to 255 characters without control characters`,
  );
}

/** What the function of {@link definePolicy} answers. */
export type PolicyAnswer = PolicyDecision | readonly PolicyDecision[];

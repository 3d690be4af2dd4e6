import type { Denial } from "../errors.ts";

/** What a rule, or a policy with all its rules, says. */
export type Verdict = "abstain" | "allow" | "deny";

/** Verdict of one rule on one input, as explanations show it. All of it is text of one line each. */
export interface RuleDecision {
  /** Name of the level that the policy belongs to. */
  readonly level: string;
  /** Name of the policy. */
  readonly rule: string;
  /**
   * An identifier as `type:value`, a subject attribute as `subject.organization:value` (its OID, where it has no name), or
   * `request` for the whole.
   */
  readonly input: string;
  readonly verdict: Verdict;
  readonly reason: string;
  /** What the rule grants at most, for people. */
  readonly limit?: string;
  /** What was asked, in the terms of `limit`. */
  readonly asked?: string;
}

/** All that one policy says. */
export interface PolicyJudgement {
  readonly policy: string;
  /** `deny` if it denies anything, `allow` if it allows something and denies nothing. */
  readonly verdict: Verdict;
  readonly decisions: readonly RuleDecision[];
}

/** What the policies of one level say together. */
export interface LevelJudgement {
  readonly level: string;
  /** `allow` exactly when `denials` is empty. */
  readonly verdict: "allow" | "deny";
  /** In the order in which they were given. */
  readonly policies: readonly PolicyJudgement[];
  /** What was denied, in order, and what no policy of the level allows. */
  readonly denials: readonly Denial[];
}

/** How a request is judged: level, policy, decision. */
export interface Judgement {
  /** `allow` exactly when `denials` is empty. */
  readonly verdict: "allow" | "deny";
  /** In the order in which they were given; before them, if it refuses anything, what holds at every level. */
  readonly levels: readonly LevelJudgement[];
  /** The decisions of all policies, in order. */
  readonly decisions: readonly RuleDecision[];
  /** The denials of all levels, in order: at least one for each input that is refused. */
  readonly denials: readonly Denial[];
  /** What a policy threw, for the operator; present when one could not be evaluated, which is among the denials too. */
  readonly failure?: unknown;
}

/** Presents a decision against something as a denial. */
export function toDenial({ level, rule, input, reason, limit, asked }: RuleDecision): Denial {
  return {
    level,
    rule,
    input,
    reason,
    ...(limit !== undefined && { limit }),
    ...(asked !== undefined && { asked }),
  };
}

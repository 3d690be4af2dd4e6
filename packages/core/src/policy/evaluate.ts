import type { MaybePromise } from "../crypto/provider.ts";
import type { Denial } from "../errors.ts";
import { type Answer, askPolicy } from "./ask-policy.ts";
import { checkWishes } from "./check-wishes.ts";
import { type Facts, freezeFacts } from "./facts.ts";
import {
  type Judgement,
  type LevelJudgement,
  type RuleDecision,
  toDenial,
  type Verdict,
} from "./judgement.ts";
import type { PolicyLevel } from "./policy.ts";
import { readLevels } from "./read-levels.ts";
import { readTargets, type Target, type Targets } from "./targets.ts";

export type { Judgement, LevelJudgement, RuleDecision } from "./judgement.ts";

/** Settings of {@link evaluateLevels}. */
export interface EvaluationOptions {
  /** Milliseconds that a policy may take to answer; default 5000. All policies are asked at once. */
  readonly timeout?: number;
}

/**
 * Asks every policy of every level about a plan.
 *
 * Each level has to grant the request: every identifier, and every subject attribute that the requester asked for, is
 * allowed by at least one of its policies, or the request as a whole is; a request with neither has to be allowed as
 * a whole. Whatever is denied at any level is refused. So is everything when there is no level, and at a level
 * without a policy.
 *
 * All policies are asked, also after a denial, so that a refusal is complete. Each has an input and a signal of its own.
 * A policy that throws, that is late, that allows although it said it never does, or that answers nonsense denies the
 * whole request; so does what is no level and no policy.
 *
 * Never throws. The answer is there at once when every policy answered at once.
 */
export function evaluateLevels(
  levels: readonly PolicyLevel[],
  facts: Facts,
  { timeout = 5000 }: EvaluationOptions = {},
): MaybePromise<Judgement> {
  const targets = readTargets(facts);
  const inputFor = freezeFacts(facts);
  const asked = readLevels(levels);
  const answers = settleAll(
    asked.map(({ name, policies }) => {
      const question = { level: name, inputFor, targets, timeout };
      return settleAll(policies.map((policy) => askPolicy(policy, question)));
    }),
  );
  const conclude = (settled: readonly (readonly Answer[])[]): Judgement => {
    const judged = settled.map((level, index) => judgeLevel(asked[index]?.name ?? "", level, targets));
    // Nobody was asked, so nobody has granted it.
    const ungranted = judged.length > 0 ? [] : targets.needed.map((target) => unallowed(target));
    return combine([...checkWishes(facts), ...judged], ungranted, firstFailure(settled));
  };
  return answers instanceof Promise ? answers.then(conclude) : conclude(answers);
}

function firstFailure(levels: readonly (readonly Answer[])[]): Answer | undefined {
  for (const answers of levels) {
    const failed = answers.find((answer) => "failure" in answer);
    if (failed !== undefined) return failed;
  }
  return undefined;
}

function settleAll<T>(values: readonly MaybePromise<T>[]): MaybePromise<readonly T[]> {
  const settled: T[] = [];
  for (const value of values) {
    if (value instanceof Promise) return Promise.all(values);
    settled.push(value);
  }
  return settled;
}

function judgeLevel(level: string, answers: readonly Answer[], targets: Targets): LevelJudgement {
  const allowed = new Set<Target>();
  const denied = new Set<Target>();
  const denials: Denial[] = [];
  const policies = answers.map(({ policy, rulings }) => {
    const decisions: RuleDecision[] = [];
    let verdict: Verdict = "abstain";
    for (const { target, decision } of rulings) {
      decisions.push(decision);
      if (decision.verdict === "deny") {
        verdict = "deny";
        denied.add(target);
        denials.push(toDenial(decision));
      } else if (decision.verdict === "allow") {
        if (verdict === "abstain") verdict = "allow";
        allowed.add(target);
      }
    }
    return { policy, verdict, decisions };
  });
  if (!allowed.has(targets.request)) {
    const missing = targets.needed.filter((target) => !allowed.has(target) && !denied.has(target));
    denials.push(...missing.map((target) => unallowed(target, level)));
  }
  return { level, verdict: denials.length === 0 ? "allow" : "deny", policies, denials };
}

function unallowed({ shown, unallowed: reason }: Target, level?: string): Denial {
  return { ...(level !== undefined && { level }), rule: "default", input: shown, reason };
}

function combine(
  levels: readonly LevelJudgement[],
  ungranted: readonly Denial[],
  failed: Answer | undefined,
): Judgement {
  const denials: Denial[] = [];
  const decisions: RuleDecision[] = [];
  for (const level of levels) {
    denials.push(...level.denials);
    for (const policy of level.policies) decisions.push(...policy.decisions);
  }
  denials.push(...ungranted);
  const judgement = { verdict: denials.length === 0 ? "allow" : "deny", levels, decisions, denials } as const;
  return failed === undefined ? judgement : { ...judgement, failure: failed.failure };
}

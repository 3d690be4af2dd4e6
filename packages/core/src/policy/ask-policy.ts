import type { MaybePromise } from "../crypto/provider.ts";
import { type Deadline, inTime, lateness, startDeadline } from "./deadline.ts";
import type { RuleDecision } from "./judgement.ts";
import type { Policy, PolicyDecision, PolicyInput } from "./policy.ts";
import { isPromiseLike } from "./promise-like.ts";
import { singleLine } from "./single-line.ts";
import type { Target, Targets } from "./targets.ts";

/** What one policy said, read and checked. */
export interface Answer {
  readonly policy: string;
  readonly rulings: readonly Ruling[];
  /** What it threw; present when it could not be evaluated, and then `rulings` is one denial of the whole request. */
  readonly failure?: unknown;
}

/** A decision, and what it is about. */
export interface Ruling {
  readonly target: Target;
  readonly decision: RuleDecision;
}

/** What {@link askPolicy} needs besides the policy. */
export interface Question {
  /** Name of the policy's level. */
  readonly level: string;
  /** Makes an input that no other policy has. */
  inputFor(signal: AbortSignal): PolicyInput;
  readonly targets: Targets;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * Asks one policy, and answers for it when it cannot: a policy that throws, is late, or says something that is no
 * decision about this request, denies all of it.
 *
 * Never throws or rejects. There at once when the policy answered at once, which costs no timer and no promise.
 *
 * @param policy - As `readLevels` has read it.
 */
export function askPolicy(policy: Policy, question: Question): MaybePromise<Answer> {
  const controller = new AbortController();
  const deadline = startDeadline(question.timeout);
  try {
    const said = policy.evaluate(question.inputFor(controller.signal));
    if (isPromiseLike(said)) return waitFor(said, { controller, deadline, policy, question });
    return deadline.isOver() ? late(policy, question, deadline) : read(policy, question, said);
  } catch (failure) {
    return closed(policy, question, failure);
  }
}

interface Asked {
  readonly controller: AbortController;
  readonly deadline: Deadline;
  readonly policy: Policy;
  readonly question: Question;
}

async function waitFor(
  coming: PromiseLike<readonly PolicyDecision[]>,
  { controller, deadline, policy, question }: Asked,
): Promise<Answer> {
  try {
    const said = await inTime(coming, deadline, controller);
    return said === undefined ? late(policy, question, deadline) : read(policy, question, said.value);
  } catch (failure) {
    return closed(policy, question, failure);
  }
}

function late(policy: Policy, question: Question, deadline: Deadline): Answer {
  const reason = `the policy did not answer within ${deadline.length / 1000} s`;
  return closed(policy, question, lateness(deadline), reason);
}

function closed(
  { name: rule }: Policy,
  { level, targets }: Question,
  failure: unknown,
  reason = "the policy could not be evaluated",
): Answer {
  const target = targets.request;
  return {
    policy: rule,
    rulings: [{ target, decision: { level, rule, input: target.shown, verdict: "deny", reason } }],
    // Whoever throws nothing has failed all the same.
    failure: failure ?? new TypeError(`policy ${rule} threw nothing`),
  };
}

/** A policy in JavaScript can answer anything. */
function isList(said: unknown): said is readonly PolicyDecision[] {
  return Array.isArray(said);
}

function read(
  { name: rule, canAllow }: Policy,
  { level, targets }: Question,
  said: readonly PolicyDecision[],
): Answer {
  if (!isList(said)) throw nonsense(rule);
  const rulings: Ruling[] = [];
  for (const decision of said) rulings.push(readRuling(decision, level, rule, targets));
  if (!canAllow && rulings.some(({ decision }) => decision.verdict === "allow"))
    throw new TypeError(`policy ${rule} has allowed something, and canAllow is not true`);
  return { policy: rule, rulings };
}

/** Reads every field once: what is checked is what counts. */
function readRuling(
  { verdict, identifier, attribute, reason, limit, asked }: PolicyDecision,
  level: string,
  rule: string,
  targets: Targets,
): Ruling {
  const target = targets.find(identifier, attribute);
  const isDecision = isVerdict(verdict) && isReason(reason) && isOptionalText(limit) && isOptionalText(asked);
  if (target === undefined || !isDecision) throw nonsense(rule);
  const decision = { level, rule, input: target.shown, verdict, reason: singleLine(reason) };
  if (limit === undefined && asked === undefined) return { target, decision };
  return {
    target,
    decision: {
      ...decision,
      ...(limit !== undefined && { limit: singleLine(limit) }),
      ...(asked !== undefined && { asked: singleLine(asked) }),
    },
  };
}

function isVerdict(verdict: unknown): boolean {
  return verdict === "allow" || verdict === "deny" || verdict === "abstain";
}

function isReason(reason: unknown): boolean {
  return typeof reason === "string" && reason !== "";
}

function isOptionalText(text: unknown): boolean {
  return text === undefined || typeof text === "string";
}

function nonsense(rule: string): TypeError {
  return new TypeError(`policy ${rule} answered something that is no decision about this request`);
}

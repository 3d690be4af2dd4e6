import type { Denial } from "../errors.ts";
import { formatIdentifier, type Identifier, sameIdentifier } from "../identifier/identifier.ts";
import type { Policy, PolicyDecision, PolicyInput } from "./policy.ts";

/** Verdict of one rule on one input, as explanations show it. */
export interface RuleDecision {
  readonly rule: string;
  /** An identifier as `type:value`, `subject`, or `request` for the whole. */
  readonly input: string;
  readonly verdict: "abstain" | "allow" | "deny";
  readonly reason: string;
}

/** All decisions on a request, and what of them refuses it. */
export interface Judgement {
  readonly decisions: readonly RuleDecision[];
  /** Empty exactly when the request is granted. */
  readonly denials: readonly Denial[];
  /** What a policy threw; present when one could not be evaluated, which is among the denials too. */
  readonly failure?: unknown;
}

/**
 * Asks every policy, and grants only what each identifier was allowed somewhere and denied nowhere.
 *
 * All policies are asked, also after a denial, so that a refusal is complete.
 */
export async function evaluatePolicies(policies: readonly Policy[], input: PolicyInput): Promise<Judgement> {
  const decisions: RuleDecision[] = [];
  const denials: Denial[] = [];
  const allowed = new Set<string>();
  const failures: unknown[] = [];
  for (const policy of policies) {
    const answer = await ask(policy, input);
    if ("failure" in answer) failures.push(answer.failure);
    for (const decision of answer.decisions) {
      const entry = {
        rule: policy.name,
        input: nameInput(decision.identifier),
        verdict: decision.verdict,
        reason: decision.reason,
      };
      decisions.push(entry);
      if (decision.verdict === "deny")
        denials.push({ rule: entry.rule, input: entry.input, reason: entry.reason });
      else if (decision.verdict === "allow") allowed.add(entry.input);
    }
  }
  denials.push(...unallowed(input.identifiers, allowed));
  return { decisions, denials, ...(failures.length > 0 && { failure: failures[0] }) };
}

const wholeRequest = "request";

function nameInput(identifier: Identifier | undefined): string {
  return identifier === undefined ? wholeRequest : formatIdentifier(identifier);
}

function unallowed(identifiers: readonly Identifier[], allowed: ReadonlySet<string>): Denial[] {
  if (allowed.has(wholeRequest)) return [];
  return identifiers
    .map(formatIdentifier)
    .filter((input) => !allowed.has(input))
    .map((input) => ({ rule: "default", input, reason: "no policy allows this name" }));
}

/** A policy that fails, or answers nonsense, denies the whole request: policy fails closed. */
async function ask(
  policy: Policy,
  input: PolicyInput,
): Promise<{ decisions: readonly PolicyDecision[]; failure?: unknown }> {
  try {
    const decisions = await policy.evaluate(input);
    const stray = decisions.find((decision) => !isDecision(decision, input.identifiers));
    if (stray === undefined) return { decisions };
    return closed(
      new TypeError(`policy ${policy.name} answered something that is no decision about this request`),
    );
  } catch (failure) {
    return closed(failure);
  }
}

function closed(failure: unknown): { decisions: readonly PolicyDecision[]; failure: unknown } {
  return { decisions: [{ verdict: "deny", reason: "the policy could not be evaluated" }], failure };
}

function isDecision(
  { verdict, identifier, reason }: PolicyDecision,
  identifiers: readonly Identifier[],
): boolean {
  const known = verdict === "allow" || verdict === "deny" || verdict === "abstain";
  const about =
    identifier === undefined || identifiers.some((candidate) => sameIdentifier(candidate, identifier));
  return known && about && typeof reason === "string";
}

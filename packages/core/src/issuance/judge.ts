import { nameConstraintViolation, subjectConstraintViolation } from "../certificate/name-constraints.ts";
import type { Explanation } from "../certificate-authority.ts";
import { type Denial, PolicyError } from "../errors.ts";
import { formatIdentifier } from "../identifier/identifier.ts";
import { evaluatePolicies, type Judgement } from "../policy/evaluate.ts";
import type { IssuanceContext } from "./context.ts";
import type { NamesPlan } from "./plan.ts";

/**
 * Step 3 of an issuance: asks the name constraints of the whole chain and every policy about the plan.
 *
 * Never throws for a refusal; all of them are collected.
 */
export async function judgePlan(context: IssuanceContext, plan: NamesPlan): Promise<Judgement> {
  const constraints = constraintDenials(context, plan);
  const judgement = await evaluatePolicies(context.policies, {
    requester: plan.requester,
    profile: plan.profile.name,
    identifiers: plan.identifiers,
    notBefore: new Date(plan.validity.notBefore),
    notAfter: new Date(plan.validity.notAfter),
  });
  return {
    ...judgement,
    decisions: [
      ...constraints.map((denial) => ({ ...denial, verdict: "deny" as const })),
      ...judgement.decisions,
    ],
    denials: [...constraints, ...judgement.denials],
  };
}

/** Turns a judgement that refuses into the error that says so. @throws {PolicyError} */
export function assertGranted({ denials, failure }: Judgement): void {
  if (denials.length === 0) return;
  const code = failure === undefined ? "ERR_POLICY_DENIED" : "ERR_POLICY_FAILED";
  throw new PolicyError(code, denials, { cause: failure });
}

/** Presents a judgement as an explanation. */
export function explainJudgement(plan: NamesPlan, { decisions, denials, failure }: Judgement): Explanation {
  return Object.freeze({
    verdict: denials.length === 0 ? "allow" : "deny",
    decisions,
    denials,
    ...(failure !== undefined && { failure }),
    plan: Object.freeze({
      profile: plan.profile.name,
      identifiers: plan.identifiers,
      notBefore: new Date(plan.validity.notBefore),
      notAfter: new Date(plan.validity.notAfter),
    }),
  });
}

function constraintDenials({ issuer }: IssuanceContext, { identifiers, subject }: NamesPlan): Denial[] {
  return issuer.nameConstraints.flatMap((constraints) => [
    ...identifiers.flatMap((identifier) =>
      constraintDenial(formatIdentifier(identifier), nameConstraintViolation(constraints, identifier)),
    ),
    ...constraintDenial("subject", subjectConstraintViolation(constraints, subject)),
  ]);
}

function constraintDenial(input: string, reason: string | undefined): Denial[] {
  return reason === undefined ? [] : [{ rule: "issuer name constraints", input, reason }];
}

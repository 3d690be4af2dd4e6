import { formatIdentifier } from "../identifier/identifier.ts";
import { inTime, lateness, startDeadline } from "../policy/deadline.ts";
import { evaluateLevels, type Judgement, type LevelJudgement } from "../policy/evaluate.ts";
import type { Explanation } from "../policy/explanation.ts";
import type { Policy, PolicyLevel } from "../policy/policy.ts";
import { PolicyError } from "../policy/policy-error.ts";
import { isPromiseLike } from "../policy/promise-like.ts";
import { formatRequester, type Requester } from "../requester.ts";
import type { IssuanceContext } from "./context.ts";
import { judgeConstraints } from "./judge-constraints.ts";
import type { CertificatePlan } from "./plan.ts";

/**
 * Step 3 of an issuance: asks the name constraints of the whole chain and every policy about the plan.
 *
 * Never throws for a refusal; all of them are collected.
 */
export async function judgePlan(context: IssuanceContext, plan: CertificatePlan): Promise<Explanation> {
  const { operation, requester, profile, issuer, identifiers, subject, key, validity } = plan;
  const without = {
    operation,
    profile: profile.name,
    identifiers,
    subject,
    keyUsage: plan.keyUsage,
    extKeyUsage: plan.extKeyUsage,
    purposes: plan.purposes,
    notBefore: new Date(validity.notBefore),
    notAfter: new Date(validity.notAfter),
  };
  const facts = key === undefined ? without : { ...without, key };
  const judgement = await evaluateLevels(
    await levelsFor(context, requester),
    { ...facts, requester },
    { timeout: context.policyTimeout },
  );
  return Object.freeze({
    ...withConstraints(judgeConstraints(plan), judgement),
    plan: Object.freeze({ ...facts, issuer: issuer.subject }),
  });
}

function withConstraints([constraints]: readonly LevelJudgement[], judgement: Judgement): Judgement {
  if (constraints === undefined) return judgement;
  return {
    ...judgement,
    verdict: "deny",
    levels: [constraints, ...judgement.levels],
    decisions: [...constraints.policies.flatMap(({ decisions }) => decisions), ...judgement.decisions],
    denials: [...constraints.denials, ...judgement.denials],
  };
}

/**
 * Lets a granted request pass; tells of one that is refused, and throws.
 *
 * @throws {PolicyError}
 */
export async function assertGranted(
  { store, now, emit, auditRefusals }: IssuanceContext,
  { requester, operation, profile }: CertificatePlan,
  explanation: Explanation,
): Promise<void> {
  if (explanation.verdict === "allow") return;
  if (auditRefusals)
    await store.appendAudit({
      at: now(),
      type: "certificate.refused",
      actor: formatRequester(requester),
      subject: explanation.plan.identifiers.map(formatIdentifier).join(" "),
      details: {
        operation,
        profile: profile.name,
        denials: explanation.denials
          .map(({ rule, input, reason }) => `${rule}: ${input}: ${reason}`)
          .join("; "),
      },
    });
  emit(() => ({ type: "certificate.refused", requester, operation, explanation }));
  throw new PolicyError(explanation);
}

/** Policy levels that cannot be had in time refuse the request, as a policy that fails does. */
async function levelsFor(
  { policyLevels, policyTimeout }: IssuanceContext,
  requester: Requester,
): Promise<readonly PolicyLevel[]> {
  try {
    const levels = policyLevels(requester);
    if (!isPromiseLike(levels)) return levels;
    const deadline = startDeadline(policyTimeout);
    const answer = await inTime(levels, deadline, new AbortController());
    if (answer === undefined) throw lateness(deadline);
    return answer.value;
  } catch (failure) {
    const unavailable: Policy = {
      name: "policy levels",
      canAllow: false,
      evaluate() {
        throw failure;
      },
    };
    return [{ name: "policy levels", policies: [unavailable] }];
  }
}

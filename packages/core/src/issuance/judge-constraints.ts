import { nameConstraintViolation, subjectConstraintViolation } from "../certificate/name-constraints.ts";
import { formatIdentifier } from "../identifier/identifier.ts";
import type { LevelJudgement, RuleDecision } from "../policy/evaluate.ts";
import { toDenial } from "../policy/judgement.ts";
import type { CertificatePlan } from "./plan.ts";
import { subjectName } from "./subject-name.ts";

const level = "issuer";
const rule = "name constraints";

/**
 * Refuses names that a certificate of the issuer's chain rules out; all of them have to permit every name.
 *
 * @returns Nothing, or one level that denies.
 * @see RFC 5280 section 4.2.1.10
 */
export function judgeConstraints({ issuer, identifiers, subject }: CertificatePlan): LevelJudgement[] {
  if (issuer.nameConstraints.length === 0) return [];
  const name = subjectName(subject);
  const decisions = issuer.nameConstraints.flatMap((constraints) => [
    ...identifiers.flatMap((identifier) =>
      denial(formatIdentifier(identifier), nameConstraintViolation(constraints, identifier)),
    ),
    ...denial("subject", subjectConstraintViolation(constraints, name)),
  ]);
  if (decisions.length === 0) return [];
  const policies = [{ policy: rule, verdict: "deny" as const, decisions }];
  return [{ level, verdict: "deny", policies, denials: decisions.map(toDenial) }];
}

function denial(input: string, reason: string | undefined): RuleDecision[] {
  return reason === undefined ? [] : [{ level, rule, input, verdict: "deny", reason }];
}

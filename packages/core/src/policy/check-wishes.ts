import { attributeTypeOids } from "../asn1/oids.ts";
import type { SubjectAttribute } from "../certificate/name.ts";
import { readsAsOtherHost } from "../identifier/host-resemblance.ts";
import { formatIdentifier, type Identifier } from "../identifier/identifier.ts";
import { type LevelJudgement, type RuleDecision, toDenial } from "./judgement.ts";
import type { PolicyInput } from "./policy.ts";
import { scriptFault } from "./single-script.ts";
import { formatAttribute } from "./targets.ts";

/** Name of the level that holds for every request, whatever the policies say. */
const level = "built in";

/**
 * Refuses wishes that could deceive whoever reads the certificate, whatever the policies allow: subject attributes and the
 * local parts of mail addresses that mix scripts, and a commonName that looks like a host and is not among the identifiers.
 *
 * What the operator configured is not looked at.
 *
 * @returns Nothing, or one level that denies.
 */
export function checkWishes({
  identifiers,
  subject,
}: Pick<PolicyInput, "identifiers" | "subject">): LevelJudgement[] {
  const decisions = [
    ...identifiers.filter(({ type }) => type === "email").flatMap(mailFaults),
    ...subject
      .filter(({ source }) => source === "request")
      .flatMap((attribute) => attributeFaults(attribute, identifiers)),
  ];
  if (decisions.length === 0) return [];
  const policies = rules
    .map((policy) => ({ policy, decisions: decisions.filter(({ rule }) => rule === policy) }))
    .filter((judged) => judged.decisions.length > 0)
    .map((judged) => ({ ...judged, verdict: "deny" as const }));
  return [{ level, verdict: "deny", policies, denials: decisions.map(toDenial) }];
}

const rules = ["single script", "common name"] as const;

function mailFaults(identifier: Identifier): RuleDecision[] {
  const local = identifier.value.slice(0, identifier.value.lastIndexOf("@"));
  return denial("single script", formatIdentifier(identifier), scriptFault(local));
}

function attributeFaults(attribute: SubjectAttribute, identifiers: readonly Identifier[]): RuleDecision[] {
  const input = formatAttribute(attribute);
  return [
    ...denial("single script", input, scriptFault(attribute.value)),
    ...denial("common name", input, commonNameFault(attribute, identifiers)),
  ];
}

function denial(rule: (typeof rules)[number], input: string, fault: string | undefined): RuleDecision[] {
  return fault === undefined ? [] : [{ level, rule, input, verdict: "deny", reason: `the value ${fault}` }];
}

function commonNameFault(
  { type, value }: SubjectAttribute,
  identifiers: readonly Identifier[],
): string | undefined {
  return type === attributeTypeOids.commonName && readsAsOtherHost(value, identifiers)
    ? "looks like a host and is none of the identifiers"
    : undefined;
}

import { attributeTypeOids } from "../asn1/oids.ts";
import type { SubjectAttribute } from "../certificate/name.ts";
import {
  formatIdentifier,
  type Identifier,
  type IdentifierType,
  parseIdentifier,
} from "../identifier/identifier.ts";
import { readIpAddress } from "../identifier/ip-address.ts";
import { printable } from "../text.ts";
import { toALabels } from "./a-labels.ts";
import { senseless } from "./configured.ts";
import type { Policy, PolicyDecision, PolicyInput } from "./policy.ts";
import { hasAddressHost, readStepRule, type StepRule, type StepRuleType } from "./step-rules.ts";

/** The `x509` part of a policy of step-ca, as its configuration has it. */
export interface StepNamePolicy {
  readonly allow?: StepNameRules;
  readonly deny?: StepNameRules;
  /** Whether wildcard names are certified; default: false. */
  readonly allowWildcardNames?: boolean;
}

/** Rules by kind of name; an absent kind and an empty one are the same. */
export interface StepNameRules {
  /** Common names. */
  readonly cn?: readonly string[];
  /** Names; `*.example.com` is exactly one label below. */
  readonly dns?: readonly string[];
  /** Addresses and CIDR blocks. */
  readonly ip?: readonly string[];
  /** `user@domain`, or `@domain` or `domain` for all of its addresses. */
  readonly email?: readonly string[];
  /** Hosts of URIs, as `dns`. */
  readonly uri?: readonly string[];
}

/** Settings of {@link stepPolicy} that step-ca does not have. */
export interface StepPolicyOptions {
  /** Whether a rule may begin with more than one `*.`, each of which is exactly one label; default: false. */
  readonly multiLevelWildcards?: boolean;
}

/**
 * Judges names as step-ca does, for a policy that was written for it.
 *
 * - Without any rule everything passes, wildcards too.
 * - Deny rules come first, then allow rules. A kind of name without rules is refused as soon as there is any allow
 *   rule; a kind with nothing but deny rules stays open for what they do not deny.
 * - `*.example.com` is exactly one label, neither the domain itself nor two. A wildcard name needs
 *   `allowWildcardNames`, and then its `*` is a label like any other.
 * - A host that is an IP address matches no uri rule, and is refused where there are some.
 * - A commonName that the cn rules let pass, passes. Every other one is judged as what it looks like: an IP address,
 *   a URI, a mail address, or else a DNS name. So a cn rule that denies merely sends it there. One that is empty is
 *   skipped.
 * - Other attributes of the subject pass.
 *
 * In three respects it is stricter. With rules but without `allowWildcardNames`, wildcard names are refused also
 * where there are deny rules alone, which in step-ca they slip past. A deny rule for a mail address denies it in
 * capitals too. Each of several common names counts. And like every policy it judges the plan that is signed, where
 * step-ca looks at what was parsed of it; name constraints of the chain are intersected, and renewals are judged
 * again.
 *
 * @param x509 - Fields of other names are refused: a deny rule with a misspelt kind would never deny.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a rule that cannot be read, with its field, for example `allow.dns`.
 * @see https://smallstep.com/docs/step-ca/policies/
 */
export function stepPolicy(
  x509: StepNamePolicy,
  { multiLevelWildcards = false }: StepPolicyOptions = {},
): Policy {
  assertFields(x509, "policy", ["allow", "deny", "allowWildcardNames"]);
  const allowWildcardNames: unknown = x509.allowWildcardNames ?? false;
  if (typeof allowWildcardNames !== "boolean")
    throw senseless("allowWildcardNames is neither true nor false");
  const allow = readRules(x509.allow, "allow", multiLevelWildcards);
  const deny = readRules(x509.deny, "deny", multiLevelWildcards);
  const rules: Rules = {
    allow,
    deny,
    canAllowAnything: Object.values(allow).some((some) => some.length > 0),
    allowWildcardNames,
  };
  const isEmpty = [...Object.values(allow), ...Object.values(deny)].every((some) => some.length === 0);
  return Object.freeze({
    name: "step policy",
    canAllow: true,
    evaluate: (input: PolicyInput) => (isEmpty ? open : judge(input, rules)),
  });
}

const open: readonly PolicyDecision[] = Object.freeze([{ verdict: "allow", reason: "there are no rules" }]);

type RulesByType = Readonly<Record<StepRuleType, readonly StepRule[]>>;

interface Rules {
  readonly allow: RulesByType;
  readonly deny: RulesByType;
  /** Whether there is any allow rule, of whatever kind. */
  readonly canAllowAnything: boolean;
  readonly allowWildcardNames: boolean;
}

function judge({ identifiers, subject }: PolicyInput, rules: Rules): readonly PolicyDecision[] {
  const decisions: readonly PolicyDecision[] = [
    ...identifiers.map((identifier) => ({ identifier, ...judgeName(identifier, rules) })),
    ...subject.map((attribute) => ({ attribute, ...judgeAttribute(attribute, rules) })),
  ];
  return decisions.length > 0 ? decisions : [{ verdict: "allow", reason: "there are no names" }];
}

/** What is said about a name, without the name. */
type Said = Pick<PolicyDecision, "asked" | "limit" | "reason" | "verdict">;

function judgeName({ type, value }: Identifier, rules: Rules): Said {
  const isRuled = hasRules(type, rules);
  if (!isRuled && rules.canAllowAnything)
    return refused(`there are no ${type} rules, only rules that allow other kinds of name`);
  if (type === "dns" && value.startsWith("*.") && !rules.allowWildcardNames)
    return refused("wildcard names need allowWildcardNames");
  if (type === "uri" && isRuled && hasAddressHost(value))
    return refused("a host that is an IP address matches no uri rule");
  return judgeByRules(value, type, rules);
}

function hasRules(type: StepRuleType, rules: Rules): boolean {
  return rules.allow[type].length + rules.deny[type].length > 0;
}

function judgeByRules(value: string, type: StepRuleType, rules: Rules): Said {
  const { allow, deny } = { allow: rules.allow[type], deny: rules.deny[type] };
  const denying = deny.find(({ matches }) => matches(value));
  if (denying !== undefined) return refused(`denied by ${type} rule ${denying.text}`);
  if (allow.length === 0) return { verdict: "allow", reason: `no ${type} rule denies it` };
  const allowing = allow.find(({ matches }) => matches(value));
  if (allowing !== undefined) return { verdict: "allow", reason: `allowed by ${type} rule ${allowing.text}` };
  const limit = allow.map(({ text }) => text).join(", ");
  return { verdict: "deny", reason: `matches none of the ${type} rules ${limit}`, limit, asked: value };
}

function refused(reason: string): Said {
  return { verdict: "deny", reason };
}

function judgeAttribute({ type, value }: SubjectAttribute, rules: Rules): Said {
  if (type !== attributeTypeOids.commonName)
    return { verdict: "allow", reason: "attributes other than commonName are not looked at" };
  if (value === "") return { verdict: "allow", reason: "an empty commonName is skipped" };
  const said = hasRules("cn", rules) ? judgeByRules(value, "cn", rules) : undefined;
  return said?.verdict === "allow" ? said : judgeClassified(value, rules);
}

function judgeClassified(value: string, rules: Rules): Said {
  const type = classify(value);
  // These two are not read before they are compared, so without rules anything goes.
  if ((type === "ip" || type === "uri") && !hasRules(type, rules) && !rules.canAllowAnything)
    return { verdict: "allow", reason: `no ${type} rule denies it` };
  try {
    const name = parseIdentifier(type, type === "dns" ? wildcardToALabels(value) : value);
    const said = judgeName(name, rules);
    return { ...said, reason: `as ${formatIdentifier(name)}: ${said.reason}` };
  } catch {
    return refused(`is taken for a name of kind ${type}, and is none`);
  }
}

/** As step-ca sorts names that are only text. */
function classify(value: string): IdentifierType {
  if (readIpAddress(value) !== undefined) return "ip";
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(value)) return "uri";
  return value.includes("@") ? "email" : "dns";
}

function wildcardToALabels(value: string): string {
  return value.startsWith("*.") ? `*.${toALabels(value.slice(2))}` : toALabels(value);
}

function readRules(
  written: StepNameRules | undefined,
  verdict: "allow" | "deny",
  multiLevelWildcards: boolean,
): RulesByType {
  assertFields(written ?? {}, verdict, ["cn", "dns", "ip", "email", "uri"]);
  const read = (type: StepRuleType): readonly StepRule[] => {
    const field = `${verdict}.${type}`;
    const texts: unknown = written?.[type] ?? [];
    if (!isListOfText(texts)) throw senseless(`${field} is not a list of texts`);
    return texts.map((text) => readStepRule(text, { type, verdict, field, multiLevelWildcards }));
  };
  return { cn: read("cn"), dns: read("dns"), ip: read("ip"), email: read("email"), uri: read("uri") };
}

function isListOfText(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function assertFields(value: object, what: string, known: readonly string[]): void {
  const unknown = Object.keys(value).find((field) => !known.includes(field));
  if (unknown === undefined) return;
  throw senseless(`${what} has a field "${printable(unknown)}", known are ${known.join(", ")}`);
}

import { parseEmailAddress } from "../identifier/email-address.ts";
import type { IdentifierType } from "../identifier/identifier.ts";
import { readIpAddress } from "../identifier/ip-address.ts";
import { toALabels } from "./a-labels.ts";
import { unreadable } from "./configured.ts";
import { parseDnsPattern } from "./dns-pattern.ts";
import { parseIpNetwork } from "./ip-network.ts";
import { splitUri } from "./uri-pattern.ts";

/** Kinds of rule in a policy of step-ca. */
export type StepRuleType = IdentifierType | "cn";

/** One rule, read. */
export interface StepRule {
  /** As written. */
  readonly text: string;
  /** @param name - An identifier's value, or a commonName. */
  matches(name: string): boolean;
}

/** What {@link readStepRule} needs besides the rule. */
export interface StepRuleContext {
  readonly type: StepRuleType;
  readonly verdict: "allow" | "deny";
  /** Where the rule stands, for messages, for example `allow.dns`. */
  readonly field: string;
  /** Whether several labels may be free. */
  readonly multiLevelWildcards: boolean;
}

/**
 * Reads a rule as step-ca does: white space around it counts for nothing, and case neither; names may be written in letters
 * beyond ASCII.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`; the message has the field and the rule.
 */
export function readStepRule(written: string, context: StepRuleContext): StepRule {
  try {
    return { text: written, matches: readers[context.type](written, context) };
  } catch (cause) {
    throw unreadable(`${context.field} rule`, written, cause);
  }
}

type Matcher = StepRule["matches"];

const readers: Readonly<Record<StepRuleType, (written: string, context: StepRuleContext) => Matcher>> = {
  cn: readCommonNameRule,
  dns: (written, context) => readDomainRule(folded(written), context),
  email: (written, context) => readEmailRule(folded(written), context),
  ip: (written) => parseIpNetwork(written, { hostBits: true }).contains,
  uri: (written, context) => readHostRule(folded(written), context),
};

function folded(written: string): string {
  const text = written.trim().toLowerCase();
  if (text === "") throw new Error("it is empty");
  return text;
}

function readCommonNameRule(written: string): Matcher {
  const rule = folded(written);
  if (rule === "*") throw new Error("a wildcard for every commonName is not supported");
  return (name) => name.toLowerCase() === rule;
}

/** `*.` in front is exactly one label; nothing else is a wildcard, and the label of a wildcard name is `*`. */
function readDomainRule(rule: string, { multiLevelWildcards }: StepRuleContext): Matcher {
  const [stars = ""] = (multiLevelWildcards ? /^(?:\*\.)+/ : /^\*\./).exec(rule) ?? [];
  const domain = rule.slice(stars.length);
  if (domain.includes("*")) throw new Error("a wildcard stands for the whole first label");
  return parseDnsPattern(stars + toALabels(domain)).covers;
}

function readHostRule(rule: string, context: StepRuleContext): Matcher {
  if (rule.includes("://")) throw new Error("it has a scheme: only the host of a URI is looked at");
  if (rule.includes(":")) throw new Error("it has a port or an IP address");
  const matches = readDomainRule(rule, context);
  return (uri) => matches(splitUri(uri).host);
}

function readEmailRule(rule: string, { verdict }: StepRuleContext): Matcher {
  if (rule.includes("*")) throw new Error("it has a wildcard");
  const domain = toALabels(rule.slice(rule.lastIndexOf("@") + 1));
  const local = rule.slice(0, Math.max(rule.lastIndexOf("@"), 0));
  if (local === "") {
    const { covers } = parseDnsPattern(domain);
    return (address) => covers(address.slice(address.lastIndexOf("@") + 1));
  }
  const mailbox = parseEmailAddress(`${local}@${domain}`);
  return verdict === "deny"
    ? (address) => address.toLowerCase() === mailbox
    : (address) => address === mailbox;
}

/** Whether the host of a URI is an address: no rule matches it, and where there are rules, it is refused. */
export function hasAddressHost(uri: string): boolean {
  const { host } = splitUri(uri);
  return host.startsWith("[") || readIpAddress(host) !== undefined;
}

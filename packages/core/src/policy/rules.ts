import { ConfigurationError } from "../errors.ts";
import { parseEmailAddress } from "../identifier/email-address.ts";
import type { Identifier, IdentifierType } from "../identifier/identifier.ts";
import { parseUri } from "../identifier/uri.ts";
import { type DnsPattern, parseDnsPattern } from "./dns-pattern.ts";
import { type IpNetwork, parseIpNetwork } from "./ip-network.ts";
import type { Policy, PolicyDecision, PolicyInput } from "./policy.ts";

/**
 * Allows DNS names. A wildcard name is allowed by a pattern that covers every name it stands for.
 *
 * @param patterns - `name`, `*.name` (exactly one label), `*.*.name` (one label for each star), `**.name` (one or more).
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no pattern, or one that cannot be read.
 */
export function allowDns(...patterns: readonly string[]): Policy {
  return nameRule("allow", "dns", patterns, parseDnsPattern, (pattern: DnsPattern, value) =>
    pattern.covers(value),
  );
}

/**
 * Denies DNS names, whatever else allows them. A wildcard name is denied by a pattern that touches any name it stands for.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function denyDns(...patterns: readonly string[]): Policy {
  return nameRule("deny", "dns", patterns, parseDnsPattern, (pattern: DnsPattern, value) =>
    pattern.touches(value),
  );
}

/** Allows IP addresses within networks (`10.1.0.0/16`, `fd00::/8`, a single address). @throws {ConfigurationError} `ERR_OPTION_INVALID` */
export function allowIp(...networks: readonly string[]): Policy {
  return nameRule("allow", "ip", networks, parseIpNetwork, (network: IpNetwork, value) =>
    network.contains(value),
  );
}

/** Denies IP addresses within networks, whatever else allows them. @throws {ConfigurationError} `ERR_OPTION_INVALID` */
export function denyIp(...networks: readonly string[]): Policy {
  return nameRule("deny", "ip", networks, parseIpNetwork, (network: IpNetwork, value) =>
    network.contains(value),
  );
}

/** Allows e-mail addresses: one address (`a@x`), or every address at a domain (`@x`). @throws {ConfigurationError} `ERR_OPTION_INVALID` */
export function allowEmail(...patterns: readonly string[]): Policy {
  return nameRule("allow", "email", patterns, parseEmailPattern, (pattern: string, value) =>
    pattern.startsWith("@") ? value.endsWith(pattern) : value === pattern,
  );
}

/**
 * Allows URIs at and below prefixes: `spiffe://lab.example` allows every identity of that trust domain,
 * `https://api.example/v1` that path and everything below it.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function allowUri(...prefixes: readonly string[]): Policy {
  return nameRule(
    "allow",
    "uri",
    prefixes,
    parseUriPrefix,
    (prefix: string, value) => value === prefix || value.startsWith(`${prefix}/`),
  );
}

function nameRule<Pattern>(
  verdict: "allow" | "deny",
  type: IdentifierType,
  texts: readonly string[],
  parse: (text: string) => Pattern,
  matches: (pattern: Pattern, value: string) => boolean,
): Policy {
  if (texts.length === 0)
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `a rule that ${verdict === "allow" ? "allows" : "denies"} ${type} names has no pattern`,
    );
  const patterns = texts.map((text) => ({ text, pattern: parse(text) }));
  const judge = (identifier: Identifier): PolicyDecision => {
    const found = patterns.find(({ pattern }) => matches(pattern, identifier.value));
    if (found !== undefined)
      return {
        verdict,
        identifier,
        reason: verdict === "deny" ? `denied by ${found.text}` : `matches ${found.text}`,
      };
    return { verdict: "abstain", identifier, reason: `matches none of ${texts.join(", ")}` };
  };
  return Object.freeze({
    name: `${verdict} ${type}`,
    canAllow: verdict === "allow",
    evaluate: ({ identifiers }: PolicyInput) =>
      identifiers.filter((identifier) => identifier.type === type).map(judge),
  });
}

function parseEmailPattern(text: string): string {
  return configured("email", text, () =>
    // By way of a mailbox, which may not have a wildcard for its domain.
    text.startsWith("@") ? parseEmailAddress(`a${text}`).slice(1) : parseEmailAddress(text),
  );
}

function parseUriPrefix(text: string): string {
  if (text.includes("?"))
    throw new ConfigurationError("ERR_OPTION_INVALID", `uri pattern "${text}" has a query`);
  // By way of a URI below it: a trust domain alone is no SPIFFE ID, and yet a prefix of many.
  return configured("uri", text, () => parseUri(`${text.replace(/\/$/, "")}/x`).slice(0, -2));
}

function configured(type: IdentifierType, text: string, parse: () => string): string {
  try {
    return parse();
  } catch (cause) {
    throw new ConfigurationError("ERR_OPTION_INVALID", `${type} pattern "${text}" cannot be read`, { cause });
  }
}

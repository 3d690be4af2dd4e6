import type { Identifier, IdentifierType } from "../identifier/identifier.ts";
import { senseless } from "./configured.ts";
import { parseDnsPattern } from "./dns-pattern.ts";
import { parseEmailPattern } from "./email-pattern.ts";
import { parseIpNetwork } from "./ip-network.ts";
import type { Policy, PolicyDecision, PolicyInput } from "./policy.ts";
import { parseSpiffePattern } from "./spiffe-pattern.ts";
import { parseUriPattern } from "./uri-pattern.ts";

/**
 * Allows DNS names. A wildcard name is allowed by a pattern that covers every name it stands for.
 *
 * @param patterns - `name`, `*.name` (exactly one label), `*.*.name` (one label for each star), `**.name` (one or more).
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no pattern, or one that cannot be read.
 */
export function allowDns(...patterns: readonly string[]): Policy {
  return allowNames("dns", patterns.map(parseDnsPattern).map(covering));
}

/**
 * Denies DNS names, whatever else allows them. A wildcard name is denied by a pattern that touches any name it stands
 * for.
 *
 * @param patterns - As for {@link allowDns}.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function denyDns(...patterns: readonly string[]): Policy {
  return denyNames("dns", patterns.map(parseDnsPattern).map(touching));
}

/**
 * Allows IP addresses within networks (`10.1.0.0/16`, `fd00::/8`, a single address).
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function allowIp(...networks: readonly string[]): Policy {
  return allowNames("ip", networks.map(readNetwork));
}

/** Denies IP addresses within networks, whatever else allows them. @throws {ConfigurationError} `ERR_OPTION_INVALID` */
export function denyIp(...networks: readonly string[]): Policy {
  return denyNames("ip", networks.map(readNetwork));
}

/**
 * Allows e-mail addresses.
 *
 * @param patterns - One address (`anna@lab.example`, in which case counts before the `@`), or every address at a domain
 * (`@lab.example`) or at the domains of a pattern as {@link allowDns} reads them (`@*.lab.example`).
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function allowEmail(...patterns: readonly string[]): Policy {
  return allowNames("email", patterns.map(parseEmailPattern).map(covering));
}

/**
 * Denies e-mail addresses, whatever else allows them, in capitals as well as in small letters.
 *
 * @param patterns - As for {@link allowEmail}.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function denyEmail(...patterns: readonly string[]): Policy {
  return denyNames("email", patterns.map(parseEmailPattern).map(touching));
}

/**
 * Allows URIs: scheme and host, and there a path with everything below it. `https://*.lab.example` allows every path
 * on these hosts, `https://api.example/v1` that path and what is below, `spiffe://lab.example` every identity of that
 * trust domain. Without a port, none; what follows a `?` plays no part.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no pattern, one with a query, or one that is no URI.
 */
export function allowUri(...patterns: readonly string[]): Policy {
  return allowNames("uri", patterns.map(parseUriPattern).map(covering));
}

/**
 * Denies URIs, whatever else allows them: on every port if the pattern has none, and however their path is
 * percent-encoded.
 *
 * @param patterns - As for {@link allowUri}.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function denyUri(...patterns: readonly string[]): Policy {
  return denyNames("uri", patterns.map(parseUriPattern).map(touching));
}

/**
 * Allows SPIFFE IDs of a trust domain, alone in their certificate: a URI beside one is denied, since an X.509-SVID
 * has exactly one.
 *
 * @param paths - `*` is exactly one segment, a last `**` one or more: `/ns/prod/sa/*`, `/ns/prod/**`. Default: every
 * path.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 * @see SPIFFE X509-SVID section 2
 */
export function allowSpiffe(trustDomain: string, ...paths: readonly string[]): Policy {
  const patterns = (paths.length === 0 ? ["/**"] : paths).map((path) =>
    parseSpiffePattern(trustDomain, path),
  );
  const { evaluate, ...policy } = allowNames("uri", patterns);
  return Object.freeze({
    ...policy,
    name: "allow spiffe",
    evaluate(input: PolicyInput) {
      const uris = input.identifiers.filter(({ type }) => type === "uri");
      if (uris.length < 2 || !uris.some(({ value }) => value.startsWith("spiffe:"))) return evaluate(input);
      return uris.map((identifier) => ({
        verdict: "deny" as const,
        identifier,
        reason: `a certificate with a SPIFFE ID has exactly one URI, not ${uris.length}`,
        limit: "1",
        asked: `${uris.length}`,
      }));
    },
  });
}

/** Texts to show, and whether a name is meant. */
interface NameSet {
  readonly text: string;
  matches(name: string): boolean;
}

type Pattern = { readonly text: string } & Record<"covers" | "touches", (name: string) => boolean>;

function covering({ text, covers }: Pattern): NameSet {
  return { text, matches: covers };
}

function touching({ text, touches }: Pattern): NameSet {
  return { text, matches: touches };
}

function readNetwork(text: string): NameSet {
  const { contains } = parseIpNetwork(text);
  return { text, matches: contains };
}

function allowNames(type: IdentifierType, sets: readonly NameSet[]): Policy {
  return nameRule({ verdict: "allow", type, sets, because: "matches" });
}

function denyNames(type: IdentifierType, sets: readonly NameSet[]): Policy {
  return nameRule({ verdict: "deny", type, sets, because: "denied by" });
}

interface NameRule {
  readonly verdict: "allow" | "deny";
  readonly type: IdentifierType;
  readonly sets: readonly NameSet[];
  /** Goes before the pattern that decided. */
  readonly because: string;
}

function nameRule({ verdict, type, sets, because }: NameRule): Policy {
  if (sets.length === 0) throw senseless(`a rule to ${verdict} ${type} names has no pattern`);
  const found = sets.map(({ text, matches }) => ({ reason: `${because} ${text}`, matches }));
  const otherwise = `matches none of ${sets.map(({ text }) => text).join(", ")}`;
  const judge = (identifier: Identifier): PolicyDecision => {
    const set = found.find(({ matches }) => matches(identifier.value));
    return set === undefined
      ? { verdict: "abstain", identifier, reason: otherwise }
      : { verdict, identifier, reason: set.reason };
  };
  return Object.freeze({
    name: `${verdict} ${type}`,
    canAllow: verdict === "allow",
    evaluate: ({ identifiers }: PolicyInput) =>
      identifiers.filter((identifier) => identifier.type === type).map(judge),
  });
}

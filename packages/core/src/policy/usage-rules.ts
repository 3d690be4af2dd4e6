import { extKeyUsageOids } from "../asn1/oids.ts";
import { type ExtKeyUsage, type KeyUsage, keyUsageBits } from "../certificate/usages.ts";
import { isObjectIdentifier } from "../profile/object-identifier.ts";
import { printable } from "../text.ts";
import { senseless } from "./configured.ts";
import type { Policy, PolicyDecision, PolicyInput } from "./policy.ts";

/** Usages that certificates may have; at least one of these is given. */
export interface UsageLimits {
  /** Default: every usage. */
  readonly keyUsage?: readonly KeyUsage[];
  /** Default: every purpose, if there are no `furtherPurposes` either. */
  readonly extKeyUsage?: readonly ExtKeyUsage[];
  /** Purposes without a name, by their OIDs, in addition to `extKeyUsage`. Default: none. */
  readonly furtherPurposes?: readonly string[];
}

/**
 * Denies requests for usages beyond these. It allows nothing.
 *
 * A certificate without extKeyUsage serves every purpose, which is beyond any limit to purposes.
 *
 * @example limitUsages({ extKeyUsage: ["serverAuth"] })
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no limit, an unknown usage, or a limit to no purpose at all.
 * @see RFC 5280 sections 4.2.1.3 and 4.2.1.12
 */
export function limitUsages(limits: UsageLimits): Policy {
  const checks = [...keyUsageCheck(limits), ...purposeCheck(limits)];
  if (checks.length === 0) throw senseless("a rule about usages limits nothing");
  return Object.freeze({
    name: "limit usages",
    canAllow: false,
    evaluate(input: PolicyInput): readonly PolicyDecision[] {
      const denials = checks.flatMap((check) => check(input));
      return denials.length > 0 ? denials : withinLimits;
    },
  });
}

const withinLimits: readonly PolicyDecision[] = Object.freeze([
  { verdict: "abstain", reason: "within the limits" },
]);

type Check = (input: PolicyInput) => readonly PolicyDecision[];

function keyUsageCheck({ keyUsage }: UsageLimits): readonly Check[] {
  if (keyUsage === undefined) return [];
  const usages = readNames("keyUsage", keyUsage, Object.keys(keyUsageBits));
  const limit = usages.length === 0 ? "none" : usages.join(", ");
  return [({ keyUsage: planned }) => beyond("keyUsage", planned, usages, limit)];
}

function purposeCheck({ extKeyUsage, furtherPurposes }: UsageLimits): readonly Check[] {
  if (extKeyUsage === undefined && furtherPurposes === undefined) return [];
  const known = [...purposeNames.values()];
  const purposes = [
    ...readNames("extKeyUsage", extKeyUsage ?? [], known),
    ...readOids(furtherPurposes ?? []),
  ];
  if (purposes.length === 0)
    throw senseless("a rule about usages lists no purpose, and every certificate has at least one");
  const limit = purposes.join(", ");
  return [
    ({ purposes: planned }) =>
      planned.length === 0
        ? [
            {
              verdict: "deny",
              reason: `every purpose is beyond extKeyUsage ${limit}`,
              limit,
              asked: "every purpose",
            },
          ]
        : beyond("extKeyUsage", planned.map(nameOfPurpose), purposes, limit),
  ];
}

function beyond(
  field: string,
  planned: readonly string[],
  usages: readonly string[],
  limit: string,
): readonly PolicyDecision[] {
  const wrong = planned.filter((usage) => !usages.includes(usage));
  if (wrong.length === 0) return [];
  const reason = `${field} ${wrong.join(", ")} is beyond ${limit}`;
  return [{ verdict: "deny", reason, limit, asked: planned.join(", ") }];
}

/** All but `any`, which no certificate of ours has. */
const purposeNames: ReadonlyMap<string, string> = new Map(
  Object.entries(extKeyUsageOids)
    .filter(([name]) => name !== "any")
    .map(([name, oid]) => [oid, name]),
);

function nameOfPurpose(oid: string): string {
  return purposeNames.get(oid) ?? oid;
}

function readNames(field: string, given: readonly string[], known: readonly string[]): readonly string[] {
  const usages = [...given];
  const unknown = usages.find((usage) => !known.includes(usage));
  if (unknown === undefined) return usages;
  throw senseless(`${field} "${printable(unknown)}" is not one of ${known.join(", ")}`);
}

function readOids(given: readonly string[]): readonly string[] {
  const oids = [...given];
  const wrong = oids.find((oid) => !isObjectIdentifier(oid) || namedOids.includes(oid));
  if (wrong === undefined) return oids;
  throw senseless(
    `furtherPurposes has "${printable(wrong)}", which is not the OID of a purpose that extKeyUsage has no name for`,
  );
}

const namedOids: readonly string[] = Object.values(extKeyUsageOids);

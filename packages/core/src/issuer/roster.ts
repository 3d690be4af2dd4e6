import { extKeyUsageOids } from "../asn1/oids.ts";
import type { ExtKeyUsage } from "../certificate/usages.ts";
import type { Validity } from "../claims/claims.ts";
import { assertPurposes } from "./chain.ts";
import { invalid } from "./invalid.ts";
import type { Issuer } from "./issuer.ts";
import { certificatesOf } from "./read-chain.ts";
import { rosterWarnings } from "./roster-warnings.ts";

/** When an issuer begins to issue, and what for. */
export interface IssuerAssignment {
  readonly issuer: Issuer;
  /** From when on certificates come from this issuer and not from an earlier one; default: as soon as it is valid. */
  readonly activeFrom?: Date;
  /** Names of profiles; default: all. */
  readonly profiles?: readonly string[];
}

/** What a roster has to know about a profile. */
export interface RosterProfile {
  readonly name: string;
  readonly extKeyUsage: readonly ExtKeyUsage[];
  /** OIDs of every purpose, if there are some that `extKeyUsage` has no name for. */
  readonly purposes?: readonly string[];
}

/** Who issues when. Derived from the time alone, so that all processes with one configuration change over at one instant. */
export interface Roster {
  /** In the order given. */
  readonly issuers: readonly Issuer[];
  /**
   * Finds the issuer of a profile: of those whose `activeFrom` has come and who are valid, the one whose `activeFrom` came last.
   * Of several with one `activeFrom`, the one given first.
   *
   * @param at - Milliseconds since 1970 UTC.
   */
  activeFor(profile: string, at: number): Issuer | undefined;
  /** Finds an issuer, active or not. */
  find(issuerId: string): Issuer | undefined;
  /** Whether an issuer serves a profile and its turn has come, even if it is over. */
  hasServed(issuerId: string, profile: string, at: number): boolean;
  /** Finds the issuer that takes over a profile from another; undefined when nobody is going to. */
  successorOf(issuerId: string, profile: string): Issuer | undefined;
  /** Finds what an operator should know: times without an issuer, chains that have ended. */
  warnings(at: number): readonly string[];
}

/**
 * Draws up who issues when.
 *
 * A time without an issuer does not keep an authority from starting: it is a warning.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no issuer, one issuer twice, a profile that is not there or that no issuer
 * serves, an `activeFrom` that is no date or after the issuer's end; `ERR_ISSUER_UNFIT`: a certificate of an issuer's chain
 * forbids what a profile is for.
 */
export function createRoster(
  assignments: readonly (Issuer | IssuerAssignment)[],
  profiles: readonly RosterProfile[],
): Roster {
  const assigned = assignments.map((entry) => ("issuer" in entry ? entry : { issuer: entry }));
  assertAssignments(assigned, profiles);
  const turns = new Map(profiles.map(({ name }) => [name, turnsOf(name, assigned)]));
  const times = new Map([...turns].map(([name, ofProfile]) => [name, ofProfile.map(timeOf)]));
  const issuers = Object.freeze(assigned.map(({ issuer }) => issuer));
  const turnsFor = (profile: string): readonly Turn[] => turns.get(profile) ?? [];
  return Object.freeze<Roster>({
    issuers,
    activeFor: (profile, at) =>
      turnsFor(profile).find(({ activeFrom, issuer }) => activeFrom <= at && covers(issuer, at))?.issuer,
    find: (issuerId) => issuers.find(({ id }) => id === issuerId),
    hasServed: (issuerId, profile, at) =>
      turnsFor(profile).some(({ activeFrom, issuer }) => issuer.id === issuerId && activeFrom <= at),
    successorOf(issuerId, profile) {
      const ofProfile = turnsFor(profile);
      const own = ofProfile.find(({ issuer }) => issuer.id === issuerId);
      const later = ofProfile.filter(({ activeFrom }) => own !== undefined && activeFrom > own.activeFrom);
      const next = Math.min(...later.map(({ activeFrom }) => activeFrom));
      return later.find(({ activeFrom }) => activeFrom === next)?.issuer;
    },
    warnings: (at) => rosterWarnings(times, issuers, at),
  });
}

interface Turn {
  readonly issuer: Issuer;
  /** Milliseconds since 1970 UTC. */
  readonly activeFrom: number;
}

/** notAfter is the last second that counts (RFC 5280 section 4.1.2.5). */
function covers({ validity: { notBefore, notAfter } }: Issuer, at: number): boolean {
  return at >= notBefore && at < notAfter + 1000;
}

/** When an issuer can be active; both ends inclusive. */
function timeOf({ issuer: { validity }, activeFrom }: Turn): Validity {
  return { notBefore: Math.max(activeFrom, validity.notBefore), notAfter: validity.notAfter };
}

/** Latest first; those with one `activeFrom` in the order given. */
function turnsOf(profile: string, assignments: readonly IssuerAssignment[]): readonly Turn[] {
  return assignments
    .filter(({ profiles }) => profiles === undefined || profiles.includes(profile))
    .map(({ issuer, activeFrom }) => ({
      issuer,
      activeFrom: activeFrom?.getTime() ?? issuer.validity.notBefore,
    }))
    .toSorted((left, right) => right.activeFrom - left.activeFrom);
}

function assertAssignments(
  assignments: readonly IssuerAssignment[],
  profiles: readonly RosterProfile[],
): void {
  if (assignments.length === 0) throw invalid("issuers is empty");
  const known = new Set(profiles.map(({ name }) => name));
  const seen = new Set<string>();
  for (const assignment of assignments) {
    const { issuer, profiles: names = [...known] } = assignment;
    if (seen.has(issuer.id)) throw invalid(`issuers has "${issuer.subject}" (${issuer.id}) twice`);
    seen.add(issuer.id);
    assertActiveFrom(assignment);
    const unknown = names.find((name) => !known.has(name));
    if (unknown !== undefined)
      throw invalid(
        `issuer "${issuer.subject}" is to serve profile "${unknown}", which is not one of ${[...known].join(", ")}`,
      );
    assertFit(
      issuer,
      profiles.filter(({ name }) => names.includes(name)),
    );
  }
  for (const name of known) {
    if (turnsOf(name, assignments).length === 0) throw invalid(`profile ${name} is served by no issuer`);
  }
}

function assertActiveFrom({ issuer, activeFrom }: IssuerAssignment): void {
  if (activeFrom === undefined) return;
  if (Number.isNaN(activeFrom.getTime()))
    throw invalid(`activeFrom of issuer "${issuer.subject}" is not a date`);
  if (activeFrom.getTime() >= issuer.validity.notAfter + 1000)
    throw invalid(
      `issuer "${issuer.subject}" is to be active from ${activeFrom.toISOString()}, it ends ${new Date(issuer.validity.notAfter).toISOString()}`,
    );
}

function assertFit(issuer: Issuer, profiles: readonly RosterProfile[]): void {
  const chain = certificatesOf(issuer);
  for (const { name, extKeyUsage, purposes } of profiles) {
    const oids = purposes ?? extKeyUsage.map((purpose) => extKeyUsageOids[purpose]);
    assertPurposes(chain, oids, `which profile ${name} is for`);
  }
}

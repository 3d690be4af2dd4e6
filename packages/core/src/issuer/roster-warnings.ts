import type { Validity } from "../claims/claims.ts";
import type { Issuer } from "./issuer.ts";

/**
 * Finds what an operator should know about a roster: times without an issuer that lie ahead, and chains that have ended.
 *
 * @param times - When issuers can be active, by profile.
 * @param at - Milliseconds since 1970 UTC.
 */
export function rosterWarnings(
  times: ReadonlyMap<string, readonly Validity[]>,
  issuers: readonly Issuer[],
  at: number,
): readonly string[] {
  const gaps = [...times].flatMap(([profile, ofProfile]) =>
    gapsAfter(at, ofProfile).map(
      ({ notBefore, notAfter }) =>
        `no issuer serves profile ${profile} from ${iso(notBefore)} to ${iso(notAfter)}`,
    ),
  );
  const ended = issuers.flatMap(({ subject, alternates }) =>
    alternates
      .filter(({ validity }) => at >= validity.notAfter + 1000)
      .map(({ validity }) => `an alternate chain of issuer "${subject}" ended ${iso(validity.notAfter)}`),
  );
  return Object.freeze([...gaps, ...ended]);
}

function gapsAfter(at: number, times: readonly Validity[]): readonly Validity[] {
  const gaps: Validity[] = [];
  let next = at;
  for (const { notBefore, notAfter } of times.toSorted((left, right) => left.notBefore - right.notBefore)) {
    if (notAfter + 1000 <= at) continue;
    if (notBefore > next) gaps.push({ notBefore: next, notAfter: notBefore });
    next = Math.max(next, notAfter + 1000);
  }
  return gaps;
}

function iso(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

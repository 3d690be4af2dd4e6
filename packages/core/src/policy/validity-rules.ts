import { formatDuration, parseDuration } from "../claims/duration.ts";
import type { Policy, PolicyDecision, PolicyInput } from "./policy.ts";

/**
 * Denies requests for certificates that would be valid for longer. It allows nothing.
 *
 * A profile's validity counts from the moment of issuance, and its backdate comes on top of it. So it does here.
 *
 * @param maximum - A duration such as `P30D`.
 * @param options.backdate - How much earlier notBefore may lie: the largest backdate of the profiles; default `PT1M`,
 * as theirs.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: not durations.
 */
export function limitValidity(
  maximum: string,
  { backdate = "PT1M" }: { readonly backdate?: string } = {},
): Policy {
  const length = parseDuration(maximum);
  const limit = formatDuration(length);
  const longest = length + parseDuration(backdate);
  const within: readonly PolicyDecision[] = [{ verdict: "abstain", reason: `is within ${limit}` }];
  return Object.freeze({
    name: "limit validity",
    canAllow: false,
    evaluate({ notBefore, notAfter }: PolicyInput): readonly PolicyDecision[] {
      // notAfter is the last second that counts: RFC 5280 section 4.1.2.5.
      const planned = notAfter.getTime() - notBefore.getTime() + 1000;
      if (planned <= longest) return within;
      const asked = formatDuration(planned);
      return [{ verdict: "deny", reason: `validity of ${asked} is above ${limit}`, limit, asked }];
    },
  });
}

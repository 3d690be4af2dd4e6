import { type ClaimsOptions, parseClaims } from "./claims.ts";
import { parseDuration } from "./duration.ts";

/**
 * Fills the claims of a child, a provisioner's or an account's, with those of its parent; what neither has keeps its
 * default.
 *
 * A child that sets nothing but a default validity outside of the bounds that it inherits moves the bound there, as
 * in step-ca. So claims are defaults and not limits: to limit what a child can grant, use a policy.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a validity that is no duration.
 */
export function inheritClaims(parent: ClaimsOptions, child: ClaimsOptions): ClaimsOptions {
  const inherited = { ...parent, ...withoutGaps(child) };
  const { defaultValidity } = child;
  if (defaultValidity === undefined) return inherited;
  const asked = parseDuration(defaultValidity);
  const minimum = boundOf(parent, "minimumValidity");
  const maximum = boundOf(parent, "maximumValidity");
  return {
    ...inherited,
    ...(child.minimumValidity === undefined && asked < minimum && { minimumValidity: defaultValidity }),
    ...(child.maximumValidity === undefined && asked > maximum && { maximumValidity: defaultValidity }),
  };
}

function boundOf(parent: ClaimsOptions, bound: "maximumValidity" | "minimumValidity"): number {
  const written = parent[bound];
  return written === undefined ? parseClaims()[bound] : parseDuration(written);
}

/** A field that is there and undefined counts as absent. */
function withoutGaps(claims: ClaimsOptions): ClaimsOptions {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}

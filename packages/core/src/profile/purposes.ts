import { extKeyUsageOids } from "../asn1/oids.ts";
import type { ExtKeyUsage } from "../certificate/usages.ts";
import { invalid } from "./invalid.ts";
import { isObjectIdentifier } from "./object-identifier.ts";

/** What certificates of a profile are for. */
export interface PurposeOptions {
  /** Default: no extKeyUsage at all, so that the key usage alone limits what the certificate is for. */
  readonly extKeyUsage?: readonly ExtKeyUsage[];
  /** Further purposes by their OIDs, dotted decimal, for example `1.3.6.1.4.1.311.20.2.2` (smart card logon). Default: none. */
  readonly furtherPurposes?: readonly string[];
}

/**
 * Checks the purposes of a profile.
 *
 * @returns The OIDs of all of them, the named ones first.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a purpose that is unknown, repeated, or has to stand alone.
 * @see RFC 5280 section 4.2.1.12, RFC 3161 section 2.3
 */
export function parsePurposes(profile: string, options: PurposeOptions): readonly string[] {
  const { extKeyUsage = [], furtherPurposes = [] } = options;
  const unknown = extKeyUsage.find((purpose: string) => !named.includes(purpose));
  if (unknown !== undefined)
    throw invalid(profile, "extKeyUsage", `has ${unknown}, which is not one of ${named.join(", ")}`);
  const wrong = furtherPurposes.find((oid) => !isObjectIdentifier(oid) || namedOids.includes(oid));
  if (wrong !== undefined)
    throw invalid(
      profile,
      "furtherPurposes",
      `has "${wrong}", which is not the OID of a purpose that extKeyUsage has no name for`,
    );
  const oids = [...extKeyUsage.map((purpose) => extKeyUsageOids[purpose]), ...furtherPurposes];
  const all = [...extKeyUsage, ...furtherPurposes].join(", ");
  if (new Set(oids).size !== oids.length)
    throw invalid(profile, "extKeyUsage", `has a purpose twice: ${all}`);
  const lone = alone.find((purpose) => extKeyUsage.includes(purpose));
  if (lone !== undefined && oids.length > 1)
    throw invalid(profile, "extKeyUsage", `is ${all}, but ${lone} has to stand alone`);
  return Object.freeze(oids);
}

/**
 * A time stamp is worth nothing if its certificate serves for more (RFC 3161 section 2.3), and whoever signs OCSP responses
 * decides which certificates are revoked.
 */
const alone: readonly ExtKeyUsage[] = ["timeStamping", "ocspSigning"];

/** All but `any`, which would let a certificate serve for whatever comes. */
const named: readonly string[] = Object.keys(extKeyUsageOids).filter((name) => name !== "any");
const namedOids: readonly string[] = Object.values(extKeyUsageOids);

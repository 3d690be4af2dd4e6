import type { Identifier } from "../identifier/identifier.ts";
import { invalid } from "./invalid.ts";

/**
 * Checks the name of a SPIFFE trust domain.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: not 1 to 255 of lower-case letters, digits, dots, hyphens, underscores.
 * @see SPIFFE-ID section 2.1
 */
export function parseTrustDomain(profile: string, trustDomain: string): string {
  if (/^[a-z0-9._-]{1,255}$/.test(trustDomain)) return trustDomain;
  throw invalid(
    profile,
    "spiffe.trustDomain",
    `"${trustDomain}" is not 1 to 255 lower-case letters, digits, dots, hyphens or underscores`,
  );
}

/** Whether a URI is the SPIFFE ID of a trust domain itself, which certificates of its authorities carry (X509-SVID section 3.2). */
export function isTrustDomainId(uri: string): boolean {
  return /^spiffe:\/\/[a-z0-9._-]{1,255}$/.test(uri);
}

/** Whether an identifier is a SPIFFE ID; identifiers of this scheme have been read as such. */
export function isSpiffeId({ type, value }: Identifier): boolean {
  return type === "uri" && value.startsWith("spiffe://");
}

import { type CertificatePolicy, maximumExplicitText } from "../certificate/certificate-policies.ts";
import { assertHonestText } from "../certificate/name.ts";
import { DerError } from "../errors.ts";
import { printable } from "../text.ts";
import { invalid } from "./invalid.ts";
import { isObjectIdentifier } from "./object-identifier.ts";

/**
 * Checks the certificate policies of a profile.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: an OID that is none or appears twice, a cps that is no absolute URI in ASCII,
 * an explicitText that is empty, too long, or could deceive a reader.
 * @see RFC 5280 section 4.2.1.4
 */
export function parseCertificatePolicies(
  profile: string,
  policies: readonly CertificatePolicy[] = [],
): readonly CertificatePolicy[] {
  const seen = new Set<string>();
  for (const policy of policies) {
    const { oid } = policy;
    if (!isObjectIdentifier(oid))
      throw invalid(profile, "certificatePolicies", `has "${printable(oid)}", which is no object identifier`);
    if (seen.has(oid)) throw invalid(profile, "certificatePolicies", `has ${oid} twice`);
    seen.add(oid);
    assertQualifiers(profile, policy);
  }
  return Object.freeze(policies.map((policy) => Object.freeze({ ...policy })));
}

function assertQualifiers(profile: string, { oid, cps, explicitText }: CertificatePolicy): void {
  if (cps !== undefined && !(/^https?:\/\/[\x21-\x7e]{1,2000}$/.test(cps) && URL.canParse(cps)))
    throw invalid(
      profile,
      "certificatePolicies",
      `${oid} has cps "${printable(cps)}", which is no http or https URI in ASCII`,
    );
  if (explicitText === undefined) return;
  const length = Array.from(explicitText).length;
  if (length === 0 || length > maximumExplicitText)
    throw invalid(
      profile,
      "certificatePolicies",
      `${oid} has explicitText of ${length} characters, allowed are 1 to ${maximumExplicitText}`,
    );
  try {
    assertHonestText(explicitText, "explicitText");
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw invalid(profile, "certificatePolicies", `${oid}: ${cause.message}`, cause);
  }
}

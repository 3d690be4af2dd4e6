import { encodeAuthorityInfoAccess } from "../certificate/authority-info-access.ts";
import { encodeCertificatePolicies } from "../certificate/certificate-policies.ts";
import { encodeCrlDistributionPoint } from "../certificate/distribution-points.ts";
import { encodeExtKeyUsage } from "../certificate/extensions.ts";
import type { ExtKeyUsage } from "../certificate/usages.ts";
import { isObjectIdentifier } from "../profile/object-identifier.ts";
import { printable } from "../text.ts";
import type { AuthorityOptions } from "./certificate-options.ts";
import { invalid } from "./invalid.ts";
import type { Issuer } from "./issuer.ts";

/** What the certificate of an intermediate may say, and who signs it. */
export interface IntermediateOptions extends AuthorityOptions {
  /** Whoever is above: its path length, name constraints, purposes and validity bind the intermediate. */
  readonly issuer: Issuer;
  /**
   * Purposes that certificates below may have, at least one; default serverAuth and clientAuth. Not ocspSigning: an intermediate that
   * had it could answer OCSP requests about itself. Responders below need no permission from here.
   */
  readonly extKeyUsage?: readonly ExtKeyUsage[];
  /** OIDs of certificate policies, none twice; default: none. */
  readonly certificatePolicies?: readonly string[];
  /** Where relying parties learn about this certificate from its issuer; default: nowhere. */
  readonly distribution?: IntermediateDistribution;
}

/** Places that the certificate of an intermediate names, each an http URL in ASCII. */
export interface IntermediateDistribution {
  /** The issuer's CRL. */
  readonly crl?: string;
  /** OCSP responders for the issuer. */
  readonly ocsp?: readonly string[];
  /** The issuer's certificate, DER. */
  readonly caIssuers?: readonly string[];
}

/**
 * Encodes the extensions that only intermediates have.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 * @see RFC 5280 sections 4.2.1.4, 4.2.1.12, 4.2.1.13 and 4.2.2.1
 */
export function intermediateExtensions(
  purposes: readonly ExtKeyUsage[],
  { certificatePolicies = [], distribution = {} }: IntermediateOptions,
): readonly Uint8Array[] {
  assertPolicies(certificatePolicies);
  const { crl, ocsp = [], caIssuers = [] } = distribution;
  for (const url of [...(crl === undefined ? [] : [crl]), ...ocsp, ...caIssuers]) assertUrl(url);
  return [
    encodeExtKeyUsage(purposes),
    ...(certificatePolicies.length === 0
      ? []
      : [encodeCertificatePolicies(certificatePolicies.map((oid) => ({ oid })))]),
    ...(crl === undefined ? [] : [encodeCrlDistributionPoint(crl)]),
    ...(ocsp.length + caIssuers.length === 0 ? [] : [encodeAuthorityInfoAccess({ ocsp, caIssuers })]),
  ];
}

/** Reads the purposes of an intermediate. @throws {ConfigurationError} `ERR_OPTION_INVALID` */
export function readPurposes(
  purposes: readonly ExtKeyUsage[] = ["serverAuth", "clientAuth"],
): readonly ExtKeyUsage[] {
  if (purposes.length === 0) throw invalid("extKeyUsage of an intermediate is empty");
  if (new Set(purposes).size !== purposes.length)
    throw invalid(`extKeyUsage ${purposes.join(", ")} has a purpose twice`);
  if (purposes.includes("ocspSigning"))
    throw invalid("extKeyUsage has ocspSigning, with which an intermediate could answer for its own issuer");
  return purposes;
}

function assertPolicies(oids: readonly string[]): void {
  const wrong = oids.find((oid) => !isObjectIdentifier(oid));
  if (wrong !== undefined)
    throw invalid(`certificatePolicies has "${printable(wrong)}", which is no object identifier`);
  const twice = oids.find((oid, index) => oids.indexOf(oid) !== index);
  if (twice !== undefined) throw invalid(`certificatePolicies has ${twice} twice`);
}

/** Not https: whoever fetches a CRL to verify a certificate must not have to verify that one first. */
function assertUrl(url: string): void {
  if (/^http:\/\/[\x21-\x7e]{1,2000}$/.test(url) && URL.canParse(url)) return;
  throw invalid(`distribution has "${printable(url)}", which is no http URL in ASCII`);
}

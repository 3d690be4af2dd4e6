import { equalBytes } from "../encoding/bytes.ts";
import { ConfigurationError } from "../errors.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { Distribution } from "../profile/distribution.ts";
import type { CrlPartition } from "../store/certificate-store.ts";
import type { CertificateRevocationList } from "./parse.ts";

/** Whose CRL it is, and what it says about which certificates it covers. */
export interface CrlScope extends CrlPartition {
  readonly issuer: Issuer;
  /** Undefined: it covers all certificates of the issuer, which is what the only partition does. */
  readonly distributionPoint: string | undefined;
  /** URL of the delta CRL, named in the full one. */
  readonly freshestCrl: string | undefined;
}

/** What CRLs need of a distribution: the URLs that certificates are given too. */
export type CrlDistribution = Pick<Distribution, "urlsOf">;

/**
 * Works out the scopes of an issuer's CRLs.
 *
 * @param partitions - Distinct, every one that has certificates.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: several partitions without a URL each, or two CRLs with the same: a relying party
 * could take one partition's CRL for another's and miss a revocation.
 * @see RFC 5280 section 5.2.5
 */
export function scopesOf(
  issuer: Issuer,
  partitions: readonly number[],
  distribution: CrlDistribution,
): readonly CrlScope[] {
  const scopes = partitions.map((partition) => {
    const { crl, deltaCrl } = distribution.urlsOf({ issuerId: issuer.id, partition });
    return { issuer, issuerId: issuer.id, partition, distributionPoint: crl, freshestCrl: deltaCrl };
  });
  assertDistinct(scopes);
  // A list of everything says so by saying nothing: it then serves certificates too that were issued without a URL, or with another.
  const [only, ...others] = scopes;
  if (only !== undefined && others.length === 0) return [{ ...only, distributionPoint: undefined }];
  const bare = scopes.find(({ distributionPoint }) => distributionPoint === undefined);
  if (bare !== undefined) {
    throw invalid(
      `CRL partition ${bare.partition} of issuer "${issuer.subject}" has no distribution URL, which each of its ${scopes.length} partitions needs`,
    );
  }
  return scopes;
}

/** Whether a published CRL says of itself what one published at this instant would say. */
export function describesScope(
  list: CertificateRevocationList,
  { issuer, distributionPoint, freshestCrl }: CrlScope,
): boolean {
  return (
    list.signatureAlgorithm === issuer.signer.algorithm &&
    equalBytes(list.issuer.der, issuer.parsed.subject.der) &&
    equalBytes(list.authorityKeyIdentifier ?? new Uint8Array(), issuer.keyIdentifier) &&
    list.issuingDistributionPoint?.urls[0] === distributionPoint &&
    (list.baseCrlNumber !== undefined || list.freshestCrl[0] === freshestCrl)
  );
}

/** One URL answers one CRL. */
function assertDistinct(scopes: readonly CrlScope[]): void {
  const taken = new Set<string>();
  for (const url of scopes.flatMap(({ distributionPoint, freshestCrl }) => [
    distributionPoint,
    freshestCrl,
  ])) {
    if (url === undefined) continue;
    if (taken.has(url)) throw invalid(`two CRLs have the distribution URL ${url}`);
    taken.add(url);
  }
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message);
}

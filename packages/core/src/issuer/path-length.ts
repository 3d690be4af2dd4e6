import { formatName } from "../certificate/name.ts";
import type { ParsedCertificate } from "../certificate/parse.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { unfit } from "./unfit.ts";

/**
 * How many certificate authorities may stand below the first certificate of a chain, and which certificate says so.
 *
 * Self-issued certificates, such as those that link an old key and a new one, take no place.
 *
 * @param chain - Lowest first.
 * @returns Infinity without a limit; negative when a limit is exceeded already.
 * @see RFC 5280 sections 4.2.1.9 and 6.1.4
 */
export function pathLengthLeft(chain: readonly ParsedCertificate[]): {
  readonly left: number;
  readonly by: ParsedCertificate | undefined;
} {
  const limits = chain.map((certificate, index) => limitOf(certificate) - countBelow(chain, index));
  const left = Math.min(...limits);
  return { left, by: chain[limits.indexOf(left)] };
}

/** Checks every path length of a chain against what stands below it. @throws {ConfigurationError} `ERR_ISSUER_UNFIT` */
export function assertPathLengths(chain: readonly ParsedCertificate[]): void {
  for (const [index, certificate] of chain.entries()) {
    const below = countBelow(chain, index);
    if (limitOf(certificate) >= below) continue;
    throw unfit(
      `"${formatName(certificate.subject)}" allows ${limitOf(certificate)} certificate authorities below it, the chain has ${below}`,
    );
  }
}

/** Whether a certificate has one name as its issuer and its subject, whoever signed it (RFC 5280 section 3.2). */
export function isSelfIssued({ issuer, subject }: ParsedCertificate): boolean {
  return equalBytes(issuer.der, subject.der);
}

function limitOf({ basicConstraints }: ParsedCertificate): number {
  return basicConstraints?.pathLength ?? Number.POSITIVE_INFINITY;
}

function countBelow(chain: readonly ParsedCertificate[], index: number): number {
  return chain.slice(0, index).filter((certificate) => !isSelfIssued(certificate)).length;
}

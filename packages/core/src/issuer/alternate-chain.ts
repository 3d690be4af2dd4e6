import { formatName } from "../certificate/name.ts";
import type { ParsedCertificate } from "../certificate/parse.ts";
import type { Validity } from "../claims/claims.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { assertChain } from "./chain.ts";
import { readChain, splitChain } from "./read-chain.ts";
import { unfit } from "./unfit.ts";

/** Another way from an issuer's key to a trust anchor, as cross-certificates make it. */
export interface AlternateChain {
  /** DER of a certificate for the issuer's name and key, and of those above it, without the trust anchor. */
  readonly chain: readonly Uint8Array[];
  readonly trustAnchor: Uint8Array;
  /** When every certificate of this chain is valid. What the issuer signs may outlive it. */
  readonly validity: Validity;
}

/**
 * Reads alternate chains and verifies each like the issuer's own, except that it may have ended: an old root ends one day, and the
 * issuer beneath the new one must start all the same. Certificates are not given a chain that has ended.
 *
 * @param own - The issuer's own chain, verified.
 * @throws {ConfigurationError} `ERR_ISSUER_UNFIT`, also for a chain that begins with another name, key or key identifier, or that
 * leads to a trust anchor which another chain leads to; `ERR_ISSUER_EXPIRED`: a chain that has not begun.
 */
export async function readAlternates(
  chainsPem: readonly string[],
  own: readonly ParsedCertificate[],
  now: number,
): Promise<readonly AlternateChain[]> {
  const chains = chainsPem.map((pem, index) => readChain(pem, `alternate chain ${index + 1}`));
  for (const [index, chain] of chains.entries()) {
    const name = `alternate chain ${index + 1}`;
    assertSameIssuer(own[0], chain[0], name);
    assertOtherAnchor([own, ...chains.slice(0, index)], chain, name);
    await assertChain(chain, Math.min(now, splitChain(chain).validity.notAfter));
  }
  return chains.map((chain) => Object.freeze(splitChain(chain)));
}

/** What the issuer signs names it by its subject and key identifier, so those must be the same in every chain. */
function assertSameIssuer(
  own: ParsedCertificate | undefined,
  other: ParsedCertificate | undefined,
  chain: string,
): void {
  if (own === undefined || other === undefined) return;
  const differences = [
    ["subject", own.subject.der, other.subject.der],
    ["key", own.publicKey.der, other.publicKey.der],
    ["subjectKeyIdentifier", own.subjectKeyIdentifier, other.subjectKeyIdentifier],
  ] as const;
  const difference = differences.find(
    ([, ours, theirs]) => ours !== undefined && (theirs === undefined || !equalBytes(ours, theirs)),
  );
  if (difference === undefined) return;
  throw unfit(
    `${chain} begins with "${formatName(other.subject)}", whose ${difference[0]} is not that of issuer "${formatName(own.subject)}"`,
  );
}

function assertOtherAnchor(
  others: readonly (readonly ParsedCertificate[])[],
  chain: readonly ParsedCertificate[],
  name: string,
): void {
  const anchor = chain[chain.length - 1];
  const known = others.flatMap((other) => other.slice(-1));
  if (anchor === undefined || !known.some(({ der }) => equalBytes(der, anchor.der))) return;
  throw unfit(`${name} leads to "${formatName(anchor.subject)}", which another chain of the issuer leads to`);
}

import { extensionOids } from "../asn1/oids.ts";
import { encodeExtension } from "../certificate/extensions.ts";
import { formatName } from "../certificate/name.ts";
import { type ParsedCertificate, parseCertificate } from "../certificate/parse.ts";
import type { KeyUsage } from "../certificate/usages.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { assertCanIssue } from "./can-issue.ts";
import { intersect, readValidity, startOf } from "./certificate-options.ts";
import { assertChain } from "./chain.ts";
import type { Issuer } from "./issuer.ts";
import { pathLengthLeft } from "./path-length.ts";
import { certificatesOf } from "./read-chain.ts";
import { signAuthority } from "./sign-authority.ts";
import { unfit } from "./unfit.ts";

/** Input of {@link crossCertify}. */
export interface CrossCertifyOptions {
  /** Who vouches: the root that clients know. */
  readonly issuer: Issuer;
  /** Certificate DER of the root that they are to accept: self-signed. */
  readonly subject: Uint8Array;
  /** A duration; default: as long as issuer and subject are both valid, which is the limit in any case. */
  readonly validity?: string;
  /** Default: the system's clock. */
  readonly clock?: () => Date;
  /** Source of random octets for the serial number; default: the platform's. */
  readonly random?: (length: number) => Uint8Array;
}

/**
 * Certifies the key of one root by another, so that clients that know only the latter accept what is below the former.
 *
 * When a root is replaced, the new one is certified by the old one (newWithOld) for clients that have not learned of it, and the
 * old one by the new one (oldWithNew) for those that never knew it. Subject, public key, key identifier and limits of
 * the certificate are those of the subject's own; its path length is cut to what the issuer has left.
 *
 * Some clients, Go's among them, count a cross-certificate towards path lengths even where RFC 5280 does not: a root that is to be
 * replaced some day is best made without a path length.
 *
 * @returns Certificate DER, to be served in `alternateChainsPem` of the issuers below the subject.
 * @throws {CaError} `ERR_CERTIFICATE_MALFORMED`
 * @throws {ConfigurationError} `ERR_ISSUER_UNFIT`: the subject is no root, or is the issuer itself; the issuer's path length is used
 * up, or its name constraints exclude the subject; `ERR_ISSUER_EXPIRED`: one of the two is not valid now;
 * `ERR_OPTION_INVALID`
 * @throws {SignerError} `ERR_SIGNER_FAILED`
 * @see RFC 9810 section 4.4 (RFC 4210 section 4.4)
 */
export async function crossCertify(options: CrossCertifyOptions): Promise<Uint8Array> {
  const { issuer, validity, clock = () => new Date(), random } = options;
  const now = clock().getTime();
  assertCanIssue(issuer, now);
  const root = parseCertificate(options.subject);
  await assertChain([root], now);
  const chain = certificatesOf(issuer);
  assertOther(root, chain);
  const { subjectKeyIdentifier } = root;
  if (subjectKeyIdentifier === undefined)
    throw unfit(`"${formatName(root.subject)}" has no subjectKeyIdentifier`);
  const wanted =
    validity === undefined
      ? { notBefore: startOf(now), notAfter: root.notAfter }
      : readValidity(validity, now);
  const [certificate] = await signAuthority({
    subject: root.subject.der,
    publicKey: root.publicKey,
    validity: intersect(intersect(wanted, root), issuer.validity),
    pathLength: pathLengthBeneath(chain, root),
    keyUsage: keyUsageOf(root),
    subjectKeyIdentifier,
    extensions: copied.flatMap((oid) => {
      const extension = root.extensions.get(oid);
      const isCritical = oid === extensionOids.nameConstraints;
      return extension === undefined ? [] : [encodeExtension(oid, isCritical, extension.value)];
    }),
    by: { issuer },
    now,
    ...(random !== undefined && { random }),
  });
  return certificate.der;
}

/** What limits a CA must limit it in every certificate that it has. */
const copied: readonly string[] = [
  extensionOids.extKeyUsage,
  extensionOids.certificatePolicies,
  extensionOids.nameConstraints,
];

function assertOther(root: ParsedCertificate, chain: readonly ParsedCertificate[]): void {
  const same = chain.find(({ publicKey }) => equalBytes(publicKey.der, root.publicKey.der));
  if (same === undefined) return;
  throw unfit(`the key of "${formatName(root.subject)}" is that of the issuer, or of a certificate above it`);
}

/** A certificate under the issuer's own name takes no place in the path (RFC 5280 section 6.1.4 (l)). */
function pathLengthBeneath(chain: readonly ParsedCertificate[], root: ParsedCertificate): number | undefined {
  const [issuer] = chain;
  const isSelfIssued = issuer !== undefined && equalBytes(issuer.subject.der, root.subject.der);
  const { left, by } = pathLengthLeft(chain);
  const most = isSelfIssued ? left : left - 1;
  if (most < 0 && by !== undefined)
    throw unfit(
      `"${formatName(by.subject)}" has path length ${by.basicConstraints?.pathLength} and allows no further certificate authority`,
    );
  const length = Math.min(root.basicConstraints?.pathLength ?? Number.POSITIVE_INFINITY, most);
  return Number.isFinite(length) ? length : undefined;
}

function keyUsageOf({ keyUsage }: ParsedCertificate): readonly KeyUsage[] {
  const usages: readonly KeyUsage[] = ["digitalSignature", "keyCertSign", "cRLSign"];
  return usages.filter((usage) => keyUsage?.has(usage) ?? usage !== "digitalSignature");
}

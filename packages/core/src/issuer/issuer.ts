import { cryptoProvider } from "#crypto";
import { formatName } from "../certificate/name.ts";
import type { NameConstraints } from "../certificate/name-constraints.ts";
import type { ParsedCertificate } from "../certificate/parse.ts";
import type { Validity } from "../claims/claims.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { encodeHex } from "../encoding/hex.ts";
import { keyFitsSignature } from "../key/signature-algorithm.ts";
import { probeSigner } from "../signer/probe.ts";
import type { Signer } from "../signer/signer.ts";
import { type AlternateChain, readAlternates } from "./alternate-chain.ts";
import { assertChain } from "./chain.ts";
import { readChain, splitChain } from "./read-chain.ts";
import { unfit } from "./unfit.ts";

/**
 * A CA certificate together with the signer for its key: what signs end entity certificates.
 *
 * Only {@link importIssuer}, `installIntermediate`, `createRoot`, `certifyRoot` and `createIntermediate` make one, and they refuse what
 * is unfit to sign.
 */
export interface Issuer {
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal: serial numbers are unique per key (RFC 9773 section 4.1). */
  readonly id: string;
  /** Subject for people, for example `O=Lab, CN=Lab Intermediate`. */
  readonly subject: string;
  /** Certificate DER. */
  readonly certificate: Uint8Array;
  /** DER from this certificate upwards, without the trust anchor; empty when this certificate is the trust anchor. */
  readonly chain: readonly Uint8Array[];
  /** DER of the certificate that relying parties configure. */
  readonly trustAnchor: Uint8Array;
  /** When this certificate and every one above it are valid: nothing below may exceed it. Milliseconds since 1970 UTC. */
  readonly validity: Validity;
  readonly signer: Signer;
  /** The certificate, read. */
  readonly parsed: ParsedCertificate;
  /** Value of its subjectKeyIdentifier, copied into what it issues. */
  readonly keyIdentifier: Uint8Array;
  /** Name constraints of every certificate of the chain, the trust anchor too. */
  readonly nameConstraints: readonly NameConstraints[];
  /** Chains to other trust anchors, for clients that know only those; empty unless {@link importIssuer} was given some. */
  readonly alternates: readonly AlternateChain[];
}

/** Input of {@link importIssuer}. */
export interface ImportIssuerOptions {
  /** PEM: the issuer's certificate first, then the ones above it; the trust anchor may be the last. */
  readonly chainPem: string;
  /** PEM of the trust anchor, if `chainPem` does not end with it. */
  readonly trustAnchorPem?: string;
  /**
   * PEM of other chains to other trust anchors, each of the form of `chainPem` with its trust anchor at the end. Their first
   * certificate is the issuer's, or another one for its name and key.
   */
  readonly alternateChainsPem?: readonly string[];
  readonly signer: Signer;
  /** Default: the system's clock. */
  readonly clock?: () => Date;
}

/**
 * Takes a CA certificate and the signer for its key into service.
 *
 * The signer is asked for one signature, over a fixed text that is no certificate.
 *
 * @throws {ConfigurationError} `ERR_ISSUER_UNFIT`: no CA, may not sign certificates, another key than the signer's, a weak
 * key, no subjectKeyIdentifier, a signature of the signer that does not verify, a broken chain, no trust anchor, or an alternate
 * chain of which that is true;
 * `ERR_ISSUER_EXPIRED`: a certificate of a chain is outside its validity. The message names the certificate.
 * @throws {SignerError} `ERR_SIGNER_FAILED`: the signer failed.
 * @see RFC 5280 sections 4.2.1.3, 4.2.1.9 and 6.1
 */
export async function importIssuer(options: ImportIssuerOptions): Promise<Issuer> {
  const {
    chainPem,
    trustAnchorPem = "",
    alternateChainsPem = [],
    signer,
    clock = () => new Date(),
  } = options;
  const certificates = readChain(`${chainPem}\n${trustAnchorPem}`, "the issuer's chain");
  const now = clock().getTime();
  await assertChain(certificates, now);
  const alternates = await readAlternates(alternateChainsPem, certificates, now);
  return takeIntoService(certificates, signer, alternates);
}

/** Puts an issuer together as {@link assembleIssuer} does, and has its signer prove that it works. */
export async function takeIntoService(
  certificates: readonly ParsedCertificate[],
  signer: Signer,
  alternates: readonly AlternateChain[],
): Promise<Issuer> {
  const issuer = await assembleIssuer(certificates, signer, alternates);
  await probeSigner(signer, issuer.subject);
  return issuer;
}

/** Puts an issuer together from a chain that was verified, issuer first and trust anchor last. */
export async function assembleIssuer(
  certificates: readonly ParsedCertificate[],
  signer: Signer,
  alternates: readonly AlternateChain[] = [],
): Promise<Issuer> {
  const [parsed] = certificates;
  if (parsed === undefined) throw unfit("there is no issuer certificate");
  const subject = formatName(parsed.subject);
  if (!equalBytes(parsed.publicKey.der, signer.publicKey))
    throw unfit(`the private key does not belong to the certificate of issuer "${subject}"`);
  if (!keyFitsSignature(parsed.publicKey.algorithm, signer.algorithm)) {
    throw unfit(
      `the signer of issuer "${subject}" signs with ${signer.algorithm}, its key is of type ${parsed.publicKey.algorithm.type}`,
    );
  }
  if (parsed.subjectKeyIdentifier === undefined)
    throw unfit(`issuer "${subject}" has no subjectKeyIdentifier`);
  return Object.freeze({
    id: encodeHex(await cryptoProvider.digest("sha-256", parsed.publicKey.der)),
    subject,
    certificate: parsed.der,
    ...splitChain(certificates),
    signer,
    parsed,
    keyIdentifier: parsed.subjectKeyIdentifier,
    nameConstraints: Object.freeze(certificates.flatMap(({ nameConstraints }) => nameConstraints ?? [])),
    alternates: Object.freeze([...alternates]),
  });
}

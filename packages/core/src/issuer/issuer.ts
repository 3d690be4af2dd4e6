import { cryptoProvider } from "#crypto";
import { decodePem } from "../asn1/pem.ts";
import { formatName } from "../certificate/name.ts";
import type { NameConstraints } from "../certificate/name-constraints.ts";
import { type ParsedCertificate, parseCertificate } from "../certificate/parse.ts";
import type { Validity } from "../claims/claims.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { encodeHex } from "../encoding/hex.ts";
import { CaError, ConfigurationError } from "../errors.ts";
import { keyFitsSignature } from "../key/signature-algorithm.ts";
import type { Signer } from "../signer/signer.ts";
import { assertChain } from "./chain.ts";

/**
 * A CA certificate together with the signer for its key: what signs end entity certificates.
 *
 * Only {@link importIssuer}, `createRoot` and `createIntermediate` make one, and they refuse what is unfit to sign.
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
}

/** Input of {@link importIssuer}. */
export interface ImportIssuerOptions {
  /** PEM: the issuer's certificate first, then the ones above it; the trust anchor may be the last. */
  readonly chainPem: string;
  /** PEM of the trust anchor, if `chainPem` does not end with it. */
  readonly trustAnchorPem?: string;
  readonly signer: Signer;
  /** Default: the system's clock. */
  readonly clock?: () => Date;
}

/**
 * Takes a CA certificate and the signer for its key into service.
 *
 * @throws {ConfigurationError} `ERR_ISSUER_UNFIT`: no CA, may not sign certificates, another key than the signer's, a weak
 * key, no subjectKeyIdentifier, a broken chain, no trust anchor; `ERR_ISSUER_EXPIRED`: a certificate of the chain is
 * outside its validity. The message names the certificate.
 * @see RFC 5280 sections 4.2.1.3, 4.2.1.9 and 6.1
 */
export async function importIssuer(options: ImportIssuerOptions): Promise<Issuer> {
  const { chainPem, trustAnchorPem = "", signer, clock = () => new Date() } = options;
  const certificates = readCertificates(`${chainPem}\n${trustAnchorPem}`);
  const now = clock().getTime();
  await assertChain(certificates, now);
  return assembleIssuer(certificates, signer);
}

/** Puts an issuer together from a chain that was verified, issuer first and trust anchor last. */
export async function assembleIssuer(
  certificates: readonly ParsedCertificate[],
  signer: Signer,
): Promise<Issuer> {
  const [parsed] = certificates;
  const anchor = certificates[certificates.length - 1];
  if (parsed === undefined || anchor === undefined)
    throw new ConfigurationError("ERR_ISSUER_UNFIT", "there is no issuer certificate");
  const subject = formatName(parsed.subject);
  if (!equalBytes(parsed.publicKey.der, signer.publicKey)) {
    throw new ConfigurationError(
      "ERR_ISSUER_UNFIT",
      `the private key does not belong to the certificate of issuer "${subject}"`,
    );
  }
  if (!keyFitsSignature(parsed.publicKey.algorithm, signer.algorithm)) {
    throw new ConfigurationError(
      "ERR_ISSUER_UNFIT",
      `the signer of issuer "${subject}" signs with ${signer.algorithm}, its key is of type ${parsed.publicKey.algorithm.type}`,
    );
  }
  if (parsed.subjectKeyIdentifier === undefined) {
    throw new ConfigurationError("ERR_ISSUER_UNFIT", `issuer "${subject}" has no subjectKeyIdentifier`);
  }
  return Object.freeze({
    id: encodeHex(await cryptoProvider.digest("sha-256", parsed.publicKey.der)),
    subject,
    certificate: parsed.der,
    chain: Object.freeze(certificates.slice(0, -1).map(({ der }) => der)),
    trustAnchor: anchor.der,
    validity: Object.freeze({
      notBefore: Math.max(...certificates.map(({ notBefore }) => notBefore)),
      notAfter: Math.min(...certificates.map(({ notAfter }) => notAfter)),
    }),
    signer,
    parsed,
    keyIdentifier: parsed.subjectKeyIdentifier,
    nameConstraints: Object.freeze(certificates.flatMap(({ nameConstraints }) => nameConstraints ?? [])),
  });
}

function readCertificates(pem: string): readonly ParsedCertificate[] {
  try {
    const certificates = decodePem(pem, "CERTIFICATE").map(parseCertificate);
    if (certificates.length === 0)
      throw new ConfigurationError("ERR_ISSUER_UNFIT", "the issuer's PEM text holds no certificate");
    return certificates.filter(
      ({ der }, index) => certificates.findIndex((other) => equalBytes(other.der, der)) === index,
    );
  } catch (cause) {
    if (cause instanceof ConfigurationError || !(cause instanceof CaError)) throw cause;
    throw new ConfigurationError(
      "ERR_ISSUER_UNFIT",
      `a certificate of the issuer's chain cannot be read: ${cause.message}`,
      { cause },
    );
  }
}

import { cryptoProvider } from "#crypto";
import { extKeyUsageOids, ocspOids } from "../asn1/oids.ts";
import { type ParsedCertificate, parseCertificate } from "../certificate/parse.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { ConfigurationError } from "../errors.ts";
import type { Signer } from "../signer/signer.ts";
import type { KnownIssuer } from "./known-issuers.ts";
import type { ResponseSigner } from "./ocsp-response.ts";

/** A key that an issuer lets sign answers in its name (RFC 6960 section 4.2.2.2). */
export interface OcspDelegate {
  /**
   * DER; issued by the very key whose certificates are asked about, with extKeyUsage OCSPSigning, keyUsage digitalSignature and
   * id-pkix-ocsp-nocheck.
   */
  readonly certificate: Uint8Array;
  readonly signer: Signer;
}

/** Who signs for an issuer at this instant. */
export interface CurrentSigner extends ResponseSigner {
  /** SHA-1 of the contents of its subjectPublicKey. */
  readonly keyHash: Uint8Array;
  /** Last instant at which its certificate counts, milliseconds since 1970 UTC: an answer must not outlive it. */
  readonly notAfter: number;
}

/**
 * Creates a lookup of the signer for an issuer: its delegate where there are delegates, else the issuer itself.
 *
 * A delegate's certificate is verified when it is first seen. The lookup throws a {@link ConfigurationError} `ERR_OPTION_INVALID`
 * for one that readers would refuse, and for a signer whose certificate is not valid at the time.
 */
export function createResponseSigners(
  delegate: ((issuerId: string) => Promise<OcspDelegate>) | undefined,
): (issuer: KnownIssuer, now: number) => Promise<CurrentSigner> {
  const verified = new Map<KnownIssuer, VerifiedCertificate>();

  async function verify(issuer: KnownIssuer, certificate: Uint8Array): Promise<VerifiedCertificate> {
    const known = verified.get(issuer);
    if (known !== undefined && equalBytes(known.der, certificate)) return known;
    const found = await verifyCertificate(issuer, certificate);
    verified.set(issuer, found);
    return found;
  }

  return async (issuer, now) => {
    const { subject } = issuer;
    const offered = await delegate?.(issuer.id);
    const signer = offered?.signer ?? issuer.signer;
    if (signer === undefined) throw unfit(subject, "there is neither a signer nor a delegate");
    const certificate = await verify(issuer, offered?.certificate ?? issuer.certificate.der);
    if (!equalBytes(certificate.publicKey, signer.publicKey))
      throw unfit(subject, "the delegate's signer has another key than its certificate");
    if (now < certificate.notBefore || now > certificate.notAfter)
      throw unfit(subject, `the certificate that signs is not valid at ${new Date(now).toISOString()}`);
    const certificates = offered === undefined ? [] : [certificate.der];
    return { signer, subject, certificates, keyHash: certificate.keyHash, notAfter: certificate.notAfter };
  };
}

/** What has to be known of a certificate that readers will verify responses with. */
interface VerifiedCertificate {
  readonly der: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly keyHash: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
}

async function verifyCertificate(
  { subject, certificate: issuer }: KnownIssuer,
  der: Uint8Array,
): Promise<VerifiedCertificate> {
  const certificate = equalBytes(der, issuer.der) ? issuer : await verifyDelegate(subject, issuer, der);
  const { publicKey, notBefore, notAfter } = certificate;
  const keyHash = await cryptoProvider.digest("sha-1", publicKey.subjectPublicKey);
  return { der: certificate.der, publicKey: publicKey.der, keyHash, notBefore, notAfter };
}

async function verifyDelegate(
  subject: string,
  issuer: ParsedCertificate,
  der: Uint8Array,
): Promise<ParsedCertificate> {
  const certificate = parseCertificate(new Uint8Array(der));
  // Not permitsPurpose: the purpose has to be there by name (RFC 6960 section 4.2.2.2).
  if (!certificate.extKeyUsage?.includes(extKeyUsageOids.ocspSigning))
    throw unfit(subject, "the delegate's certificate lacks extKeyUsage OCSPSigning");
  if (!certificate.extensions.has(ocspOids.noCheck))
    throw unfit(subject, "the delegate's certificate lacks id-pkix-ocsp-nocheck");
  if (!certificate.keyUsage?.has("digitalSignature"))
    throw unfit(subject, "the delegate's certificate lacks keyUsage digitalSignature");
  if (!(await isIssuedBy(certificate, issuer)))
    throw unfit(subject, "the delegate's certificate is issued by somebody else");
  return certificate;
}

async function isIssuedBy(certificate: ParsedCertificate, issuer: ParsedCertificate): Promise<boolean> {
  const { signatureAlgorithm, tbsCertificate, signature } = certificate;
  if (signatureAlgorithm === undefined || !equalBytes(certificate.issuer.der, issuer.subject.der))
    return false;
  const { der, algorithm } = issuer.publicKey;
  const key = await cryptoProvider.importPublicKey(der, algorithm);
  return key.verify(signatureAlgorithm, tbsCertificate, signature);
}

function unfit(subject: string, why: string): ConfigurationError {
  return new ConfigurationError(
    "ERR_OPTION_INVALID",
    `nobody can sign OCSP responses for issuer "${subject}": ${why}`,
  );
}

import type { ParsedCertificate } from "../certificate/parse.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { isCaError } from "../errors.ts";
import { type AcceptedPublicKey, importAccepted } from "../key/public-key.ts";
import type { CertificateRevocationList } from "./parse.ts";

/**
 * Tells whether a CRL was signed by the holder of a CA certificate: its name, its key identifier and its key fit, the key may sign
 * CRLs and is strong, and the signature verifies.
 *
 * Whether the CRL is current, whether it covers the certificate in question, and whether the CA is trusted is for the
 * caller to decide.
 *
 * @returns False also for signature algorithms and keys that Chancery does not accept.
 * @see RFC 5280 section 6.3.3, steps (f) and (g)
 */
export async function verifyCertificateRevocationList(
  crl: CertificateRevocationList,
  issuerCertificate: ParsedCertificate,
): Promise<boolean> {
  const { signatureAlgorithm } = crl;
  if (signatureAlgorithm === undefined || !isIssuer(crl, issuerCertificate)) return false;
  const accepted = await acceptKey(issuerCertificate);
  return accepted?.key.verify(signatureAlgorithm, crl.tbsCertList, crl.signature) ?? false;
}

function isIssuer(
  { issuer, authorityKeyIdentifier }: CertificateRevocationList,
  { subject, subjectKeyIdentifier, keyUsage }: ParsedCertificate,
): boolean {
  return (
    equalBytes(issuer.der, subject.der) &&
    (keyUsage === undefined || keyUsage.has("cRLSign")) &&
    (authorityKeyIdentifier === undefined ||
      subjectKeyIdentifier === undefined ||
      equalBytes(authorityKeyIdentifier, subjectKeyIdentifier))
  );
}

async function acceptKey({ publicKey }: ParsedCertificate): Promise<AcceptedPublicKey | undefined> {
  try {
    return await importAccepted(publicKey);
  } catch (error) {
    if (!isCaError(error)) throw error;
    return undefined;
  }
}

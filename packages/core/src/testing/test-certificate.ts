import { encodePem } from "../asn1/pem.ts";
import type { CertificateAuthority, IssuedCertificate } from "../certificate-authority.ts";
import { parseDuration } from "../claims/duration.ts";
import type { KeySpecification } from "../crypto/provider.ts";
import { type Identifier, parseIdentifier } from "../identifier/identifier.ts";
import { readIpAddress } from "../identifier/ip-address.ts";
import { encodePrivateKeyPem, generatePrivateKey } from "../key/private-key.ts";

/** A certificate with its private key, ready for `tls` and `https`. */
export interface TestCertificate {
  readonly certificate: IssuedCertificate;
  readonly certificatePem: string;
  /** For the `cert` option of a server. */
  readonly chainPem: string;
  /** Unencrypted PKCS#8. */
  readonly keyPem: string;
}

/** Input of the issuing methods of a test authority. */
export interface TestCertificateOptions {
  /** DNS names and IP addresses; e-mail addresses and URIs too in certificates for clients. */
  readonly identifiers: readonly string[];
  /** Duration such as `PT1H`; default 30 days. */
  readonly validFor?: string;
  /** Default: EC on P-256. */
  readonly key?: KeySpecification;
}

/** How {@link issueTestCertificate} issues. */
export interface TestIssuance extends TestCertificateOptions {
  readonly profile: "tlsClient" | "tlsServer";
  /** First second of validity; default: now, less a minute. */
  readonly notBefore?: Date;
  /** The authority's clock. */
  readonly clock: () => Date;
}

/** Makes a key and a certificate for it. */
export async function issueTestCertificate(
  ca: CertificateAuthority,
  { identifiers, validFor = "P30D", key, profile, notBefore, clock }: TestIssuance,
): Promise<TestCertificate> {
  const privateKey = await generatePrivateKey(key);
  const start = Math.floor((notBefore ?? clock()).getTime() / 1000) * 1000;
  const certificate = await ca.issue({
    publicKey: privateKey.publicKey,
    identifiers: identifiers.map(readName),
    requester: { kind: "application", id: "test" },
    profile,
    ...(notBefore !== undefined && { notBefore }),
    notAfter: new Date(start + parseDuration(validFor) - 1000),
  });
  return Object.freeze({
    certificate,
    certificatePem: encodePem("CERTIFICATE", certificate.certificate),
    chainPem: certificate.chainPem,
    keyPem: await encodePrivateKeyPem(privateKey),
  });
}

function readName(text: string): Identifier {
  if (readIpAddress(text) !== undefined) return parseIdentifier("ip", text);
  if (text.includes("://")) return parseIdentifier("uri", text);
  return parseIdentifier(text.includes("@") ? "email" : "dns", text);
}

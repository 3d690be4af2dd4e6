import type { TestCertificate } from "./test-certificate.ts";

/** Options that `https` and `tls` take, PEM throughout. */
export interface TestTlsOptions {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
}

/** @param clientTrustAnchorPem - Present when clients have to show a certificate below it. */
export function serverOptions(
  { chainPem, keyPem }: TestCertificate,
  clientTrustAnchorPem: string | undefined,
): TestTlsOptions {
  return Object.freeze({
    cert: chainPem,
    key: keyPem,
    ...(clientTrustAnchorPem !== undefined && {
      ca: clientTrustAnchorPem,
      requestCert: true,
      rejectUnauthorized: true,
    }),
  });
}

/** Trusts the authority alone. */
export function clientOptions(
  trustAnchorPem: string,
  certificate: TestCertificate | undefined,
): TestTlsOptions {
  return Object.freeze({
    ca: trustAnchorPem,
    ...(certificate !== undefined && { cert: certificate.chainPem, key: certificate.keyPem }),
  });
}

import type { CertificateRecord, CertificateStatus } from "../store/certificate-store.ts";

/**
 * State of a certificate at an instant.
 *
 * @param at - Milliseconds since 1970 UTC, whole seconds: `notAfter` is the last second that counts (RFC 5280 section 4.1.2.5).
 */
export function statusOf(
  { notAfter, revocation }: Pick<CertificateRecord, "notAfter" | "revocation">,
  at: number,
): CertificateStatus {
  if (notAfter < at) return "expired";
  if (revocation === undefined) return "valid";
  return revocation.reason === "certificateHold" ? "held" : "revoked";
}

/** The second that an instant lies in. */
export function wholeSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

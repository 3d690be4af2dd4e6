import { type RevocationReason, revocationReasons } from "../certificate/revocation-reasons.ts";
import type { RevokeRequest } from "../certificate-authority.ts";
import { RequestError } from "../errors.ts";
import { formatRequester, readRequester } from "../requester.ts";
import type { CertificateRecord, CertificateStore } from "../store/certificate-store.ts";

/** Reasons that an end entity certificate can be revoked for; the others are about CAs, delta CRLs or holds. */
const acceptedReasons: ReadonlySet<RevocationReason> = new Set([
  "unspecified",
  "keyCompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "privilegeWithdrawn",
]);

/**
 * Revokes a certificate; of concurrent calls one succeeds.
 *
 * @param now - Milliseconds since 1970 UTC.
 * @throws {RequestError} `ERR_REVOCATION_REASON_REFUSED`, `ERR_CERTIFICATE_NOT_FOUND`, `ERR_CERTIFICATE_ALREADY_REVOKED`
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the requester cannot be named in the audit trail.
 * @see RFC 5280 section 5.3.1
 */
export async function revokeCertificate(
  store: CertificateStore,
  request: RevokeRequest,
  now: number,
): Promise<CertificateRecord> {
  const { reason } = request;
  assertReason(reason);
  const requester = readRequester(request.requester);
  const record = await store.find(request.certificate);
  if (record === undefined) throw notFound();
  const outcome = await store.revoke({
    issuerId: record.issuerId,
    serialNumber: record.serialNumber,
    revokedAt: now,
    ...(reason !== undefined && reason !== "unspecified" && { reason }),
    audit: {
      at: now,
      type: "certificate.revoked",
      actor: formatRequester(requester),
      subject: record.serialNumber,
      details: { fingerprint: record.fingerprint, reason: reason ?? "unspecified" },
    },
  });
  if (outcome.outcome === "revoked") return outcome.record;
  if (outcome.outcome === "notFound") throw notFound();
  throw new RequestError(
    "ERR_CERTIFICATE_ALREADY_REVOKED",
    `certificate ${record.serialNumber} is revoked already`,
  );
}

function assertReason(reason: string | undefined): void {
  if (reason === undefined || acceptedReasons.has(reason as RevocationReason)) return;
  const numbers = [...acceptedReasons].map((name) => `${name} (${revocationReasons[name]})`).join(", ");
  throw new RequestError(
    "ERR_REVOCATION_REASON_REFUSED",
    `revocation reason ${reason} is not one of ${numbers}`,
  );
}

function notFound(): RequestError {
  return new RequestError("ERR_CERTIFICATE_NOT_FOUND", "this authority has not issued such a certificate");
}

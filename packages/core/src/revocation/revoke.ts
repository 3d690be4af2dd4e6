import { type RevocationReason, revocationReasons } from "../certificate/revocation-reasons.ts";
import type { RevokeRequest } from "../certificate-authority.ts";
import { RequestError } from "../errors.ts";
import { formatRequester, readRequester } from "../requester.ts";
import type { AuditFact, CertificateRecord, CertificateStore } from "../store/certificate-store.ts";
import { alreadyRevoked, findOrRefuse, notFound } from "./certificate-to-change.ts";

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
 * Revokes a certificate; of concurrent calls one succeeds. A compromised key is blocked in the same transition.
 *
 * @param now - Milliseconds since 1970 UTC.
 * @throws {RequestError} `ERR_REVOCATION_REASON_REFUSED`, `ERR_CERTIFICATE_NOT_FOUND`, `ERR_CERTIFICATE_ALREADY_REVOKED`
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the requester cannot be named in the audit trail.
 * @see RFC 5280 sections 5.3.1 and 5.3.2
 */
export async function revokeCertificate(
  store: CertificateStore,
  request: RevokeRequest,
  now: number,
): Promise<CertificateRecord> {
  const { reason } = request;
  assertReason(reason);
  const requester = readRequester(request.requester);
  const invalidityDate = readInvalidityDate(request.invalidityDate, now);
  const record = await findOrRefuse(store, request.certificate);
  const outcome = await store.revoke({
    issuerId: record.issuerId,
    serialNumber: record.serialNumber,
    revokedAt: now,
    ...(reason !== undefined && reason !== "unspecified" && { reason }),
    ...(invalidityDate !== undefined && { invalidityDate }),
    ...(reason === "keyCompromise" && { blockKey: "compromised" }),
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
  if (reason === "keyCompromise")
    await blockItsKey(store, record, { actor: formatRequester(requester), at: now });
  throw alreadyRevoked(record);
}

/** That a key is compromised matters also when its certificate was revoked for another reason before. */
async function blockItsKey(
  store: CertificateStore,
  { publicKeyHash }: CertificateRecord,
  { actor, at }: Pick<AuditFact, "actor" | "at">,
): Promise<void> {
  const reason = "compromised";
  await store.blockKey({
    publicKeyHash,
    blockedAt: at,
    reason,
    audit: { at, type: "key.blocked", actor, subject: publicKeyHash, details: { reason } },
  });
}

function assertReason(reason: string | undefined): void {
  if (reason === undefined || acceptedReasons.has(reason as RevocationReason)) return;
  const numbers = [...acceptedReasons].map((name) => `${name} (${revocationReasons[name]})`).join(", ");
  throw new RequestError(
    "ERR_REVOCATION_REASON_REFUSED",
    `revocation reason ${reason} is not one of ${numbers}`,
  );
}

function readInvalidityDate(date: Date | undefined, now: number): number | undefined {
  if (date === undefined) return undefined;
  const at = Math.floor(date.getTime() / 1000) * 1000;
  if (at <= now) return at;
  throw new RequestError(
    "ERR_REVOCATION_REASON_REFUSED",
    Number.isNaN(at)
      ? "invalidityDate is not a date"
      : `invalidityDate ${new Date(at).toISOString()} has not come, it is ${new Date(now).toISOString()}`,
  );
}

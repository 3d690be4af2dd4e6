import type { HoldRequest } from "../certificate-authority.ts";
import { RequestError } from "../errors.ts";
import { formatRequester, readRequester } from "../requester.ts";
import type { AuditFact, CertificateRecord, CertificateStore } from "../store/certificate-store.ts";
import { alreadyRevoked, findOrRefuse, notFound } from "./certificate-to-change.ts";

/**
 * Puts a certificate on hold; of concurrent calls one succeeds.
 *
 * @param now - Milliseconds since 1970 UTC.
 * @throws {RequestError} `ERR_CERTIFICATE_NOT_FOUND`, `ERR_CERTIFICATE_ALREADY_REVOKED`
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the requester cannot be named in the audit trail.
 * @see RFC 5280 section 5.3.1
 */
export async function holdCertificate(
  store: CertificateStore,
  request: HoldRequest,
  now: number,
): Promise<CertificateRecord> {
  const actor = formatRequester(readRequester(request.requester));
  const record = await findOrRefuse(store, request.certificate);
  const outcome = await store.revoke({
    issuerId: record.issuerId,
    serialNumber: record.serialNumber,
    revokedAt: now,
    reason: "certificateHold",
    audit: factAbout(record, { type: "certificate.held", actor, at: now }),
  });
  if (outcome.outcome === "revoked") return outcome.record;
  throw outcome.outcome === "notFound" ? notFound() : alreadyRevoked(record);
}

/**
 * Ends the hold on a certificate; of concurrent calls one succeeds.
 *
 * @param now - Milliseconds since 1970 UTC.
 * @throws {RequestError} `ERR_CERTIFICATE_NOT_FOUND`, `ERR_CERTIFICATE_NOT_HELD`
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the requester cannot be named in the audit trail.
 */
export async function releaseCertificate(
  store: CertificateStore,
  request: HoldRequest,
  now: number,
): Promise<CertificateRecord> {
  const actor = formatRequester(readRequester(request.requester));
  const record = await findOrRefuse(store, request.certificate);
  const outcome = await store.release({
    issuerId: record.issuerId,
    serialNumber: record.serialNumber,
    audit: factAbout(record, { type: "certificate.released", actor, at: now }),
  });
  if (outcome.outcome === "released") return outcome.record;
  if (outcome.outcome === "notFound") throw notFound();
  throw new RequestError("ERR_CERTIFICATE_NOT_HELD", `certificate ${record.serialNumber} is not on hold`);
}

function factAbout(
  { serialNumber, fingerprint }: CertificateRecord,
  fact: Pick<AuditFact, "actor" | "at" | "type">,
): AuditFact {
  return { ...fact, subject: serialNumber, details: { fingerprint } };
}

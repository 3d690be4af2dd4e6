import { type ParsedCertificate, parseCertificate } from "../certificate/parse.ts";
import type { RekeyRequest, RenewRequest } from "../certificate-authority.ts";
import type { Claims } from "../claims/claims.ts";
import { RequestError } from "../errors.ts";
import { type AcceptedPublicKey, acceptPublicKey } from "../key/public-key.ts";
import { readProvisionerExtension } from "../profile/provisioner-extension.ts";
import type { CertificateKey, CertificateRecord } from "../store/certificate-store.ts";
import type { IssuanceContext } from "./context.ts";
import { identifyRequest } from "./idempotency.ts";
import { certify } from "./issue.ts";
import { findProfile } from "./plan.ts";
import { readSubject } from "./subject.ts";

/** Issues a certificate for the key and the names of an earlier one: the issuance cycle, begun at what is recorded. */
export async function renewCertificate(
  context: IssuanceContext,
  request: RenewRequest,
): Promise<CertificateRecord> {
  const earlier = await findEarlierCertificate(context, request);
  // A key that was strong when the earlier certificate was issued may be known as weak today.
  const publicKey = await acceptPublicKey(earlier.parsed.publicKey.der);
  return certifyAgain(context, { request, earlier, publicKey, operation: "renew" });
}

/** As {@link renewCertificate}, for another key. */
export async function rekeyCertificate(
  context: IssuanceContext,
  request: RekeyRequest,
): Promise<CertificateRecord> {
  const earlier = await findEarlierCertificate(context, request);
  const publicKey = await readNewKey(request);
  if (publicKey.hash === earlier.record.publicKeyHash)
    throw refused(earlier.record, "has this key already: renew it, or bring another key");
  return certifyAgain(context, { request, earlier, publicKey, operation: "rekey" });
}

/** The end of its issuer cut it short: its successor would inherit a length that nobody chose. */
function wasCutShort({ roster }: IssuanceContext, { issuerId, notAfter }: CertificateRecord): boolean {
  return roster.find(issuerId)?.validity.notAfter === notAfter;
}

interface Earlier {
  readonly record: CertificateRecord;
  readonly parsed: ParsedCertificate;
}

interface Again {
  readonly request: RenewRequest;
  readonly earlier: Earlier;
  readonly publicKey: AcceptedPublicKey;
  readonly operation: "rekey" | "renew";
}

async function certifyAgain(
  context: IssuanceContext,
  { request, earlier: { record, parsed }, publicKey, operation }: Again,
): Promise<CertificateRecord> {
  const { requestId, notAfter } = request;
  const terms = {
    requester: request.requester ?? record.requester,
    profile: record.profile,
    ...(notAfter !== undefined && { notAfter }),
  };
  const subject = {
    publicKey,
    identifiers: record.identifiers,
    attributes: parsed.subject.attributes,
  };
  const provisionerExtension = readProvisionerExtension(parsed.extensions);
  const repeatable = { ...terms, ...(requestId !== undefined && { requestId }) };
  return certify(context, {
    ...(await identifyRequest(repeatable, subject, record.fingerprint)),
    subject,
    wish: {
      operation,
      identifiers: record.identifiers,
      subject: subject.attributes,
      key: publicKey.algorithm,
      terms,
      ...(!wasCutShort(context, record) && { length: record.notAfter - record.notBefore + 1000 }),
    },
    ...(provisionerExtension !== undefined && { provisionerExtension }),
    replaces: record,
    assertStanding: async () => assertRenewable(context, await findRecord(context, record)),
  });
}

async function findEarlierCertificate(
  context: IssuanceContext,
  { certificate }: Pick<RenewRequest, "certificate">,
): Promise<Earlier> {
  const record = await findRecord(context, certificate);
  return { record, parsed: parseCertificate(record.certificate) };
}

async function findRecord({ store }: IssuanceContext, key: CertificateKey): Promise<CertificateRecord> {
  const record = await store.find(key);
  if (record !== undefined) return record;
  throw new RequestError("ERR_CERTIFICATE_NOT_FOUND", "this authority has not issued such a certificate");
}

function assertRenewable(context: IssuanceContext, record: CertificateRecord): void {
  if (record.revocation !== undefined) {
    const isHeld = record.revocation.reason === "certificateHold";
    throw refused(record, isHeld ? "is on hold" : "is revoked");
  }
  const { name, claims } = findProfile(context.profiles, record.profile);
  if (claims.disableRenewal) throw refused(record, `has profile ${name}, which is not renewed`);
  assertInTime(record, claims, context.now());
}

function assertInTime(record: CertificateRecord, { allowRenewalAfterExpiry }: Claims, now: number): void {
  // notAfter is the last second that counts.
  const expiredFor = now - record.notAfter - 1000;
  const isAllowed = allowRenewalAfterExpiry > 0 && expiredFor <= allowRenewalAfterExpiry;
  if (expiredFor < 0 || isAllowed) return;
  const end = new Date(record.notAfter).toISOString();
  const limit =
    allowRenewalAfterExpiry === 0
      ? "its profile does not renew after that"
      : `its profile renews up to ${allowRenewalAfterExpiry / 1000} s after that`;
  throw refused(record, `expired on ${end}, ${limit}`);
}

async function readNewKey(request: RekeyRequest): Promise<AcceptedPublicKey> {
  return "csr" in request ? (await readSubject(request)).publicKey : acceptPublicKey(request.publicKey);
}

function refused({ serialNumber }: CertificateRecord, why: string): RequestError {
  return new RequestError("ERR_RENEWAL_REFUSED", `certificate ${serialNumber} ${why}`);
}

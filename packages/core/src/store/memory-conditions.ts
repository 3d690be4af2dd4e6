import { sameIdentifier } from "../identifier/identifier.ts";
import type { CertificateConditions, CertificateRecord, CertificateStatus } from "./certificate-store.ts";

/**
 * Tells whether a certificate meets every condition that is given.
 *
 * @param isReplaced - Whether a certificate with the same identifiers ends later and is neither revoked nor on hold.
 */
export function meetsConditions(
  record: CertificateRecord,
  conditions: CertificateConditions,
  isReplaced: (record: CertificateRecord) => boolean,
): boolean {
  const { identifier, serialNumber, publicKeyHash, issuerId, profile } = conditions;
  const { requester, provisioner, notAfter, status, overdueAt } = conditions;
  return (
    fits(serialNumber, record.serialNumber) &&
    fits(publicKeyHash, record.publicKeyHash) &&
    fits(issuerId, record.issuerId) &&
    fits(profile, record.profile) &&
    fits(requester?.kind, record.requester.kind) &&
    fits(requester?.id, record.requester.id) &&
    fits(provisioner, record.requester.provisioner) &&
    (identifier === undefined || record.identifiers.some((own) => sameIdentifier(own, identifier))) &&
    (notAfter?.from === undefined || record.notAfter >= notAfter.from) &&
    (notAfter?.to === undefined || record.notAfter <= notAfter.to) &&
    (status === undefined || statusAt(record, status.at) === status.is) &&
    (overdueAt === undefined || (isDue(record, overdueAt) && !isReplaced(record)))
  );
}

function fits<Value>(wanted: Value | undefined, actual: Value | undefined): boolean {
  return wanted === undefined || wanted === actual;
}

function statusAt({ notAfter, revocation }: CertificateRecord, at: number): CertificateStatus {
  if (notAfter < at) return "expired";
  if (revocation === undefined) return "valid";
  return revocation.reason === "certificateHold" ? "held" : "revoked";
}

/** Whether there is something to replace, and two thirds of its time have passed. */
function isDue({ notBefore, notAfter, identifiers, revocation }: CertificateRecord, at: number): boolean {
  const dueAt = notAfter - Math.trunc((notAfter - notBefore) / 3);
  return dueAt <= at && identifiers.length > 0 && revocation === undefined;
}

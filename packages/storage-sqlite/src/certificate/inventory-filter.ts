import type { CertificateConditions } from "@chancery/core";
import type { SqlValue } from "../database.ts";
import { octetsFrom } from "../octets.ts";

/**
 * Every condition at once, each of which is true when its value is NULL: one text serves every combination. What an index
 * has found is filtered by it; `+` keeps the planner from using another index for a bound.
 */
export const filter: string = `
  certificate IS NOT NULL
  AND serial_number = coalesce(?, serial_number)
  AND issuer_id = coalesce(?, issuer_id)
  AND public_key_hash = coalesce(?, public_key_hash)
  AND profile = coalesce(?, profile)
  AND requester_kind = coalesce(?, requester_kind)
  AND requester_id = coalesce(?, requester_id)
  AND provisioner IS coalesce(?, provisioner)
  AND +not_after BETWEEN ? AND ?
  AND (? IS NULL OR ? = CASE
    WHEN not_after < ? THEN 'expired'
    WHEN revoked_at IS NULL THEN 'valid'
    WHEN revocation_reason = 'certificateHold' THEN 'held'
    ELSE 'revoked'
  END)
  AND (? IS NULL OR EXISTS (
    SELECT 1 FROM chancery_certificate_identifier AS wanted
    WHERE wanted.type = ? AND wanted.value = ?
      AND wanted.serial_number = chancery_certificate.serial_number
      AND wanted.issuer_id = chancery_certificate.issuer_id
  ))
  AND (? IS NULL OR EXISTS (
    SELECT 1 FROM chancery_unreplaced_certificate AS due
    WHERE due.serial_number = chancery_certificate.serial_number
      AND due.issuer_id = chancery_certificate.issuer_id AND due.renewal_due_at <= ?
  ))
`;

/** The values of {@link filter}. */
export function filterValues(conditions: CertificateConditions): readonly SqlValue[] {
  const { serialNumber, issuerId, publicKeyHash, profile, requester, provisioner } = conditions;
  const { status, identifier, overdueAt } = conditions;
  const { from, to } = boundsOf(conditions);
  return [
    serialNumber === undefined ? null : octetsFrom(serialNumber),
    issuerId === undefined ? null : octetsFrom(issuerId),
    publicKeyHash === undefined ? null : octetsFrom(publicKeyHash),
    profile ?? null,
    requester?.kind ?? null,
    requester?.id ?? null,
    provisioner ?? null,
    from,
    to,
    status?.is ?? null,
    status?.is ?? null,
    status?.at ?? null,
    identifier?.type ?? null,
    identifier?.type ?? null,
    identifier?.value ?? null,
    overdueAt ?? null,
    overdueAt ?? null,
  ];
}

/** Between which ends, both inclusive, every certificate lies that meets the conditions. */
export function boundsOf({ notAfter, status }: CertificateConditions): {
  readonly from: number;
  readonly to: number;
} {
  const { from = Number.MIN_SAFE_INTEGER, to = Number.MAX_SAFE_INTEGER } = notAfter ?? {};
  if (status === undefined) return { from, to };
  return status.is === "expired"
    ? { from, to: Math.min(to, status.at - 1) }
    : { from: Math.max(from, status.at), to };
}

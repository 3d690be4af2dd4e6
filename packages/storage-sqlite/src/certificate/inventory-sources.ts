import type { CertificateConditions, CertificateQuery } from "@chancery/core";
import type { SqlValue } from "../database.ts";
import { octetsFrom } from "../octets.ts";
import { boundsOf } from "./inventory-filter.ts";

/** Where the certificates of a list come from: an index that holds all that fit, and few others if it can. */
export interface Source {
  /** The condition that it answers, so that nothing needs to be filtered by it; absent when it answers none. */
  readonly answers?: keyof CertificateConditions;
  readonly from: string;
  /** What holds for the certificates in it; a parameter for each of `values`. */
  readonly where: string;
  /** Undefined when the query does not ask for what the source holds. */
  readonly values: (query: CertificateQuery) => readonly SqlValue[] | undefined;
}

/** What a list is sorted by, and what comes after the certificate last seen. */
export const orders = {
  issuance: { by: "serial_number, issuer_id", after: "(serial_number, issuer_id) > (?, ?)" },
  expiry: {
    by: "not_after, serial_number, issuer_id",
    after: "(not_after, serial_number, issuer_id) > (?, ?, ?)",
  },
} as const;

// CROSS JOIN: the first table is the one whose rows are few, or in the order that is asked for.
const join = "CROSS JOIN chancery_certificate USING (serial_number, issuer_id)";
const indexed = "chancery_certificate INDEXED BY chancery_certificate";

const serialNumber: Source = {
  answers: "serialNumber",
  from: "chancery_certificate",
  where: "serial_number = ?",
  values: (query) => (query.serialNumber === undefined ? undefined : [octetsFrom(query.serialNumber)]),
};
const identifier: Source = {
  answers: "identifier",
  from: `chancery_certificate_identifier ${join}`,
  where: "type = ? AND value = ?",
  values: ({ identifier }) => identifier && [identifier.type, identifier.value],
};
const publicKey: Source = {
  answers: "publicKeyHash",
  from: `${indexed}_public_key`,
  where: "public_key_hash = ?",
  values: ({ publicKeyHash }) => (publicKeyHash === undefined ? undefined : [octetsFrom(publicKeyHash)]),
};
const unreplaced: Source = {
  answers: "overdueAt",
  from: `chancery_unreplaced_certificate ${join}`,
  where: "renewal_due_at <= ?",
  values: ({ overdueAt }) => (overdueAt === undefined ? undefined : [overdueAt]),
};
const requester: Source = {
  answers: "requester",
  from: `${indexed}_requester`,
  where: "requester_id = ? AND requester_kind = ?",
  values: ({ requester }) => requester && [requester.id, requester.kind],
};
const held: Source = {
  from: `${indexed}_held`,
  where: "revocation_reason = 'certificateHold'",
  values: ({ status }) => (status?.is === "held" ? [] : undefined),
};
const revoked: Source = {
  from: `${indexed}_revoked`,
  where: "revoked_at IS NOT NULL",
  values: (query) => (query.status?.is === "revoked" ? [] : undefined),
};
const ending: Source = {
  from: `${indexed}_expiry`,
  where: "not_after BETWEEN ? AND ?",
  values: (query) => {
    const { from, to } = boundsOf(query);
    return from === Number.MIN_SAFE_INTEGER || to === Number.MAX_SAFE_INTEGER ? undefined : [from, to];
  },
};
const provisioner: Source = {
  answers: "provisioner",
  from: `${indexed}_provisioner`,
  where: "provisioner = ?",
  values: ({ provisioner }) => (provisioner === undefined ? undefined : [provisioner]),
};
const profile: Source = {
  answers: "profile",
  from: `${indexed}_profile`,
  where: "profile = ?",
  values: ({ profile }) => (profile === undefined ? undefined : [profile]),
};
const issuer: Source = {
  answers: "issuerId",
  from: `${indexed}_issuer`,
  where: "issuer_id = ?",
  values: ({ issuerId }) => (issuerId === undefined ? undefined : [octetsFrom(issuerId)]),
};
const everything: Source = { from: "chancery_certificate", where: "TRUE", values: () => [] };

// By expiry; where such a list begins is in what comes after the one last seen.

const revokedEnding: Source = {
  from: `${indexed}_revoked_expiry`,
  where: "revoked_at IS NOT NULL AND not_after <= ?",
  values: (query) => (query.status?.is === "revoked" ? [boundsOf(query).to] : undefined),
};
const issuerEnding: Source = {
  answers: "issuerId",
  from: `${indexed}_issuer_expiry`,
  where: "issuer_id = ? AND not_after <= ?",
  values: (query) =>
    query.issuerId === undefined ? undefined : [octetsFrom(query.issuerId), boundsOf(query).to],
};
const everythingEnding: Source = {
  from: `${indexed}_expiry`,
  where: "not_after <= ?",
  values: (query) => [boundsOf(query).to],
};

/**
 * The sources for each order. The first that a query asks for is taken, so that those that hold the fewest stand first;
 * the last one holds everything. Its certificates are filtered by the other conditions, row by row: by issuance that is
 * all there is for one bound of `notAfter` and for `valid` and `expired`, by expiry for profile and provisioner.
 *
 * Not in the order that is asked for, and sorted: `ending`; by expiry all down to `held`.
 */
export const sources: Readonly<Record<keyof typeof orders, readonly Source[]>> = {
  issuance: [
    serialNumber,
    identifier,
    publicKey,
    unreplaced,
    requester,
    held,
    revoked,
    ending,
    provisioner,
    profile,
    issuer,
    everything,
  ],
  expiry: [
    serialNumber,
    identifier,
    publicKey,
    unreplaced,
    requester,
    held,
    revokedEnding,
    issuerEnding,
    everythingEnding,
  ],
};

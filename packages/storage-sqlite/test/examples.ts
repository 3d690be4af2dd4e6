import type { Account, Authorization, Order, StoredProblem } from "@chancery/acme-server";
import type { AuditFact, Completion, Reservation } from "@chancery/core";

/** The instant at which everything happens. */
export const now = 1_900_000_000_000;
export const minute = 60_000;
export const hour = 3_600_000;

export const problem: StoredProblem = { type: "unauthorized", detail: "no longer", status: 403 };

const issuerId = "a5".repeat(32);

/** A reservation; its serial number begins with `series`, so that several processes do not meet. */
export function reservation(number: number, series = 1, requestId?: string): Reservation {
  return {
    issuerId,
    serialNumber: (series * 0x1000000 + number).toString(16).padStart(32, "0"),
    ...(requestId !== undefined && { requestId }),
    requestHash: "7e".repeat(32),
    requester: { kind: "acme", id: "account-1" },
    profile: "tlsServer",
    identifiers: [{ type: "dns", value: `host-${number}.example.test` }],
    publicKeyHash: "4b".repeat(32),
    crlPartition: 0,
    notBefore: now,
    notAfter: now + hour,
    tbsCertificate: new Uint8Array(400).fill(number % 256),
    reservedAt: now,
  };
}

/** The completion of a reservation. */
export function completion({ issuerId, serialNumber, tbsCertificate }: Reservation): Completion {
  return {
    issuerId,
    serialNumber,
    certificate: new Uint8Array([...tbsCertificate, 1]),
    fingerprint: serialNumber.padStart(64, "f"),
    issuedAt: now,
    audit: fact("certificate.issued", serialNumber),
  };
}

/** An audit fact about `subject`. */
export function fact(type: string, subject: string): AuditFact {
  return { at: now, type, actor: "acme:account-1", subject, details: {} };
}

/** 32 octets, one value for each text of up to 32 ASCII characters. */
export function keyOf(text: string): string {
  return Buffer.from(text.padEnd(32)).toString("hex");
}

/** A valid account. */
export function account(number: number): Account {
  return {
    id: `account-${number}`,
    directoryId: "directory",
    keyThumbprint: `thumbprint-${number}`,
    publicJwk: "{}",
    status: "valid",
    contact: [],
    termsOfServiceAgreed: true,
    createdAt: now,
  };
}

/** An authorization of account 1. */
export function authorization(number: number, state: Authorization["state"] = "pending"): Authorization {
  return {
    id: `authorization-${number}`,
    directoryId: "directory",
    accountId: "account-1",
    identifier: { type: "dns", value: `host-${number}.example.test` },
    wildcard: false,
    state,
    createdAt: now,
    expiresAt: now + 24 * hour,
    challenges: [{ type: "http-01", token: `token-${number}`, status: "pending" }],
  };
}

/** An order of account 1 that names these authorizations. */
export function order(number: number, authorizations: readonly Authorization[]): Omit<Order, "state"> {
  return {
    id: `order-${number}`,
    directoryId: "directory",
    accountId: "account-1",
    identifiers: authorizations.map(({ identifier }) => identifier),
    authorizationIds: authorizations.map(({ id }) => id),
    createdAt: now,
    expiresAt: now + hour,
  };
}

import type { RevocationReason } from "../certificate/revocation-reasons.ts";
import type { Identifier } from "../identifier/identifier.ts";
import type { Requester } from "../requester.ts";

/**
 * Where a certificate authority keeps what it must never forget: certificates, reservations and the audit trail.
 *
 * The port speaks in named transitions. Every method is atomic: it happens completely or not at all, and once its
 * promise resolves the effect survives the death of the process. Methods may be called concurrently, also from
 * several processes on one database; each says who wins. Records go in and come out as copies: changing one
 * afterwards changes nothing in the store.
 *
 * Values: serial numbers, issuer ids and hashes are lower-case hexadecimal of whole octets and compare as octets;
 * times are milliseconds since 1970 UTC; strings are any Unicode without U+0000.
 *
 * Errors: only {@link StoreError}, from its closed set of codes. What a race can bring about is an outcome, not an
 * error.
 */
export interface CertificateStore {
  /**
   * Takes a serial number, and the request id if there is one, before anything is signed.
   *
   * Of concurrent callers with one `requestId` exactly one gets `reserved`; the others get what the winner has
   * stored so far: its reservation (`existing`) or its certificate (`issued`).
   *
   * @throws {StoreError} `ERR_STORE_CONFLICT`: the issuer has used this serial number already; nothing is stored.
   */
  reserve(reservation: Reservation): Promise<ReserveOutcome>;

  /**
   * Turns a reservation into an issued certificate and appends the audit entry, in one transaction.
   *
   * The first completion wins. A later one, with the same or other certificate bytes, changes nothing, appends
   * nothing and gets the winner's record back.
   *
   * @throws {StoreError} `ERR_STORE_NOT_FOUND`: there is no such reservation; `ERR_STORE_CONFLICT`: another certificate has
   * this fingerprint.
   */
  complete(completion: Completion): Promise<CertificateRecord>;

  /**
   * Marks an issued certificate as revoked and appends the audit entry, in one transaction.
   *
   * Of concurrent callers exactly one gets `revoked`; the others `alreadyRevoked` with the winner's facts.
   * A reserved serial number without a certificate is `notFound`.
   */
  revoke(revocation: RevocationTransition): Promise<RevokeOutcome>;

  /**
   * Finds what a request id has led to so far: a reservation (`existing`), a certificate (`issued`), or undefined.
   */
  findByRequestId(requestId: string): Promise<Exclude<ReserveOutcome, { outcome: "reserved" }> | undefined>;

  /** Finds an issued certificate; undefined when there is none. A reservation is never returned. */
  find(key: CertificateKey): Promise<CertificateRecord | undefined>;

  /**
   * Lists issued certificates in ascending order of serial number, as octets; ties (several issuers) by issuer id.
   * Serial numbers of this CA begin with the time, so this is the order of issuance.
   *
   * A certificate issued while a caller pages is either on a later page or on none; no certificate is listed twice
   * and none that was there from the start is left out.
   */
  list(query: CertificateQuery): Promise<readonly CertificateRecord[]>;

  /**
   * Lists reservations that were never completed, oldest first: work for recovery after a crash.
   *
   * @param query.reservedBefore - Only reservations older than this instant, so that running issuances are left alone.
   */
  listReservations(query: {
    readonly reservedBefore: number;
    readonly limit: number;
  }): Promise<readonly Reservation[]>;

  /** Lists audit entries in the order in which they were appended. `after` is the `sequence` of the last one seen. */
  listAudit(query: { readonly after?: number; readonly limit: number }): Promise<readonly AuditEntry[]>;
}

/** Which certificate is meant: by its issuer and serial number, or by the SHA-256 of its DER. */
export type CertificateKey =
  | { readonly issuerId: string; readonly serialNumber: string }
  | { readonly fingerprint: string };

/** What is known about a certificate before it is signed. */
export interface PlannedCertificate {
  /** Identity of the issuing key: SHA-256 of the issuer's SubjectPublicKeyInfo. Serial numbers are unique per issuer. */
  readonly issuerId: string;
  /** At most 20 octets, positive (RFC 5280 section 4.1.2.2). */
  readonly serialNumber: string;
  /** Idempotency key of the request, unique in the store; absent when the requester gave none. */
  readonly requestId?: string;
  /** SHA-256 of what was asked, to notice a `requestId` that is used for another request. */
  readonly requestHash: string;
  readonly requester: Requester;
  /** Name of the profile. */
  readonly profile: string;
  readonly identifiers: readonly Identifier[];
  /** SHA-256 of the subject's SubjectPublicKeyInfo. */
  readonly publicKeyHash: string;
  readonly notBefore: number;
  /** Inclusive last instant of validity, whole seconds. */
  readonly notAfter: number;
}

/** A serial number taken for a certificate that is about to be signed. */
export interface Reservation extends PlannedCertificate {
  /** TBSCertificate DER: what was judged is what will be signed, now or after a crash. */
  readonly tbsCertificate: Uint8Array;
  readonly reservedAt: number;
}

/** An issued certificate. */
export interface CertificateRecord extends PlannedCertificate {
  /** Certificate DER. */
  readonly certificate: Uint8Array;
  /** SHA-256 of `certificate`. */
  readonly fingerprint: string;
  readonly issuedAt: number;
  /** Present once the certificate is revoked. */
  readonly revocation?: RevocationFacts;
}

/** When and why a certificate was revoked. */
export interface RevocationFacts {
  readonly revokedAt: number;
  /** Absent when no reason was given (RFC 5280 section 5.3.1 wants `unspecified` left out). */
  readonly reason?: RevocationReason;
}

/** Input of {@link CertificateStore.complete}. */
export interface Completion {
  readonly issuerId: string;
  readonly serialNumber: string;
  readonly certificate: Uint8Array;
  readonly fingerprint: string;
  readonly issuedAt: number;
  readonly audit: AuditFact;
}

/** Input of {@link CertificateStore.revoke}. */
export interface RevocationTransition extends RevocationFacts {
  readonly issuerId: string;
  readonly serialNumber: string;
  readonly audit: AuditFact;
}

/** Answer of {@link CertificateStore.reserve}. */
export type ReserveOutcome =
  | { readonly outcome: "reserved" }
  | { readonly outcome: "existing"; readonly reservation: Reservation }
  | { readonly outcome: "issued"; readonly record: CertificateRecord };

/** Answer of {@link CertificateStore.revoke}. */
export type RevokeOutcome =
  | { readonly outcome: "revoked"; readonly record: CertificateRecord }
  | { readonly outcome: "alreadyRevoked"; readonly record: CertificateRecord }
  | { readonly outcome: "notFound" };

/** Selects certificates for {@link CertificateStore.list}. */
export interface CertificateQuery {
  /** The last certificate seen; absent for the first page. */
  readonly after?: { readonly serialNumber: string; readonly issuerId: string };
  /** 1 to 1000. */
  readonly limit: number;
  /** Only certificates that carry exactly this identifier. */
  readonly identifier?: Identifier;
}

/** A fact for the audit trail, without the place that the store gives it. Never holds a secret. */
export interface AuditFact {
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** What happened, `area.event`, for example `certificate.issued`. */
  readonly type: string;
  /** Who did it, `kind:id`. */
  readonly actor: string;
  /** What it happened to, for example a serial number. */
  readonly subject: string;
  /** Further facts as flat text values. */
  readonly details: Readonly<Record<string, string>>;
}

/** An audit fact with its place in the append-only trail. */
export interface AuditEntry extends AuditFact {
  /** Rises by at least 1 from entry to entry. */
  readonly sequence: number;
}

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
   * stored so far: its reservation (`existing`) or its certificate (`issued`). A public key that is blocked gets
   * `keyBlocked`, and nothing is stored.
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
   * this fingerprint; `ERR_STORE_STALE`: the key was blocked after the reservation, which stays, and nothing is stored.
   */
  complete(completion: Completion): Promise<CertificateRecord>;

  /**
   * Marks an issued certificate as revoked, blocks its key if that is asked, counts a change of the certificate's CRL
   * partition and appends the audit entry, in one transaction.
   *
   * Of concurrent callers exactly one gets `revoked`; the others `alreadyRevoked` with the winner's facts. A
   * certificate on hold (reason `certificateHold`) can be revoked for another reason: its `revokedAt` stays that of the
   * hold, reason and invalidity date become those of the revocation. A reserved serial number without a certificate is
   * `notFound`.
   *
   * @see RFC 5280 section 5.3.1
   */
  revoke(revocation: RevocationTransition): Promise<RevokeOutcome>;

  /**
   * Ends the hold on a certificate: it is not revoked afterwards. Counts a change of its CRL partition and appends the
   * audit entry, in one transaction.
   *
   * Of concurrent callers exactly one gets `released`; the others, and everyone for a certificate that is valid or revoked for
   * good, `notHeld`.
   */
  release(release: ReleaseTransition): Promise<ReleaseOutcome>;

  /**
   * Blocks a public key, whoever has it: no serial number is reserved for it any more. Appends the audit entry in the same
   * transaction. The first block of a key stands; a later one is `alreadyBlocked` and changes and appends nothing.
   */
  blockKey(block: BlockedKey & { readonly audit: AuditFact }): Promise<BlockKeyOutcome>;

  /** Finds the block of a public key; undefined when it is not blocked. */
  findBlockedKey(publicKeyHash: string): Promise<BlockedKey | undefined>;

  /**
   * Finds what a request id has led to so far: a reservation (`existing`), a certificate (`issued`), or undefined.
   */
  findByRequestId(requestId: string): Promise<EarlierOutcome | undefined>;

  /** Finds an issued certificate; undefined when there is none. A reservation is never returned. */
  find(key: CertificateKey): Promise<CertificateRecord | undefined>;

  /**
   * Lists issued certificates that fit every given condition, in ascending order of serial number, as octets; ties
   * (several issuers) by issuer id. Serial numbers of this CA begin with the time, so this is the order of issuance.
   * With `order: "expiry"`, by `notAfter` first.
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
    /** The last one seen; absent for the first page. */
    readonly after?: Pick<Reservation, "issuerId" | "reservedAt" | "serialNumber">;
    readonly limit: number;
  }): Promise<readonly Reservation[]>;

  /**
   * Lists revoked certificates of one CRL partition, those on hold too, in ascending order of serial number as octets:
   * what a CRL is made of. Paging as for {@link CertificateStore.list}.
   */
  listRevoked(query: RevokedQuery): Promise<readonly RevokedCertificate[]>;

  /**
   * Takes a CRL number: greater than every number taken before for this issuer, and at least `at`, in milliseconds since 1970
   * UTC. No two callers ever get the same; a number taken and not used is lost. Because numbers follow the clock, a store
   * that was restored from a backup does not take one again (RFC 5280 section 5.2.3).
   */
  takeCrlNumber(query: { readonly issuerId: string; readonly at: number }): Promise<number>;

  /**
   * Counts how often a revocation or release has changed one CRL partition; 0 at first. A caller that reads the count and then
   * {@link CertificateStore.listRevoked} sees at least the changes that were counted.
   */
  countRevocationChanges(partition: CrlPartition): Promise<number>;

  /**
   * Keeps a signed CRL as the latest of its kind and partition, and appends the audit entry, in one transaction.
   *
   * Of concurrent callers the one with the greatest number stands in the end: one with a lesser or equal number than that of the
   * CRL that is kept gets `superseded`, and nothing is stored.
   */
  publishCrl(publication: CrlRecord & { readonly audit: AuditFact }): Promise<PublishCrlOutcome>;

  /** Finds the latest CRL of a partition and kind; undefined when none was published. */
  findCrl(query: CrlPartition & { readonly kind: CrlRecord["kind"] }): Promise<CrlRecord | undefined>;

  /**
   * Lists the partitions of an issuer for which a full CRL was ever published, or that a revocation or release has ever
   * changed, ascending.
   */
  listCrlPartitions(issuerId: string): Promise<readonly number[]>;

  /** Appends an audit entry for a fact that is no other transition's, such as a refusal. */
  appendAudit(fact: AuditFact): Promise<void>;

  /** Lists audit entries in the order in which they were appended. `after` is the `sequence` of the last one seen. */
  listAudit(query: { readonly after?: number; readonly limit: number }): Promise<readonly AuditEntry[]>;

  /**
   * Lists audit entries that have no place in the hash chain, those appended first first. `after` is the `sequence` of the last
   * one seen.
   */
  listUnchainedAudit(query: {
    readonly after?: number;
    readonly limit: number;
  }): Promise<readonly AuditEntry[]>;

  /** Lists audit entries in the order of the hash chain. `after` is the position of the last one seen. */
  listAuditChain(query: {
    readonly after?: number;
    readonly limit: number;
  }): Promise<readonly ChainedAuditEntry[]>;

  /** Finds the last link of the hash chain; undefined while nothing is chained. */
  findAuditHead(): Promise<AuditLink | undefined>;

  /**
   * Gives audit entries their places in the hash chain, all of them or none.
   *
   * Of concurrent callers with one `head` exactly one gets `chained`: the chain has no fork. The others get `stale`, as
   * does everyone whose `head` is not the last link, and nothing is stored.
   *
   * @throws {StoreError} `ERR_STORE_CONFLICT`: an entry is absent or has a place already; nothing is stored.
   */
  chainAudit(extension: AuditChainExtension): Promise<"chained" | "stale">;
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
  /** SHA-256 of what was asked, to notice a `requestId` that is used for another request; without one, of the key alone. */
  readonly requestHash: string;
  readonly requester: Requester;
  /** Name of the profile. */
  readonly profile: string;
  /** Distinct; empty for certificates whose subject alone names their holder. */
  readonly identifiers: readonly Identifier[];
  /** SHA-256 of the subject's SubjectPublicKeyInfo. */
  readonly publicKeyHash: string;
  /** Which of the issuer's CRLs this certificate is listed on once it is revoked; 0 to 65535. */
  readonly crlPartition: number;
  readonly notBefore: number;
  /** Inclusive last instant of validity, whole seconds. */
  readonly notAfter: number;
  /** The certificate that this one renews, if it does. */
  readonly replaces?: { readonly issuerId: string; readonly serialNumber: string };
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

/** When and why a certificate was revoked, or put on hold (reason `certificateHold`). */
export interface RevocationFacts {
  readonly revokedAt: number;
  /** Absent when no reason was given (RFC 5280 section 5.3.1 wants `unspecified` left out). */
  readonly reason?: RevocationReason;
  /** When the key was or may have been compromised, or the certificate became wrong (RFC 5280 section 5.3.2). */
  readonly invalidityDate?: number;
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
  /** Why the certificate's public key is to be blocked as well; absent: it is not. A key that is blocked stays as it is. */
  readonly blockKey?: string;
  readonly audit: AuditFact;
}

/** Input of {@link CertificateStore.release}. */
export interface ReleaseTransition {
  readonly issuerId: string;
  readonly serialNumber: string;
  readonly audit: AuditFact;
}

/** A public key that no certificate may have. */
export interface BlockedKey {
  /** SHA-256 of the SubjectPublicKeyInfo. */
  readonly publicKeyHash: string;
  readonly blockedAt: number;
  /** For people, for example `compromised`. */
  readonly reason: string;
}

/** Which certificates a CRL covers: those of an issuer whose `crlPartition` is `partition`. */
export interface CrlPartition {
  readonly issuerId: string;
  readonly partition: number;
}

/** A signed CRL. */
export interface CrlRecord extends CrlPartition {
  /** A delta lists what has changed since the full CRL with number `baseNumber` (RFC 5280 section 5.2.4). */
  readonly kind: "delta" | "full";
  readonly number: number;
  /** Present exactly in a delta. */
  readonly baseNumber?: number;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** {@link CertificateStore.countRevocationChanges} as it was before the entries were read. */
  readonly changes: number;
  /** CertificateList DER. */
  readonly crl: Uint8Array;
}

/** Selects entries for a CRL. */
export interface RevokedQuery extends CrlPartition {
  /** Only certificates that end at this instant or later. */
  readonly notAfterFrom: number;
  /** Serial number of the last one seen; absent for the first page. */
  readonly after?: string;
  /** 1 to 10 000. */
  readonly limit: number;
}

/** What a CRL says about a certificate. */
export interface RevokedCertificate extends RevocationFacts {
  readonly serialNumber: string;
}

/** Answer of {@link CertificateStore.reserve}. */
export type ReserveOutcome =
  | { readonly outcome: "reserved" }
  | { readonly outcome: "existing"; readonly reservation: Reservation }
  | { readonly outcome: "issued"; readonly record: CertificateRecord }
  | { readonly outcome: "keyBlocked"; readonly block: BlockedKey };

/** What a request id has led to: answer of {@link CertificateStore.findByRequestId}. */
export type EarlierOutcome = Extract<ReserveOutcome, { outcome: "existing" | "issued" }>;

/** Answer of {@link CertificateStore.revoke}. */
export type RevokeOutcome =
  | { readonly outcome: "revoked"; readonly record: CertificateRecord }
  | { readonly outcome: "alreadyRevoked"; readonly record: CertificateRecord }
  | { readonly outcome: "notFound" };

/** Answer of {@link CertificateStore.release}. */
export type ReleaseOutcome =
  | { readonly outcome: "released"; readonly record: CertificateRecord }
  | { readonly outcome: "notHeld"; readonly record: CertificateRecord }
  | { readonly outcome: "notFound" };

/** Answer of {@link CertificateStore.blockKey}. */
export type BlockKeyOutcome =
  | { readonly outcome: "blocked" }
  | { readonly outcome: "alreadyBlocked"; readonly block: BlockedKey };

/** Answer of {@link CertificateStore.publishCrl}. */
export type PublishCrlOutcome = "published" | "superseded";

/** Selects certificates for {@link CertificateStore.list}: those that meet every condition given. */
export interface CertificateQuery extends CertificateConditions {
  /** Default: `issuance`. */
  readonly order?: "expiry" | "issuance";
  /** The last certificate seen; absent for the first page. `notAfter` counts with `order: "expiry"` alone. */
  readonly after?: { readonly serialNumber: string; readonly issuerId: string; readonly notAfter?: number };
  /** 1 to 1000. */
  readonly limit: number;
}

/** Conditions on certificates; each is about one property and absent when that does not matter. */
export interface CertificateConditions {
  /** Only certificates that carry exactly this identifier. */
  readonly identifier?: Identifier;
  /** Octets as everywhere in this port, of any issuer. */
  readonly serialNumber?: string;
  readonly publicKeyHash?: string;
  readonly issuerId?: string;
  readonly profile?: string;
  readonly requester?: { readonly kind: Requester["kind"]; readonly id: string };
  readonly provisioner?: string;
  /** Inclusive bounds. */
  readonly notAfter?: { readonly from?: number; readonly to?: number };
  /**
   * State at an instant. `revoked` includes neither holds nor what was revoked and has expired since: of the four exactly one is
   * true for a certificate, in this order: `expired` (`notAfter` is before `at`), `held`, `revoked`, `valid`.
   */
  readonly status?: { readonly is: CertificateStatus; readonly at: number };
  /**
   * Only certificates that should have been replaced by this instant and were not: two thirds of the time from `notBefore` to
   * `notAfter` have passed, they are neither revoked nor on hold, they carry an identifier, and no certificate with
   * exactly the same identifiers, in any order, ends later without being revoked or on hold. They may have expired.
   */
  readonly overdueAt?: number;
}

/** State of a certificate at an instant. */
export type CertificateStatus = "expired" | "held" | "revoked" | "valid";

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
  /** Place in the hash chain; absent until the entry has one. */
  readonly link?: AuditLink;
}

/** An audit entry that has its place in the hash chain. */
export type ChainedAuditEntry = AuditEntry & { readonly link: AuditLink };

/** A place in the hash chain of the audit trail. */
export interface AuditLink {
  /** 1 for the first entry of the chain, then 1 more for each. */
  readonly position: number;
  /** SHA-256 over the previous link's hash and this entry, lower-case hexadecimal. */
  readonly hash: string;
}

/** Input of {@link CertificateStore.chainAudit}. */
export interface AuditChainExtension {
  /** The last link that the caller knows; absent when the chain is to begin. */
  readonly head?: AuditLink;
  /** In ascending order of position, without a gap after `head`; at least one. */
  readonly links: readonly (AuditLink & { readonly sequence: number })[];
}

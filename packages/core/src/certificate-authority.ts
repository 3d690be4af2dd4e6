import type { AuditVerification } from "./audit/verify.ts";
import type { NameAttribute } from "./certificate/name.ts";
import type { RevocationReason } from "./certificate/revocation-reasons.ts";
import type { CrlPublisher } from "./crl/publish.ts";
import type { CertificationRequest } from "./csr/certification-request.ts";
import type { Denial } from "./errors.ts";
import type { Identifier } from "./identifier/identifier.ts";
import type { Issuer } from "./issuer/issuer.ts";
import type { Explanation } from "./policy/explanation.ts";
import type { Policy } from "./policy/policy.ts";
import type { ProvisionerExtension } from "./profile/provisioner-extension.ts";
import type { Requester } from "./requester.ts";
import type {
  AuditLink,
  BlockedKey,
  CertificateConditions,
  CertificateKey,
  CertificateStatus,
  RevocationFacts,
} from "./store/certificate-store.ts";

/**
 * A certificate authority: the one way to a signature on an end entity certificate.
 *
 * All methods may be called concurrently, in several processes on one store. The object is frozen and its methods do
 * not use `this`.
 */
export interface CertificateAuthority {
  /**
   * Issues a certificate.
   *
   * Parses, plans, judges, reserves a serial number, signs and completes, in this order (docs/issuance-cycle.md). A
   * failure before the reservation leaves nothing behind; one after it leaves a reservation that the same
   * `requestId` completes. Repeating a `requestId` returns the first certificate.
   *
   * @throws {CsrError} `ERR_CSR_*`, `ERR_KEY_*`: the request itself is unacceptable.
   * @throws {PolicyError} `ERR_POLICY_DENIED`, `ERR_POLICY_FAILED`: `denials` has at least one entry for each offending input,
   * `explanation` the whole judgement.
   * @throws {RequestError} `ERR_PROFILE_UNKNOWN`, `ERR_VALIDITY_REFUSED`, `ERR_IDENTIFIER_*`, `ERR_KEY_BLOCKED`,
   * `ERR_REQUEST_ID_REUSED`.
   * @throws {StoreError} `ERR_STORE_TRANSIENT`: safe to retry with the same `requestId`.
   * @throws {SignerError} `ERR_SIGNER_FAILED`: safe to retry with the same `requestId`.
   * @throws {LintError} `ERR_LINT_FAILED`: what would be signed breaks a rule of RFC 5280; nothing is reserved.
   * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a `requester` or `requestId` that no record could carry.
   */
  issue(request: IssueRequest): Promise<IssuedCertificate>;

  /**
   * Judges a request as {@link CertificateAuthority.issue} would, without reserving or signing anything.
   *
   * @throws The errors of `issue` for a request that cannot be judged at all; a refusal by policy is returned.
   */
  explain(request: IssueRequest): Promise<Explanation>;

  /**
   * Judges names before there is a key, as an ACME server must when an order is placed.
   *
   * @throws As {@link CertificateAuthority.explain}.
   */
  explainNames(request: NamesRequest): Promise<Explanation>;

  /**
   * Issues a certificate for the key, the names and the subject of an earlier one, from the issuer that is active now.
   *
   * Policy and profile are those of today, so that what they refuse today is refused. The new certificate is valid as
   * long as the earlier one was, unless the claims or `notAfter` say less.
   *
   * @throws {RequestError} `ERR_CERTIFICATE_NOT_FOUND`, `ERR_RENEWAL_REFUSED`: the certificate is revoked or on hold, it has
   * expired, or its profile does not renew; otherwise as {@link CertificateAuthority.issue}.
   */
  renew(request: RenewRequest): Promise<IssuedCertificate>;

  /**
   * As {@link CertificateAuthority.renew}, for another key.
   *
   * @throws As `renew`; `ERR_RENEWAL_REFUSED` also when the key is that of the earlier certificate.
   */
  rekey(request: RekeyRequest): Promise<IssuedCertificate>;

  /**
   * Revokes a certificate that this authority issued; effective once the promise resolves. A certificate on hold can be
   * revoked for good. With the reason `keyCompromise` its key is blocked in the same transaction.
   *
   * @throws {RequestError} `ERR_CERTIFICATE_NOT_FOUND`, `ERR_CERTIFICATE_ALREADY_REVOKED`,
   * `ERR_REVOCATION_REASON_REFUSED` (reasons that only a delta CRL, a hold or another authority may use).
   */
  revoke(request: RevokeRequest): Promise<IssuedCertificate>;

  /**
   * Revokes a certificate for the time being, with the reason `certificateHold`, until `release` or `revoke` decide.
   *
   * @throws {RequestError} `ERR_CERTIFICATE_NOT_FOUND`, `ERR_CERTIFICATE_ALREADY_REVOKED`: revoked or on hold already.
   */
  hold(request: HoldRequest): Promise<IssuedCertificate>;

  /**
   * Ends a hold: the certificate counts as valid again.
   *
   * @throws {RequestError} `ERR_CERTIFICATE_NOT_FOUND`, `ERR_CERTIFICATE_NOT_HELD`.
   */
  release(request: HoldRequest): Promise<IssuedCertificate>;

  /**
   * Blocks a public key: no certificate is issued for it any more. Certificates that have it stay as they are.
   *
   * @returns The block that stands, which may be an earlier one.
   */
  blockKey(request: BlockKeyRequest): Promise<BlockedKey>;

  /** Finds an issued certificate by issuer and serial number, by fingerprint, or by its exact DER. */
  find(key: CertificateKey | { readonly certificate: Uint8Array }): Promise<IssuedCertificate | undefined>;

  /** Lists issued certificates page by page; see {@link InventoryQuery}. */
  list(query: InventoryQuery): Promise<readonly IssuedCertificate[]>;

  /** Streams every issued certificate that meets the conditions, read page by page while the caller takes them. */
  export(conditions?: InventoryConditions): AsyncIterable<IssuedCertificate>;

  /**
   * Judges past issuances by other policies: which would have been refused?
   *
   * @param options.since - Only certificates issued at or after this instant.
   * @returns Every certificate that is not revoked and that the policies refuse, with their denials.
   */
  replay(
    policies: readonly Policy[],
    options: { readonly since: Date },
  ): AsyncIterable<{ readonly certificate: IssuedCertificate; readonly denials: readonly Denial[] }>;

  /**
   * Completes reservations that a crash left behind and whose validity has not ended. Call it once at start.
   *
   * @param options.olderThan - Minimum age in milliseconds, so that issuances running in other processes are left
   * alone; default 60 000.
   * @returns How many certificates were completed.
   */
  recover(options?: { readonly olderThan?: number }): Promise<number>;

  /** Publishes the certificate revocation lists of every issuer, and finds them. */
  readonly crls: CrlPublisher;
  readonly audit: AuditTrail;

  /** Names of the profiles that `issue` accepts, the default one first. */
  readonly profiles: readonly string[];
  /** Every issuer: those that are active, that are to be, and that only publish revocations any more. */
  readonly issuers: readonly Issuer[];
  /** Finds the issuer that certificates of a profile come from at this instant; undefined when there is none. */
  activeIssuer(profile?: string): Issuer | undefined;
  /** Certificates (DER) that relying parties configure as trust anchors, each once. */
  readonly trustAnchors: readonly Uint8Array[];

  /** State of the authority at this instant, for health endpoints and alerts. */
  health(): AuthorityHealth;
}

/** The audit trail of an authority: who has done what, append-only, tamper-evident. */
export interface AuditTrail {
  /**
   * Gives the entries appended since the last call their place in the hash chain. Call it every second or so; several replicas may.
   *
   * @returns How many entries this call has chained.
   */
  extend(): Promise<number>;
  /** Recomputes the chain from its beginning and reports the first fault; see {@link AuditVerification}. */
  verify(options?: { readonly known?: readonly AuditLink[] }): Promise<AuditVerification>;
  /** Writes the trail as JSON Lines in the order of the chain, entries without a place last. */
  export(): AsyncIterable<string>;
}

/** What to certify: a certification request, or a public key with the names to bind to it. */
export type IssueSubject =
  | {
      /** PKCS#10 as DER, as PEM text, or parsed already by `parseCertificationRequest`; its signature is always verified. */
      readonly csr: Uint8Array | string | CertificationRequest;
    }
  | {
      /** SubjectPublicKeyInfo, DER. The caller vouches for possession of the private key. */
      readonly publicKey: Uint8Array;
      /** Empty only for profiles whose certificates are named by their subject alone. */
      readonly identifiers: readonly Identifier[];
      /** Subject attributes asked for; what becomes of them is for the profile and the policies to say. Default: none. */
      readonly subject?: readonly NameAttribute[];
    };

/** What every request says besides its subject. */
export interface RequestTerms {
  readonly requester: Requester;
  /** Default: the authority's first profile. */
  readonly profile?: string;
  /** When the requester asked, if that was earlier than now: what `notBefore` may be is judged by it. Default: now. */
  readonly requestedAt?: Date;
  /** First second of validity; default: now, less the profile's backdate. */
  readonly notBefore?: Date;
  /** Last second of validity, inclusive; default: the profile's default validity. */
  readonly notAfter?: Date;
}

/** Input of {@link CertificateAuthority.issue}. */
export type IssueRequest = IssueSubject &
  RequestTerms & {
    /** Idempotency key, unique per request, 1 to 255 characters without control characters. */
    readonly requestId?: string;
    /** Which of the authority's issuers is to sign, where it matters: an OCSP responder's certificate. Default: the active one. */
    readonly issuerId?: string;
    /** Written into certificates of profiles with `provisionerExtension`, for software that expects step-ca's. */
    readonly provisionerExtension?: ProvisionerExtension;
  };

/** Input of {@link CertificateAuthority.explainNames}. */
export interface NamesRequest extends RequestTerms {
  readonly identifiers: readonly Identifier[];
}

/** Input of {@link CertificateAuthority.renew}. */
export interface RenewRequest {
  readonly certificate: CertificateKey;
  /** Who asks; default: who asked for the earlier certificate. */
  readonly requester?: Requester;
  /** Last second of validity, inclusive; default: as long as the earlier certificate, within the claims. */
  readonly notAfter?: Date;
  /** As in {@link IssueRequest}. */
  readonly requestId?: string;
}

/** Input of {@link CertificateAuthority.rekey}: the new key comes with a certification request, or as it is. */
export type RekeyRequest = RenewRequest &
  (
    | {
        /** As in {@link IssueSubject}. Its names count for nothing: those of the earlier certificate stay. */
        readonly csr: Uint8Array | string | CertificationRequest;
      }
    | {
        /** SubjectPublicKeyInfo, DER. The caller vouches for possession of the private key. */
        readonly publicKey: Uint8Array;
      }
  );

/** Input of {@link CertificateAuthority.revoke}. */
export interface RevokeRequest {
  readonly certificate: CertificateKey;
  readonly requester: Requester;
  /** Default: no reason is recorded. */
  readonly reason?: RevocationReason;
  /** When the key was or may have been compromised; not after now. */
  readonly invalidityDate?: Date;
}

/** Input of {@link CertificateAuthority.hold} and {@link CertificateAuthority.release}. */
export interface HoldRequest {
  readonly certificate: CertificateKey;
  readonly requester: Requester;
}

/** Input of {@link CertificateAuthority.blockKey}. */
export type BlockKeyRequest = {
  readonly requester: Requester;
  /** For people, 1 to 255 characters; default `compromised`. */
  readonly reason?: string;
} & (
  | {
      /** SubjectPublicKeyInfo, DER. */
      readonly publicKey: Uint8Array;
    }
  | {
      /** SHA-256 of a SubjectPublicKeyInfo, lower-case hexadecimal. */
      readonly publicKeyHash: string;
    }
);

/** Conditions on certificates; those that are given must all be met. */
export interface InventoryConditions
  extends Pick<
    CertificateConditions,
    "identifier" | "issuerId" | "profile" | "provisioner" | "publicKeyHash" | "requester" | "serialNumber"
  > {
  /** State at this instant. */
  readonly status?: CertificateStatus;
  /** Inclusive bounds. */
  readonly notAfter?: { readonly from?: Date; readonly to?: Date };
  /** Only certificates that are valid and end within this time, a duration such as `P14D`. */
  readonly expiringWithin?: string;
  /** Only certificates that should have been renewed by now and were not; see {@link CertificateConditions.overdueAt}. */
  readonly overdue?: true;
}

/** Input of {@link CertificateAuthority.list}. Paging is stable while others issue: none twice, none left out. */
export interface InventoryQuery extends InventoryConditions {
  /** By time of issuance, or by time of expiry; default `issuance`. */
  readonly order?: "expiry" | "issuance";
  /** The last certificate of the page before; absent for the first page. */
  readonly after?: Pick<IssuedCertificate, "issuerId" | "notAfter" | "serialNumber">;
  /** 1 to 1000. */
  readonly limit: number;
}

/** A certificate that this authority has issued. */
export interface IssuedCertificate {
  readonly issuerId: string;
  /** Lower-case hexadecimal. */
  readonly serialNumber: string;
  /** Certificate DER. */
  readonly certificate: Uint8Array;
  /**
   * DER of the certificate and its issuers, end entity first, up to and not including the trust anchor. The certificate
   * alone when it came from an issuer that this authority is not configured with.
   */
  readonly chain: readonly Uint8Array[];
  /** `chain` as PEM (RFC 7468), nothing between the blocks. */
  readonly chainPem: string;
  /** Chains of the same form to other trust anchors, by cross-certificates. */
  readonly alternateChains: readonly (readonly Uint8Array[])[];
  /** SHA-256 of `certificate`, lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly identifiers: readonly Identifier[];
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal. */
  readonly publicKeyHash: string;
  readonly requester: Requester;
  readonly profile: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly issuedAt: Date;
  /** State at the instant at which this was read. */
  readonly status: CertificateStatus;
  /** Present once the certificate is revoked or on hold. */
  readonly revocation?: RevocationFacts;
}

/** Answer of {@link CertificateAuthority.health}. */
export interface AuthorityHealth {
  /** False when there is a profile of which nothing can be issued at this instant. */
  readonly ok: boolean;
  /** Every issuer whose validity has not ended. */
  readonly issuers: readonly IssuerHealth[];
  /** What an operator must know, as sentences; empty when all is well. */
  readonly warnings: readonly string[];
}

/** How an issuer is. */
export interface IssuerHealth {
  readonly issuerId: string;
  readonly subject: string;
  readonly notAfter: Date;
  /** Whole days until it, and the chain above it, are not valid any more. */
  readonly daysLeft: number;
  /** Profiles that it issues for at this instant. */
  readonly activeFor: readonly string[];
}

import type { RevocationReason } from "./certificate/revocation-reasons.ts";
import type { CertificationRequest } from "./csr/certification-request.ts";
import type { Denial } from "./errors.ts";
import type { Identifier } from "./identifier/identifier.ts";
import type { Issuer } from "./issuer/issuer.ts";
import type { RuleDecision } from "./policy/evaluate.ts";
import type { Requester } from "./requester.ts";
import type { CertificateKey, CertificateQuery, RevocationFacts } from "./store/certificate-store.ts";

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
   * @throws {PolicyError} `ERR_POLICY_DENIED`, `ERR_POLICY_FAILED`: `denials` has at least one entry for each offending input.
   * @throws {RequestError} `ERR_PROFILE_UNKNOWN`, `ERR_VALIDITY_REFUSED`, `ERR_IDENTIFIER_*`, `ERR_REQUEST_ID_REUSED`.
   * @throws {StoreError} `ERR_STORE_TRANSIENT`: safe to retry with the same `requestId`.
   * @throws {SignerError} `ERR_SIGNER_FAILED`: safe to retry with the same `requestId`.
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
   * Revokes a certificate that this authority issued; effective once the promise resolves.
   *
   * @throws {RequestError} `ERR_CERTIFICATE_NOT_FOUND`, `ERR_CERTIFICATE_ALREADY_REVOKED`,
   * `ERR_REVOCATION_REASON_REFUSED` (reasons that only a delta CRL or another authority may use).
   */
  revoke(request: RevokeRequest): Promise<IssuedCertificate>;

  /** Finds an issued certificate by issuer and serial number, by fingerprint, or by its exact DER. */
  find(key: CertificateKey | { readonly certificate: Uint8Array }): Promise<IssuedCertificate | undefined>;

  /** Lists issued certificates, oldest first; see {@link CertificateQuery} for paging. */
  list(query: CertificateQuery): Promise<readonly IssuedCertificate[]>;

  /**
   * Completes reservations that a crash left behind and whose validity has not ended. Call it once at start.
   *
   * @param options.olderThan - Minimum age in milliseconds, so that issuances running in other processes are left
   * alone; default 60 000.
   * @returns How many certificates were completed.
   */
  recover(options?: { readonly olderThan?: number }): Promise<number>;

  /** Names of the profiles that `issue` accepts, the default one first. */
  readonly profiles: readonly string[];
  /** The issuer of new certificates. */
  readonly issuer: Issuer;
  /** Certificates (DER) that relying parties configure as trust anchors. */
  readonly trustAnchors: readonly Uint8Array[];

  /** State of the authority at this instant, for health endpoints and alerts. */
  health(): AuthorityHealth;
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
      readonly identifiers: readonly Identifier[];
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
  };

/** Input of {@link CertificateAuthority.explainNames}. */
export interface NamesRequest extends RequestTerms {
  readonly identifiers: readonly Identifier[];
}

/** Input of {@link CertificateAuthority.revoke}. */
export interface RevokeRequest {
  readonly certificate: CertificateKey;
  readonly requester: Requester;
  /** Default: no reason is recorded. */
  readonly reason?: RevocationReason;
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
  /** SHA-256 of `certificate`, lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly identifiers: readonly Identifier[];
  readonly requester: Requester;
  readonly profile: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly issuedAt: Date;
  /** Present once the certificate is revoked. */
  readonly revocation?: RevocationFacts;
}

/** How a request is judged, and what would be issued. */
export interface Explanation {
  readonly verdict: "allow" | "deny";
  /** Every rule that was looked at, in order, with its verdict. */
  readonly decisions: readonly RuleDecision[];
  /** The denials among the decisions; empty exactly when the verdict is `allow`. */
  readonly denials: readonly Denial[];
  /** What a policy threw, for the operator; present when one could not be evaluated, which denies the request. */
  readonly failure?: unknown;
  readonly plan: {
    readonly profile: string;
    readonly identifiers: readonly Identifier[];
    readonly notBefore: Date;
    readonly notAfter: Date;
  };
}

/** Answer of {@link CertificateAuthority.health}. */
export interface AuthorityHealth {
  /** False when nothing can be issued at this instant: the issuer is not valid, or too near its end for every profile. */
  readonly ok: boolean;
  readonly issuer: { readonly subject: string; readonly notAfter: Date; readonly daysLeft: number };
  /** What an operator must know, as sentences; empty when all is well. */
  readonly warnings: readonly string[];
}

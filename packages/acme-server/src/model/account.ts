/**
 * An ACME account as it is stored.
 *
 * @see RFC 8555 section 7.1.2
 */
export interface Account {
  /** Unpredictable and unique in the store; last segment of the account URL. */
  readonly id: string;
  /** The directory (`createAcmeServer` option `id`) that the account belongs to. */
  readonly directoryId: string;
  /** RFC 7638 thumbprint of the account key, base64url; unique within the directory. */
  readonly keyThumbprint: string;
  /** Canonical public JWK: required members only, as RFC 7638 orders them. */
  readonly publicJwk: string;
  readonly status: AccountStatus;
  readonly contact: readonly string[];
  readonly termsOfServiceAgreed: boolean;
  /** Milliseconds since 1970 UTC, as every time in the model. */
  readonly createdAt: number;
}

/** RFC 8555 section 7.1.6: `valid` moves to one of the others and never back. */
export type AccountStatus = "deactivated" | "revoked" | "valid";

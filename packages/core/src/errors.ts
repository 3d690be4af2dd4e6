const codes = [
  "ERR_CERTIFICATE_ALREADY_REVOKED",
  "ERR_CERTIFICATE_MALFORMED",
  "ERR_CERTIFICATE_NOT_FOUND",
  "ERR_CERTIFICATE_NOT_HELD",
  "ERR_CRL_MALFORMED",
  "ERR_CSR_ALGORITHM_REFUSED",
  "ERR_CSR_EXTENSION_REFUSED",
  "ERR_CSR_MALFORMED",
  "ERR_CSR_SIGNATURE_INVALID",
  "ERR_DER_MALFORMED",
  "ERR_IDENTIFIER_MALFORMED",
  "ERR_IDENTIFIER_UNSUPPORTED",
  "ERR_ISSUER_EXPIRED",
  "ERR_ISSUER_UNFIT",
  "ERR_KEY_BLOCKED",
  "ERR_KEY_MALFORMED",
  "ERR_KEY_UNSUPPORTED",
  "ERR_KEY_WEAK",
  "ERR_LINT_FAILED",
  "ERR_OPTION_INVALID",
  "ERR_PASSPHRASE_WRONG",
  "ERR_POLICY_DENIED",
  "ERR_POLICY_FAILED",
  "ERR_PROFILE_UNKNOWN",
  "ERR_RENEWAL_REFUSED",
  "ERR_REQUEST_ID_REUSED",
  "ERR_REVOCATION_REASON_REFUSED",
  "ERR_SIGNER_FAILED",
  "ERR_STORE_CONFLICT",
  "ERR_STORE_NOT_FOUND",
  "ERR_STORE_STALE",
  "ERR_STORE_TRANSIENT",
  "ERR_SUBJECT_REFUSED",
  "ERR_VALIDITY_REFUSED",
] as const;

/** One of {@link caErrorCodes}. Codes and classes are public API; messages are not. */
export type CaErrorCode = (typeof codes)[number];

/** Every code a {@link CaError} can carry; the second word names the area. */
export const caErrorCodes: readonly CaErrorCode[] = Object.freeze(codes);

/**
 * Base of every error that Chancery raises on purpose.
 *
 * Recognise errors by `code`: two copies of this package in one dependency tree have two classes but one set of
 * codes. The class says who must act: the requester ({@link RequestError}), whoever embeds the CA
 * ({@link ConfigurationError}) or whoever operates it ({@link StoreError}, {@link SignerError}).
 */
export class CaError extends Error {
  readonly code: CaErrorCode;

  constructor(code: CaErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Bytes that are not the DER that the grammar at hand wants (X.690 sections 8 to 11): `ERR_DER_MALFORMED`. */
export class DerError extends CaError {
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_DER_MALFORMED", message, options);
  }
}

/** The requester must change what was asked; repeating the same request is pointless. */
export class RequestError extends CaError {}

/** A certification request (RFC 2986) that cannot be accepted: codes `ERR_CSR_*` and `ERR_KEY_*`. */
export class CsrError extends RequestError {}

/** One reason why policy refused, about one input of the request. */
export interface Denial {
  /** Name of the level that the policy belongs to, for example `authority`. */
  readonly level?: string;
  /** Name of the policy or claim that refused. */
  readonly rule: string;
  /** What was looked at: an identifier such as `dns:example.test`, or the name of a field. */
  readonly input: string;
  /** One sentence for the requester; names the limit and what was asked. */
  readonly reason: string;
  /** What is granted at most, for people, for example `P90D`. */
  readonly limit?: string;
  /** What was asked, in the terms of `limit`. */
  readonly asked?: string;
}

/** The embedder passed options that cannot work; raised while something is created, before it serves anyone. */
export class ConfigurationError extends CaError {}

/**
 * A store could not carry out a transition. The set of codes is closed:
 *
 * - `ERR_STORE_NOT_FOUND`: the row that the transition needs is absent.
 * - `ERR_STORE_CONFLICT`: a unique value is taken.
 * - `ERR_STORE_STALE`: the caller acted on a state that has passed, or lost its lease.
 * - `ERR_STORE_TRANSIENT`: nothing happened and the same call may succeed later (locked, full, unreachable).
 */
export class StoreError extends CaError {
  declare readonly code:
    | "ERR_STORE_NOT_FOUND"
    | "ERR_STORE_CONFLICT"
    | "ERR_STORE_STALE"
    | "ERR_STORE_TRANSIENT";

  constructor(code: StoreError["code"], message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

/** A {@link Signer} refused or failed; the operator must look at it. Retrying is safe: `ERR_SIGNER_FAILED`. */
export class SignerError extends CaError {
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_SIGNER_FAILED", message, options);
  }
}

/**
 * Tells whether a value is a {@link CaError}, by its code and not by its class.
 *
 * @returns True also for an error from another copy of this package.
 */
export function isCaError(value: unknown): value is CaError {
  return value instanceof Error && "code" in value && caErrorCodes.some((code) => code === value.code);
}

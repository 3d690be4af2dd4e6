import type { Identifier } from "@chancery/core";
import type { StoredProblem } from "../problem.ts";

/**
 * Validates one type of challenge. Only the types of the validators that a server is given are offered.
 *
 * @see RFC 8555 section 8
 */
export interface ChallengeValidator {
  /** Challenge type as registered, for example `http-01`. */
  readonly type: string;

  /**
   * After how many failed attempts a challenge of this type is invalid, where that is fewer than the worker's
   * `maximumAttempts`; a whole number of at least 1. Absent: as many as the worker makes.
   */
  readonly maximumAttempts?: number;

  /** Whether this type can prove control of such an identifier (RFC 8555 section 8.3 for wildcards, RFC 8738 for addresses). */
  supports(identifier: Identifier, wildcard: boolean): boolean;

  /**
   * Makes one attempt. May be called concurrently; must stop soon after `signal` aborts.
   *
   * Everything that the target can cause is a result. A throw is a fault of the server: it is reported through
   * `onError` and counts as a failed attempt without details.
   */
  validate(challenge: ChallengeToValidate, signal: AbortSignal): Promise<ValidationResult>;
}

/** One challenge, as a validator sees it. */
export interface ChallengeToValidate {
  readonly identifier: Identifier;
  readonly token: string;
  /** RFC 8555 section 8.1: token, a full stop, and the thumbprint of the account key. */
  readonly keyAuthorization: string;
}

/**
 * What an attempt found: `valid`; `invalid` for an answer that will not get better; `retry` for one that may
 * (nothing listening, no record yet). The problem's detail names who was asked and what was expected; it never repeats
 * bytes of the answer.
 */
export type ValidationResult =
  | { readonly outcome: "valid" }
  | { readonly outcome: "invalid" | "retry"; readonly problem: StoredProblem };

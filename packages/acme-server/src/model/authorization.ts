import type { Identifier } from "@chancery/core";
import type { StoredProblem } from "../problem.ts";

/**
 * An authorization as it is stored, together with its challenges.
 *
 * @see RFC 8555 section 7.1.4
 */
export interface Authorization {
  readonly id: string;
  readonly directoryId: string;
  readonly accountId: string;
  /** For a wildcard, the name without its leading `*.`. */
  readonly identifier: Identifier;
  readonly wildcard: boolean;
  /** What transitions have written; {@link authorizationStatus} adds what the clock says. */
  readonly state: AuthorizationState;
  readonly createdAt: number;
  /** First instant at which the authorization no longer counts. */
  readonly expiresAt: number;
  /** One challenge of each type, in the order in which they are offered. */
  readonly challenges: readonly Challenge[];
}

/** Stored states of an authorization; RFC 8555 section 7.1.6 without `expired`, which the clock decides. */
export type AuthorizationState = "deactivated" | "invalid" | "pending" | "revoked" | "valid";

/** RFC 8555 section 7.1.6. */
export type AuthorizationStatus = AuthorizationState | "expired";

/**
 * A challenge within its authorization; its type is its key.
 *
 * @see RFC 8555 section 8
 */
export interface Challenge {
  readonly type: string;
  /** base64url of at least 128 random bits. */
  readonly token: string;
  readonly status: ChallengeStatus;
  /** When validation succeeded. */
  readonly validatedAt?: number;
  /** The latest failed attempt; kept while the server goes on trying (RFC 8555 section 8.2). */
  readonly error?: StoredProblem;
}

/** RFC 8555 section 7.1.6. */
export type ChallengeStatus = "invalid" | "pending" | "processing" | "valid";

/** Status of an authorization at an instant: a pending or valid one past its end is `expired`, or `invalid` if pending. */
export function authorizationStatus(authorization: Authorization, now: number): AuthorizationStatus {
  const { state, expiresAt } = authorization;
  if (now < expiresAt) return state;
  if (state === "valid") return "expired";
  return state === "pending" ? "invalid" : state;
}

/**
 * Status of a challenge at an instant: one that nobody is going to finish, because its authorization has expired or was
 * given up, is `invalid`. The siblings of a valid challenge stay as they are.
 */
export function challengeStatus(
  authorization: Authorization,
  { status }: Challenge,
  now: number,
): ChallengeStatus {
  const unfinished = status === "pending" || status === "processing";
  const dead = authorization.state !== "valid" && authorizationStatus(authorization, now) !== "pending";
  return unfinished && dead ? "invalid" : status;
}

/**
 * The challenges that a client gets to see: all of a pending authorization, afterwards the one that passed or those
 * that failed (RFC 8555 section 7.1.4).
 */
export function visibleChallenges(authorization: Authorization, now: number): readonly Challenge[] {
  const { challenges } = authorization;
  const wanted = challenges.some(({ status }) => status === "valid") ? "valid" : "invalid";
  const decided = challenges.filter(({ status }) => status === wanted);
  const pending = authorizationStatus(authorization, now) === "pending";
  return pending || decided.length === 0 ? challenges : decided;
}

import { type CaErrorCode, isCaError } from "@chancery/core";
import { AcmeProblem, type ProblemType } from "./problem.ts";

/**
 * Turns whatever was thrown into the problem that the client gets.
 *
 * The message of a refusal is for the requester and passes; what is the server's own fault becomes a fixed text.
 *
 * @returns The problem, and whether `error` has to be reported to the operator because the client is not told.
 */
export function problemFromError(error: unknown): {
  readonly problem: AcmeProblem;
  readonly report: boolean;
} {
  if (error instanceof AcmeProblem) return { problem: error, report: error.type === "serverInternal" };
  if (!isCaError(error)) return { problem: internalProblem(500, error), report: true };
  const { type, status } = problemOfCode[error.code];
  if (type === "serverInternal") return { problem: internalProblem(status, error), report: true };
  return { problem: new AcmeProblem(type, error.message, { status, cause: error }), report: false };
}

const retryAfterOutage = 5;

function internalProblem(status: number, cause: unknown): AcmeProblem {
  return status === 503
    ? new AcmeProblem("serverInternal", "the server cannot do this right now", {
        status,
        retryAfter: retryAfterOutage,
        cause,
      })
    : new AcmeProblem("serverInternal", "the server failed to process the request", { status, cause });
}

/** The whole mapping: a new code of core does not compile until it has its line here. */
const problemOfCode = {
  ERR_CERTIFICATE_ALREADY_REVOKED: { type: "alreadyRevoked", status: 400 },
  ERR_CERTIFICATE_MALFORMED: { type: "malformed", status: 400 },
  ERR_CERTIFICATE_NOT_FOUND: { type: "malformed", status: 404 },
  ERR_CERTIFICATE_NOT_HELD: { type: "malformed", status: 409 },
  ERR_CRL_MALFORMED: { type: "malformed", status: 400 },
  ERR_CSR_ALGORITHM_REFUSED: { type: "badCSR", status: 400 },
  ERR_CSR_EXTENSION_REFUSED: { type: "badCSR", status: 400 },
  ERR_CSR_MALFORMED: { type: "badCSR", status: 400 },
  ERR_CSR_SIGNATURE_INVALID: { type: "badCSR", status: 400 },
  ERR_DER_MALFORMED: { type: "malformed", status: 400 },
  ERR_IDENTIFIER_MALFORMED: { type: "malformed", status: 400 },
  ERR_IDENTIFIER_UNSUPPORTED: { type: "unsupportedIdentifier", status: 400 },
  ERR_ISSUER_EXPIRED: { type: "serverInternal", status: 500 },
  ERR_ISSUER_UNFIT: { type: "serverInternal", status: 500 },
  ERR_KEY_BLOCKED: { type: "badCSR", status: 400 },
  ERR_KEY_MALFORMED: { type: "badPublicKey", status: 400 },
  ERR_KEY_UNSUPPORTED: { type: "badPublicKey", status: 400 },
  ERR_KEY_WEAK: { type: "badPublicKey", status: 400 },
  ERR_LINT_FAILED: { type: "serverInternal", status: 500 },
  ERR_OPTION_INVALID: { type: "serverInternal", status: 500 },
  ERR_PASSPHRASE_WRONG: { type: "serverInternal", status: 500 },
  ERR_POLICY_DENIED: { type: "rejectedIdentifier", status: 403 },
  ERR_POLICY_FAILED: { type: "serverInternal", status: 500 },
  ERR_PROFILE_UNKNOWN: { type: "invalidProfile", status: 400 },
  ERR_RENEWAL_REFUSED: { type: "malformed", status: 403 },
  ERR_REQUEST_ID_REUSED: { type: "serverInternal", status: 500 },
  ERR_REVOCATION_REASON_REFUSED: { type: "badRevocationReason", status: 400 },
  ERR_SIGNER_FAILED: { type: "serverInternal", status: 503 },
  ERR_STORE_CONFLICT: { type: "serverInternal", status: 500 },
  ERR_STORE_NOT_FOUND: { type: "serverInternal", status: 500 },
  ERR_STORE_STALE: { type: "serverInternal", status: 500 },
  ERR_STORE_TRANSIENT: { type: "serverInternal", status: 503 },
  ERR_SUBJECT_REFUSED: { type: "badCSR", status: 400 },
  ERR_VALIDITY_REFUSED: { type: "malformed", status: 400 },
} as const satisfies Record<CaErrorCode, { type: ProblemType; status: number }>;

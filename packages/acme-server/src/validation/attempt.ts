import type { ProblemType, StoredProblem } from "../problem.ts";
import type { ValidationResult } from "./challenge-validator.ts";
import { DeadlineExceeded, withDeadline } from "./deadline.ts";

/**
 * Why an attempt did not prove control; thrown in the depth of a validator, a result at its surface.
 *
 * The message is the problem's detail. It must never hold bytes that a target sent.
 */
export class AttemptFailure extends Error {
  readonly outcome: "invalid" | "retry";
  readonly problemType: ProblemType;

  constructor(outcome: "invalid" | "retry", problemType: ProblemType, message: string) {
    super(message);
    this.name = "AttemptFailure";
    this.outcome = outcome;
    this.problemType = problemType;
  }
}

/**
 * Makes one attempt within a time.
 *
 * @param what - Names the attempt in the detail of one that took too long for no better reason.
 * @throws The reason of `signal` when it aborts; anything that the work throws but an {@link AttemptFailure}.
 */
export async function makeAttempt(
  what: string,
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<ValidationResult> {
  try {
    await withDeadline(milliseconds, signal, work);
    return { outcome: "valid" };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AttemptFailure) return { outcome: error.outcome, problem: problemOf(error) };
    if (!(error instanceof DeadlineExceeded)) throw error;
    const detail = `${what} was not finished after ${milliseconds} ms`;
    return { outcome: "retry", problem: { type: "connection", detail, status: 400 } };
  }
}

function problemOf({ problemType, message }: AttemptFailure): StoredProblem {
  const forbidden = problemType === "incorrectResponse" || problemType === "unauthorized";
  return { type: problemType, detail: message, status: forbidden ? 403 : 400 };
}

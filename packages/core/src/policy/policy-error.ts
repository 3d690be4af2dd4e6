import { type Denial, RequestError } from "../errors.ts";
import type { Explanation } from "./explanation.ts";

/**
 * Policy refused the request (`ERR_POLICY_DENIED`) or could not be evaluated, which refuses it too
 * (`ERR_POLICY_FAILED`).
 */
export class PolicyError extends RequestError {
  /** Every denial found, not only the first: one or more for each offending input. */
  readonly denials: readonly Denial[];
  /** The whole judgement, and what would have been issued. */
  readonly explanation: Explanation;

  constructor(explanation: Explanation) {
    const { denials, failure } = explanation;
    super(
      failure === undefined ? "ERR_POLICY_DENIED" : "ERR_POLICY_FAILED",
      denials.map(({ input, reason }) => `${input}: ${reason}`).join("; "),
      { cause: failure },
    );
    this.denials = denials;
    this.explanation = explanation;
  }
}

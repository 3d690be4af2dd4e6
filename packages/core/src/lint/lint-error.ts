import { CaError } from "../errors.ts";

/** A rule that a certificate breaks. */
export interface LintFinding {
  /** Stable id: the document and section that the rule is from, or `chancery` for a rule of ours, and a name. */
  readonly rule: string;
  /** The field of the TBSCertificate. */
  readonly field: string;
  /** One sentence for the operator; names what is there and what may be. */
  readonly message: string;
}

/**
 * What was about to be signed breaks a rule, so it was not signed: `ERR_LINT_FAILED`. Whoever operates the authority must look
 * at profiles, custom extensions and issuer, or report a fault of Chancery; the requester has done nothing wrong.
 */
export class LintError extends CaError {
  /** Every rule that is broken, at least one. */
  readonly findings: readonly LintFinding[];

  constructor(findings: readonly LintFinding[], options?: ErrorOptions) {
    const faults = findings.map(({ rule, field, message }) => `${field}: ${message} (${rule})`);
    super("ERR_LINT_FAILED", `the certificate was not signed: ${faults.join("; ")}`, options);
    this.findings = findings;
  }
}

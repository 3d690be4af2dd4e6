import { DerError } from "../errors.ts";
import { LintError, type LintFinding } from "./lint-error.ts";
import { type LintedCertificate, readLintedCertificate } from "./linted-certificate.ts";
import type { LintContext } from "./rule.ts";
import { lintRulesFor } from "./rules.ts";

/**
 * Checks a TBSCertificate, as octets and before it is signed, against RFC 5280 and our own stricter rules.
 *
 * It reads what was written with the strict reader and knows nothing of how it came about, so that a fault of the encoder, of a
 * profile or of an issuer shows here and not at relying parties.
 *
 * @returns Every rule that is broken; empty when the certificate may be signed. Never throws, whatever the octets.
 * @see RFC 5280 section 4.1
 */
export function lintTbsCertificate(tbsCertificate: Uint8Array, context: LintContext): readonly LintFinding[] {
  const certificate = readOrFault(tbsCertificate);
  if (typeof certificate === "string")
    return [{ rule: "rfc5280-4.1-tbs-certificate-form", field: "tbsCertificate", message: certificate }];
  const findings: LintFinding[] = [];
  for (const { id, field, check } of lintRulesFor[context.role]) {
    const message = check(certificate, context);
    if (message !== undefined) findings.push({ rule: id, field, message });
  }
  return findings;
}

/**
 * Lets a TBSCertificate pass that may be signed.
 *
 * @throws {LintError} `ERR_LINT_FAILED`, with every finding of {@link lintTbsCertificate}.
 */
export function assertLinted(tbsCertificate: Uint8Array, context: LintContext): void {
  const findings = lintTbsCertificate(tbsCertificate, context);
  if (findings.length > 0) throw new LintError(findings);
}

function readOrFault(tbsCertificate: Uint8Array): LintedCertificate | string {
  try {
    return readLintedCertificate(tbsCertificate);
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
}

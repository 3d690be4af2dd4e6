import { authorityRules } from "./authority-rules.ts";
import { basicFieldRules } from "./basic-field-rules.ts";
import { extensionRules } from "./extension-rules.ts";
import { nameRules } from "./name-rules.ts";
import { policyRules } from "./policy-rules.ts";
import { revocationRules } from "./revocation-rules.ts";
import type { LintRole, LintRule } from "./rule.ts";
import { subjectRules } from "./subject-rules.ts";
import { usageRules } from "./usage-rules.ts";
import { validityRules } from "./validity-rules.ts";

/** Every rule, in the order of the fields. */
export const lintRules: readonly LintRule[] = [
  ...basicFieldRules,
  ...validityRules,
  ...subjectRules,
  ...extensionRules,
  ...usageRules,
  ...authorityRules,
  ...nameRules,
  ...revocationRules,
  ...policyRules,
];

/** The rules for certificates of each role. */
export const lintRulesFor: Readonly<Record<LintRole, readonly LintRule[]>> = {
  endEntity: rulesFor("endEntity"),
  intermediate: rulesFor("intermediate"),
  root: rulesFor("root"),
};

function rulesFor(role: LintRole): readonly LintRule[] {
  return lintRules.filter(({ roles }) => roles === undefined || roles.includes(role));
}

import { extensionOids } from "../asn1/oids.ts";
import { absent, form, type LintRule } from "./rule.ts";

/** Certificate policies: RFC 5280 section 4.2.1.4. */
export const policyRules: readonly LintRule[] = [
  form("rfc5280-4.2.1.4-certificate-policies-form", "certificatePolicies"),
  {
    id: "rfc5280-4.2.1.4-certificate-policy-twice",
    field: "certificatePolicies",
    check: ({ certificatePolicies = [] }) => {
      const seen = new Set<string>();
      for (const { oid } of certificatePolicies) {
        if (seen.has(oid)) return `has ${oid} twice, allowed is once`;
        seen.add(oid);
      }
      return undefined;
    },
  },
  absent("chancery-certificate-policies-of-root", "certificatePolicies", extensionOids.certificatePolicies, [
    "root",
  ]),
];

import { assertDer } from "../asn1/der-reader.ts";
import { extensionOids, ocspOids } from "../asn1/oids.ts";
import { DerError } from "../errors.ts";
import type { LintContext, LintRule } from "./rule.ts";
import { criticality } from "./rule.ts";

/** What holds for extensions of every kind: RFC 5280 sections 4.1.2.9 and 4.2. */
export const extensionRules: readonly LintRule[] = [
  {
    id: "x690-11.5-critical-default",
    field: "extensions",
    check: ({ extensions }) => {
      const spelled = extensions.find(({ spellsDefault }) => spellsDefault);
      return spelled && `has ${spelled.oid} with critical FALSE spelled out, DER leaves a default out`;
    },
  },
  {
    id: "rfc5280-4.2-extension-twice",
    field: "extensions",
    check: ({ extensions }) => {
      const seen = new Set<string>();
      for (const { oid } of extensions) {
        if (seen.has(oid)) return `has ${oid} twice, allowed is once`;
        seen.add(oid);
      }
      return undefined;
    },
  },
  {
    id: "chancery-extension-known",
    field: "extensions",
    check: ({ extensions }, context) => {
      const unknown = extensions.find(({ oid }) => !known.has(oid) && !isCustom(context, oid));
      return (
        unknown &&
        `has ${unknown.oid}${unknown.critical ? ", critical" : ""}, which neither Chancery nor the profile writes`
      );
    },
  },
  {
    id: "x690-10-custom-extension-value",
    field: "extensions",
    check: ({ extensions }, context) => {
      if (context.profile === undefined) return undefined;
      for (const { oid, value } of extensions) {
        const fault = isCustom(context, oid) ? faultOfDer(value) : undefined;
        if (fault !== undefined) return `has ${oid}, whose value is not one DER value: ${fault}`;
      }
      return undefined;
    },
  },
  criticality(
    "rfc5280-4.2.1.1-authority-key-identifier-critical",
    "authorityKeyIdentifier",
    extensionOids.authorityKeyIdentifier,
    false,
  ),
  criticality(
    "rfc5280-4.2.1.2-subject-key-identifier-critical",
    "subjectKeyIdentifier",
    extensionOids.subjectKeyIdentifier,
    false,
  ),
  criticality("rfc5280-4.2.1.3-key-usage-critical", "keyUsage", extensionOids.keyUsage, true),
  criticality(
    "rfc5280-4.2.1.9-basic-constraints-critical",
    "basicConstraints",
    extensionOids.basicConstraints,
    true,
  ),
  criticality(
    "rfc5280-4.2.1.10-name-constraints-critical",
    "nameConstraints",
    extensionOids.nameConstraints,
    true,
  ),
  criticality(
    "rfc5280-4.2.1.13-crl-distribution-points-critical",
    "cRLDistributionPoints",
    extensionOids.crlDistributionPoints,
    false,
  ),
  criticality(
    "rfc5280-4.2.2.1-authority-info-access-critical",
    "authorityInfoAccess",
    extensionOids.authorityInfoAccess,
    false,
  ),
  criticality(
    "chancery-certificate-policies-critical",
    "certificatePolicies",
    extensionOids.certificatePolicies,
    false,
  ),
  criticality("rfc9608-2-no-rev-avail-critical", "noRevAvail", extensionOids.noRevAvail, false),
  criticality("rfc7633-4-tls-feature-critical", "tlsFeature", extensionOids.tlsFeature, false),
  criticality("rfc6960-4.2.2.2.1-ocsp-nocheck-critical", "ocspNoCheck", ocspOids.noCheck, false),
  criticality("chancery-step-provisioner-critical", "stepProvisioner", extensionOids.stepProvisioner, false),
];

/** acmeIdentifier is for the challenge certificates of clients: a certificate of ours with it would answer challenges (RFC 8737). */
const known: ReadonlySet<string> = new Set(
  [...Object.values(extensionOids), ocspOids.noCheck].filter((oid) => oid !== extensionOids.acmeIdentifier),
);

function isCustom({ profile }: LintContext, oid: string): boolean {
  return profile?.customExtensions.includes(oid) === true;
}

function faultOfDer(value: Uint8Array): string | undefined {
  try {
    assertDer(value);
    return undefined;
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
}

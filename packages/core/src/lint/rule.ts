import type { Validity } from "../claims/claims.ts";
import type { SignatureAlgorithm } from "../crypto/provider.ts";
import type { LintedCertificate } from "./linted-certificate.ts";

/** What a certificate is to be: a trust anchor, a certificate authority beneath one, or none at all. */
export type LintRole = "endEntity" | "intermediate" | "root";

/** What is known of a certificate before it is signed. */
export interface LintContext {
  readonly role: LintRole;
  /** Who is going to sign; for a root, the root itself. */
  readonly issuer: LintIssuer;
  /** The profile, for the extensions that it writes as they were given. */
  readonly profile?: { readonly customExtensions: readonly string[] };
}

/** The facts of an issuer that its certificates must agree with; an `Issuer` has them all. */
export interface LintIssuer {
  readonly parsed: {
    readonly subject: { readonly der: Uint8Array };
    readonly basicConstraints: { readonly pathLength?: number } | undefined;
  };
  readonly keyIdentifier: Uint8Array;
  /** When it and every certificate above it are valid. */
  readonly validity: Validity;
  readonly signer: { readonly algorithm: SignatureAlgorithm };
}

/** One demand on certificates. */
export interface LintRule {
  /** Stable id; see `LintFinding`. */
  readonly id: string;
  readonly field: string;
  /** Default: all. */
  readonly roles?: readonly LintRole[];
  /** @returns What is wrong, as a sentence; undefined when nothing is. */
  readonly check: (certificate: LintedCertificate, context: LintContext) => string | undefined;
}

/** The rule that a field can be read at all. */
export function form(id: string, field: string): LintRule {
  return { id, field, check: ({ faults }) => faults.get(field) };
}

/** The rule that a certificate of these roles has no such extension. */
export function absent(id: string, field: string, oid: string, roles: readonly LintRole[]): LintRule {
  return {
    id,
    field,
    roles,
    check: ({ find }, { role }) =>
      find(oid) === undefined ? undefined : `is there, in a certificate of role ${role}`,
  };
}

/** The rule that an extension, where it is, is marked critical or is not. */
export function criticality(id: string, field: string, oid: string, critical: boolean): LintRule {
  return {
    id,
    field,
    check: ({ find }) => {
      const extension = find(oid);
      if (extension === undefined || extension.critical === critical) return undefined;
      return critical ? "is not critical, it has to be" : "is critical, it must not be";
    },
  };
}

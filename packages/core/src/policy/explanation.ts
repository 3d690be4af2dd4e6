import type { SubjectAttribute } from "../certificate/name.ts";
import type { ExtKeyUsage, KeyUsage } from "../certificate/usages.ts";
import type { KeyAlgorithm } from "../crypto/provider.ts";
import type { Identifier } from "../identifier/identifier.ts";
import type { Judgement } from "./evaluate.ts";
import type { PolicyInput } from "./policy.ts";

/** How a request is judged, and what would be issued. */
export interface Explanation extends Judgement {
  readonly verdict: "allow" | "deny";
  readonly plan: ExplainedPlan;
}

/** What would be issued. */
export interface ExplainedPlan {
  readonly operation: PolicyInput["operation"];
  readonly profile: string;
  /** Subject of the issuer, for people. */
  readonly issuer: string;
  readonly identifiers: readonly Identifier[];
  readonly subject: readonly SubjectAttribute[];
  /** Absent when names are judged before there is a key. */
  readonly key?: KeyAlgorithm;
  readonly keyUsage: readonly KeyUsage[];
  /** The purposes that have a name. */
  readonly extKeyUsage: readonly ExtKeyUsage[];
  /** OIDs of all purposes; empty for a certificate that serves every purpose. */
  readonly purposes: readonly string[];
  readonly notBefore: Date;
  /** Inclusive. */
  readonly notAfter: Date;
}

import type { Judgement } from "./evaluate.ts";
import type { PolicyInput } from "./policy.ts";

/** How a request is judged, and what would be issued. */
export interface Explanation extends Judgement {
  readonly verdict: "allow" | "deny";
  readonly plan: ExplainedPlan;
}

/** What would be issued: what the policies were asked about, and by which issuer. */
export interface ExplainedPlan extends Omit<PolicyInput, "requester" | "signal"> {
  /** Subject of the issuer, for people. */
  readonly issuer: string;
}

import { parseCertificationRequest } from "@chancery/core";
import type { Context } from "../context.ts";
import { type IssuanceResult, issueForOrder, wrongCertificate } from "../finalization.ts";
import { storedProblem } from "../problem.ts";
import { problemFromError } from "../problem-from-error.ts";
import type { FinalizationTask } from "../store/acme-store.ts";

/** What the recovery of a finalization needs of the directory it belongs to. */
export type FinalizationContext = Pick<Context, "ca" | "now" | "report" | "store">;

/**
 * Goes on with an order that a request left `processing`: the process died, or the authority could not answer.
 *
 * While the outcome is unknown the order stays as it is and is tried again when the lease ends, until the order expires.
 */
export async function performFinalization(
  context: FinalizationContext,
  task: FinalizationTask,
): Promise<void> {
  const result = await issueAgain(context, task);
  if (result.outcome !== "issued") context.report(result.error);
  const ending = endingOf(result, context.now() >= task.order.expiresAt);
  if (ending === undefined) return;
  await context.store.completeFinalization({ orderId: task.order.id, fence: task.fence, result: ending });
}

async function issueAgain(
  context: FinalizationContext,
  { order, csr }: FinalizationTask,
): Promise<IssuanceResult> {
  try {
    return await issueForOrder(context, order, await parseCertificationRequest(csr));
  } catch (error) {
    return { outcome: "refused", error };
  }
}

type Ending = Parameters<Context["store"]["completeFinalization"]>[0]["result"];

/** The client is not there to mend anything, so a refusal ends the order; undefined when there is no end yet. */
function endingOf(result: IssuanceResult, expired: boolean): Ending | undefined {
  switch (result.outcome) {
    case "issued":
      return { outcome: "valid", certificate: result.certificate };
    case "wrong":
      return { outcome: "invalid", error: wrongCertificate };
    case "refused":
      return { outcome: "invalid", error: storedProblem(problemFromError(result.error).problem) };
    case "unknown":
      return expired
        ? { outcome: "invalid", error: storedProblem(problemFromError(result.error).problem) }
        : undefined;
  }
}

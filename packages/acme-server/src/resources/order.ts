// Orders: RFC 8555 sections 7.1.3 and 7.4.
import { type Answer, pollInterval } from "../answer.ts";
import type { Context } from "../context.ts";
import { type Order, orderStatus } from "../model/order.ts";
import { findOwnOrder } from "../ownership.ts";
import { storedProblemDocument } from "../problem.ts";
import type { AccountSigner, SignedRequest } from "../request/signer.ts";
import { formatTimestamp } from "../request/timestamp.ts";

/** Answers the order. */
export async function answerOrder(
  context: Context,
  { account, resource }: SignedRequest<"order", AccountSigner, void>,
): Promise<Answer> {
  return showOrder(context, 200, await findOwnOrder(context, account, resource.orderId));
}

/** The answer that shows an order; a client that has to wait is told for how long. */
export function showOrder(context: Context, status: number, order: Order): Answer {
  return {
    status,
    body: { json: orderDocument(context, order) },
    location: context.routes.url({ name: "order", orderId: order.id }),
    ...(order.state === "processing" ? { retryAfter: pollInterval } : {}),
  };
}

function orderDocument({ routes, now }: Context, order: Order): object {
  const { id: orderId, identifiers, authorizationIds, notBefore, notAfter, certificate, error } = order;
  return {
    status: orderStatus(order, now()),
    expires: formatTimestamp(order.expiresAt),
    identifiers: identifiers.map(({ type, value }) => ({ type, value })),
    notBefore: notBefore === undefined ? undefined : formatTimestamp(notBefore),
    notAfter: notAfter === undefined ? undefined : formatTimestamp(notAfter),
    error: error === undefined ? undefined : storedProblemDocument(error),
    authorizations: authorizationIds.map((id) => routes.url({ name: "authorization", authorizationId: id })),
    finalize: routes.url({ name: "finalize", orderId }),
    certificate: certificate === undefined ? undefined : routes.url({ name: "certificate", ...certificate }),
  };
}

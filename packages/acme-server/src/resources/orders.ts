// Orders list: RFC 8555 section 7.1.2.1.
import { type Answer, link } from "../answer.ts";
import type { Context } from "../context.ts";
import type { Account } from "../model/account.ts";
import { type Order, orderStatus } from "../model/order.ts";
import { assertOwnAccount } from "../ownership.ts";
import { AcmeProblem } from "../problem.ts";
import type { AccountSigner, SignedRequest } from "../request/signer.ts";
import { isId } from "../routes.ts";

const ordersPerPage = 50;

/** Lists the orders of the account, newest first, without invalid ones. */
export async function answerOrders(
  context: Context,
  { account, resource }: SignedRequest<"orders", AccountSigner, void>,
): Promise<Answer> {
  assertOwnAccount(account, resource.accountId);
  const after =
    resource.after === undefined ? undefined : await findLastSeen(context, account, resource.after);
  // One more than a page, to know whether there is a next one.
  const found = await context.store.listOrders({
    accountId: account.id,
    limit: ordersPerPage + 1,
    ...(after === undefined ? {} : { after }),
  });
  const page = found.slice(0, ordersPerPage);
  const shown = page.filter((order) => orderStatus(order, context.now()) !== "invalid");
  const json = { orders: shown.map(({ id }) => context.routes.url({ name: "order", orderId: id })) };
  const last = found.length > ordersPerPage ? page.at(-1) : undefined;
  return {
    status: 200,
    body: { json },
    ...(last === undefined ? {} : { links: [nextLink(context, account, last)] }),
  };
}

/** A cursor is the id of an order; somebody else's, or an invented one, is not a place in this list. */
async function findLastSeen(
  { store, directoryId }: Context,
  account: Account,
  after: string,
): Promise<Order> {
  const order = isId(after) ? await store.findOrder(directoryId, after) : undefined;
  if (order?.accountId !== account.id)
    throw new AcmeProblem("malformed", "the page of the orders list does not exist");
  return order;
}

function nextLink({ routes }: Context, { id: accountId }: Account, { id: after }: Order): string {
  return link(routes.url({ name: "orders", accountId, after }), "next");
}

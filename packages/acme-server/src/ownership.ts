import type { Context } from "./context.ts";
import type { Account } from "./model/account.ts";
import type { Authorization } from "./model/authorization.ts";
import type { Order } from "./model/order.ts";
import { AcmeProblem } from "./problem.ts";

/**
 * Finds an order of the account that signed.
 *
 * @throws {AcmeProblem} `malformed` with status 404: there is none; `unauthorized`: it is another account's.
 */
export async function findOwnOrder(
  { store, directoryId }: Context,
  account: Account,
  orderId: string,
): Promise<Order> {
  return assertOwn(account, await store.findOrder(directoryId, orderId), "order");
}

/**
 * Finds an authorization of the account that signed.
 *
 * @throws {AcmeProblem} `malformed` with status 404: there is none; `unauthorized`: it is another account's.
 */
export async function findOwnAuthorization(
  { store, directoryId }: Context,
  account: Account,
  authorizationId: string,
): Promise<Authorization> {
  return assertOwn(account, await store.findAuthorization(directoryId, authorizationId), "authorization");
}

/** Refuses the URL of another account, whether or not there is such an account: `unauthorized`. */
export function assertOwnAccount(account: Account, accountId: string): void {
  if (account.id !== accountId)
    throw new AcmeProblem("unauthorized", "the account is not the one that signed");
}

function assertOwn<Found extends { readonly accountId: string }>(
  account: Account,
  found: Found | undefined,
  what: string,
): Found {
  if (found === undefined) throw new AcmeProblem("malformed", `there is no such ${what}`, { status: 404 });
  if (found.accountId !== account.id)
    throw new AcmeProblem("unauthorized", `the ${what} is another account's`);
  return found;
}

// Accounts: RFC 8555 sections 7.1.2, 7.3.2 and 7.3.6.
import type { Answer } from "../answer.ts";
import type { Context } from "../context.ts";
import type { Account } from "../model/account.ts";
import { assertOwnAccount } from "../ownership.ts";
import { AcmeProblem, type StoredProblem } from "../problem.ts";
import type { AccountSigner, SignedRequest } from "../request/signer.ts";
import type { JsonObject } from "../request/strict-json.ts";
import { readContact } from "./contact.ts";

/** Answers the account; a payload changes its contacts or deactivates it, and every other member of it is ignored. */
export async function answerAccount(
  context: Context,
  { account, resource, payload }: SignedRequest<"account", AccountSigner, JsonObject | undefined>,
): Promise<Answer> {
  assertOwnAccount(account, resource.accountId);
  const changed = payload === undefined ? account : await changeAccount(context, account, payload);
  return { status: 200, body: { json: accountDocument(context, changed) } };
}

/** The account object of RFC 8555 section 7.1.2. */
export function accountDocument({ routes }: Context, account: Account): object {
  return {
    status: account.status,
    contact: account.contact,
    ...(account.termsOfServiceAgreed ? { termsOfServiceAgreed: true } : {}),
    orders: routes.url({ name: "orders", accountId: account.id }),
  };
}

async function changeAccount({ store }: Context, account: Account, payload: JsonObject): Promise<Account> {
  const deactivates = payload["status"] === "deactivated";
  const contact = deactivates ? undefined : readContact(payload);
  if (!deactivates && contact === undefined) return account;
  const changed =
    contact === undefined
      ? await store.deactivateAccount(account.id, orderError)
      : await store.updateContact(account.id, contact);
  if (changed === undefined)
    throw new AcmeProblem("unauthorized", "the account is not valid", { status: 401 });
  return changed;
}

const orderError: StoredProblem = {
  type: "unauthorized",
  detail: "the account was deactivated before the order was finalized",
  status: 403,
};

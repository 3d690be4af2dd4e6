// newAccount: RFC 8555 sections 7.3 and 7.3.1.
import { encodeBase64Url, timeOrderedId } from "@chancery/core/crypto";
import type { Answer } from "../answer.ts";
import { link } from "../answer.ts";
import type { Context } from "../context.ts";
import type { Account } from "../model/account.ts";
import { AcmeProblem } from "../problem.ts";
import { assertValid, type KeySigner, type SignedRequest } from "../request/signer.ts";
import type { JsonObject } from "../request/strict-json.ts";
import { accountDocument } from "./account.ts";
import { readContact } from "./contact.ts";

/**
 * Creates an account, or finds the one that the key has already and ignores everything else in the request.
 *
 * An external account binding is ignored as any member that the server does not know, and never echoed.
 */
export async function answerNewAccount(
  context: Context,
  { jwk, publicKey, payload }: SignedRequest<"newAccount", KeySigner, JsonObject>,
): Promise<Answer> {
  const existing = await context.store.findAccountByKey(context.directoryId, jwk.thumbprint);
  if (existing !== undefined) return answerFound(context, 200, existing);
  if (payload["onlyReturnExisting"] === true) {
    throw new AcmeProblem("accountDoesNotExist", "there is no account with this key");
  }
  assertTermsAgreed(context, payload);
  const { outcome, account } = await context.store.createAccount({
    id: encodeBase64Url(timeOrderedId(context.now(), context.random)),
    directoryId: context.directoryId,
    keyThumbprint: jwk.thumbprint,
    publicJwk: jwk.canonical,
    status: "valid",
    contact: readContact(payload) ?? [],
    termsOfServiceAgreed: payload["termsOfServiceAgreed"] === true,
    createdAt: context.now(),
  });
  context.keys.keep(jwk.thumbprint, publicKey);
  return answerFound(context, outcome === "created" ? 201 : 200, account);
}

function answerFound(context: Context, status: number, account: Account): Answer {
  assertValid(account);
  const location = context.routes.url({ name: "account", accountId: account.id });
  return { status, body: { json: accountDocument(context, account) }, location };
}

function assertTermsAgreed({ meta: { termsOfService } }: Context, payload: JsonObject): void {
  if (termsOfService === undefined || payload["termsOfServiceAgreed"] === true) return;
  throw new AcmeProblem("userActionRequired", "the terms of service have to be agreed to", {
    instance: termsOfService,
    links: [link(termsOfService, "terms-of-service")],
  });
}

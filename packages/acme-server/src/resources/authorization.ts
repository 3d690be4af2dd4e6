// Authorizations: RFC 8555 sections 7.1.4, 7.5 and 7.5.2.
import { type Answer, pollInterval } from "../answer.ts";
import type { Context } from "../context.ts";
import { type Authorization, authorizationStatus, visibleChallenges } from "../model/authorization.ts";
import { findOwnAuthorization } from "../ownership.ts";
import { AcmeProblem, type StoredProblem } from "../problem.ts";
import type { AccountSigner, SignedRequest } from "../request/signer.ts";
import type { JsonObject } from "../request/strict-json.ts";
import { formatTimestamp } from "../request/timestamp.ts";
import { challengeDocument } from "./challenge.ts";

/** Answers the authorization; the only payload it takes is the wish to deactivate it. */
export async function answerAuthorization(
  context: Context,
  { account, resource, payload }: SignedRequest<"authorization", AccountSigner, JsonObject | undefined>,
): Promise<Answer> {
  const authorization = await findOwnAuthorization(context, account, resource.authorizationId);
  return showAuthorization(
    context,
    payload === undefined ? authorization : await deactivate(context, authorization, payload),
  );
}

async function deactivate(
  { store }: Context,
  { id, state }: Authorization,
  payload: JsonObject,
): Promise<Authorization> {
  if (payload["status"] !== "deactivated") {
    throw new AcmeProblem("malformed", 'the only change an authorization takes is status "deactivated"');
  }
  const after = await store.deactivateAuthorization(id, orderError);
  if (after?.state === "deactivated") return after;
  throw new AcmeProblem(
    "malformed",
    `an authorization that is ${after?.state ?? state} cannot be deactivated`,
  );
}

const orderError: StoredProblem = {
  type: "unauthorized",
  detail: "an authorization was deactivated before the order was finalized",
  status: 403,
};

function showAuthorization(context: Context, authorization: Authorization): Answer {
  const now = context.now();
  const status = authorizationStatus(authorization, now);
  const waits =
    status === "pending" && authorization.challenges.some((challenge) => challenge.status === "processing");
  const json = {
    identifier: { type: authorization.identifier.type, value: authorization.identifier.value },
    status,
    expires: formatTimestamp(authorization.expiresAt),
    challenges: visibleChallenges(authorization, now).map((challenge) =>
      challengeDocument(context, authorization, challenge),
    ),
    // Present for wildcards only: RFC 8555 section 7.1.4, against the example there.
    ...(authorization.wildcard ? { wildcard: true } : {}),
  };
  return { status: 200, body: { json }, ...(waits ? { retryAfter: pollInterval } : {}) };
}

// Challenges: RFC 8555 sections 7.1.5, 7.5.1 and 8.
import { type Answer, link, pollInterval } from "../answer.ts";
import type { Context } from "../context.ts";
import { type Authorization, type Challenge, challengeStatus } from "../model/authorization.ts";
import { findOwnAuthorization } from "../ownership.ts";
import { AcmeProblem, storedProblemDocument } from "../problem.ts";
import type { AccountSigner, SignedRequest } from "../request/signer.ts";
import type { JsonObject } from "../request/strict-json.ts";
import { formatTimestamp } from "../request/timestamp.ts";
import { keyAuthorization } from "../validation/key-authorization.ts";

/**
 * Answers the challenge; a payload, whatever its members, says that the server may validate it now.
 *
 * Validation itself is a task of the worker and never part of the request.
 */
export async function answerChallenge(
  context: Context,
  { account, resource, payload }: SignedRequest<"challenge", AccountSigner, JsonObject | undefined>,
): Promise<Answer> {
  const { authorizationId, challengeType: type } = resource;
  const found = await findOwnAuthorization(context, account, authorizationId);
  const { token } = requireChallenge(found, type);
  if (payload === undefined) return showChallenge(context, found, type);
  const { outcome, authorization } = await context.store.acceptChallenge({
    authorizationId,
    type,
    keyAuthorization: keyAuthorization(token, account.keyThumbprint),
    now: context.now(),
  });
  if (outcome === "accepted") context.wakeWorker();
  return showChallenge(context, authorization, type);
}

/** The challenge object of RFC 8555 section 8. */
export function challengeDocument(
  { routes, now }: Context,
  authorization: Authorization,
  challenge: Challenge,
): object {
  const { type, token, validatedAt, error } = challenge;
  return {
    type,
    url: routes.url({ name: "challenge", authorizationId: authorization.id, challengeType: type }),
    status: challengeStatus(authorization, challenge, now()),
    token,
    validated: validatedAt === undefined ? undefined : formatTimestamp(validatedAt),
    error: error === undefined ? undefined : storedProblemDocument(error),
  };
}

function requireChallenge({ challenges }: Authorization, type: string): Challenge {
  const challenge = challenges.find((candidate) => candidate.type === type);
  if (challenge === undefined)
    throw new AcmeProblem("malformed", "there is no such challenge", { status: 404 });
  return challenge;
}

function showChallenge(context: Context, authorization: Authorization, type: string): Answer {
  const challenge = requireChallenge(authorization, type);
  const up = context.routes.url({ name: "authorization", authorizationId: authorization.id });
  const waits = challengeStatus(authorization, challenge, context.now()) === "processing";
  return {
    status: 200,
    body: { json: challengeDocument(context, authorization, challenge) },
    links: [link(up, "up")],
    ...(waits ? { retryAfter: pollInterval } : {}),
  };
}

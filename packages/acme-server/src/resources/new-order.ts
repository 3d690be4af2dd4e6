// newOrder: RFC 8555 section 7.4.
import {
  type Denial,
  formatIdentifier,
  type Identifier,
  isCaError,
  PolicyError,
  sameIdentifier,
} from "@chancery/core";
import { encodeBase64Url, timeOrderedId } from "@chancery/core/crypto";
import type { Answer } from "../answer.ts";
import type { Context } from "../context.ts";
import type { Account } from "../model/account.ts";
import type { Authorization } from "../model/authorization.ts";
import type { Order } from "../model/order.ts";
import { AcmeProblem, problemOfIdentifiers, type Subproblem } from "../problem.ts";
import { readIdentifiers, toAuthorize } from "../request/identifiers.ts";
import type { AccountSigner, SignedRequest } from "../request/signer.ts";
import type { JsonObject } from "../request/strict-json.ts";
import { optionalTimestamp } from "../request/timestamp.ts";
import { requesterOf } from "../requester.ts";
import { showOrder } from "./order.ts";

/** Creates an order with an authorization for each identifier, if policy is going to grant what is asked for. */
export async function answerNewOrder(
  context: Context,
  { account, payload }: SignedRequest<"newOrder", AccountSigner, JsonObject>,
): Promise<Answer> {
  const wish = readWish(context, payload);
  await assertGrantable(context, account, wish);
  return showOrder(context, 201, await createOrder(context, account, wish));
}

/** What an order asks for; all of it is granted or none. */
interface Wish {
  readonly identifiers: readonly Identifier[];
  readonly notBefore?: number;
  readonly notAfter?: number;
}

function readWish({ validators, limits }: Context, payload: JsonObject): Wish {
  if (payload["profile"] !== undefined) {
    throw new AcmeProblem("invalidProfile", "this directory has no profiles to choose from");
  }
  const notBefore = optionalTimestamp(payload, "notBefore");
  const notAfter = optionalTimestamp(payload, "notAfter");
  return {
    identifiers: readIdentifiers(payload, validators, limits.identifiers),
    ...(notBefore !== undefined && { notBefore }),
    ...(notAfter !== undefined && { notAfter }),
  };
}

/** Asks the authority before the client does any work. Its answer at finalization is the one that counts. */
async function assertGrantable({ ca, profile }: Context, account: Account, wish: Wish): Promise<void> {
  const { identifiers, notBefore, notAfter } = wish;
  const explanation = await ca.explainNames({
    requester: requesterOf({ accountId: account.id, directoryId: account.directoryId }),
    identifiers,
    ...(profile !== undefined && { profile }),
    ...(notBefore !== undefined && { notBefore: new Date(notBefore) }),
    ...(notAfter !== undefined && { notAfter: new Date(notAfter) }),
  });
  const { denials, failure } = explanation;
  const [denial] = denials;
  if (denial === undefined) return;
  if (failure !== undefined) throw new PolicyError(explanation);
  const [first, ...others] = identifiers.flatMap((identifier) => rejection(identifier, denials));
  throw first === undefined
    ? new AcmeProblem("rejectedIdentifier", denial.reason)
    : problemOfIdentifiers([first, ...others]);
}

function rejection(identifier: Identifier, denials: readonly Denial[]): Subproblem[] {
  const denial = denials.find(({ input }) => input === formatIdentifier(identifier));
  return denial === undefined ? [] : [{ type: "rejectedIdentifier", detail: denial.reason, identifier }];
}

async function createOrder(context: Context, account: Account, wish: Wish): Promise<Order> {
  const reused = context.reuseAuthorizations ? await findReusable(context, account, wish.identifiers) : [];
  // An authorization may be taken away while it is being reused: then the order gets new ones.
  const stored =
    (await storeOrder(context, account, wish, reused)) ?? (await storeOrder(context, account, wish, []));
  if (stored === undefined)
    throw new AcmeProblem("unauthorized", "the account is not valid", { status: 401 });
  return stored;
}

/** A reused authorization has to leave the client this much time, in milliseconds, if an order gets as much. */
const minimumRemainder = 3_600_000;

async function findReusable(
  { store, directoryId, now, orderLifetime }: Context,
  account: Account,
  identifiers: readonly Identifier[],
): Promise<readonly Authorization[]> {
  const found = await store.findValidAuthorizations({
    directoryId,
    accountId: account.id,
    identifiers,
    now: now(),
  });
  return found.filter(({ expiresAt }) => expiresAt >= now() + Math.min(orderLifetime, minimumRemainder));
}

/** Stores an order and those of its authorizations that are new; undefined when account or reused ones have changed. */
async function storeOrder(
  context: Context,
  account: Account,
  wish: Wish,
  reused: readonly Authorization[],
): Promise<Order | undefined> {
  const { directoryId, profile } = context;
  const now = context.now();
  const expiresAt = Math.min(
    now + context.orderLifetime,
    ...reused.map((authorization) => authorization.expiresAt),
  );
  const bundle = { directoryId, accountId: account.id, createdAt: now, expiresAt };
  const authorizations = wish.identifiers.map((identifier) => {
    const reusable = reused.find((candidate) => proves(candidate, identifier));
    return {
      isNew: reusable === undefined,
      authorization: reusable ?? newAuthorization(context, identifier, bundle),
    };
  });
  try {
    return await context.store.createOrder({
      order: {
        id: newId(context),
        ...bundle,
        ...wish,
        authorizationIds: authorizations.map(({ authorization }) => authorization.id),
        ...(profile !== undefined && { profile }),
      },
      newAuthorizations: authorizations
        .filter(({ isNew }) => isNew)
        .map(({ authorization }) => authorization),
      now,
    });
  } catch (error) {
    if (isCaError(error) && error.code === "ERR_STORE_STALE") return undefined;
    throw error;
  }
}

function proves(authorization: Authorization, identifier: Identifier): boolean {
  const proof = toAuthorize(identifier);
  return (
    authorization.wildcard === proof.wildcard && sameIdentifier(authorization.identifier, proof.identifier)
  );
}

function newAuthorization(
  context: Context,
  name: Identifier,
  bundle: Pick<Authorization, "accountId" | "createdAt" | "directoryId" | "expiresAt">,
): Authorization {
  const { identifier, wildcard } = toAuthorize(name);
  const challenges = context.validators
    .filter((validator) => validator.supports(identifier, wildcard))
    .map(({ type }) => ({
      type,
      token: encodeBase64Url(context.random(tokenOctets)),
      status: "pending" as const,
    }));
  return { id: newId(context), ...bundle, identifier, wildcard, state: "pending", challenges };
}

/** RFC 8555 section 8.3 wants 128 bits of entropy. */
const tokenOctets = 32;

function newId({ now, random }: Context): string {
  return encodeBase64Url(timeOrderedId(now(), random));
}

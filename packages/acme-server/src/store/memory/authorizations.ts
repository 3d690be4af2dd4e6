import { type Identifier, StoreError } from "@chancery/core";
import type { Authorization } from "../../model/authorization.ts";
import type { StoredProblem } from "../../problem.ts";
import type { AcmeStore } from "../acme-store.ts";
import { indexed, invalidateUnfinished, type Memory, nextFence } from "./memory.ts";

/** {@link AcmeStore.findAuthorization} on a {@link Memory}. */
export function findAuthorization(
  memory: Memory,
  directoryId: string,
  id: string,
): Authorization | undefined {
  const authorization = memory.authorizations.get(id);
  return authorization?.directoryId === directoryId ? structuredClone(authorization) : undefined;
}

/** {@link AcmeStore.findValidAuthorizations} on a {@link Memory}. */
export function findValidAuthorizations(
  memory: Memory,
  { directoryId, accountId, identifiers, now }: Parameters<AcmeStore["findValidAuthorizations"]>[0],
): Authorization[] {
  const latest = new Map<string, Authorization>();
  for (const authorization of indexed(memory.authorizations, memory.authorizationIdsByAccount, accountId)) {
    const { state, expiresAt } = authorization;
    if (state !== "valid" || expiresAt <= now || authorization.directoryId !== directoryId) continue;
    const name = nameOf(authorization);
    if (expiresAt > (latest.get(name)?.expiresAt ?? now)) latest.set(name, authorization);
  }
  return identifiers.flatMap(({ type, value }) => {
    const found = latest.get(`${type}:${value}`);
    return found === undefined ? [] : [structuredClone(found)];
  });
}

/** {@link AcmeStore.acceptChallenge} on a {@link Memory}. */
export function acceptChallenge(
  memory: Memory,
  { authorizationId, type, keyAuthorization, now }: Parameters<AcmeStore["acceptChallenge"]>[0],
): Awaited<ReturnType<AcmeStore["acceptChallenge"]>> {
  const authorization = memory.authorizations.get(authorizationId);
  if (authorization === undefined) {
    throw new StoreError("ERR_STORE_NOT_FOUND", `there is no authorization ${authorizationId}`);
  }
  if (!isAwaitingResponse(authorization, type, now)) {
    return { outcome: "unchanged", authorization: structuredClone(authorization) };
  }
  const challenges = authorization.challenges.map((challenge) =>
    challenge.type === type ? ({ ...challenge, status: "processing" } as const) : challenge,
  );
  const accepted = { ...authorization, challenges };
  memory.authorizations.set(authorizationId, accepted);
  memory.validations.set(authorizationId, {
    directoryId: authorization.directoryId,
    type,
    keyAuthorization,
    dueAt: now,
    fence: nextFence(memory),
    attempts: 0,
  });
  return { outcome: "accepted", authorization: structuredClone(accepted) };
}

/** {@link AcmeStore.deactivateAuthorization} on a {@link Memory}. */
export function deactivateAuthorization(
  memory: Memory,
  id: string,
  orderError: StoredProblem,
): Authorization | undefined {
  const authorization = memory.authorizations.get(id);
  if (authorization?.state !== "pending" && authorization?.state !== "valid")
    return structuredClone(authorization);
  const deactivated = { ...authorization, state: "deactivated" } as const;
  memory.authorizations.set(id, deactivated);
  memory.validations.delete(id);
  invalidateUnfinished(memory, indexed(memory.orders, memory.orderIdsByAuthorization, id), orderError);
  return structuredClone(deactivated);
}

/** One response is taken for an authorization: none of its challenges may have left `pending`. */
function isAwaitingResponse(
  { state, expiresAt, challenges }: Authorization,
  type: string,
  now: number,
): boolean {
  return (
    state === "pending" &&
    now < expiresAt &&
    challenges.some((challenge) => challenge.type === type) &&
    challenges.every(({ status }) => status === "pending")
  );
}

/** As an order spells it: a wildcard with its `*.`. */
function nameOf({
  identifier,
  wildcard,
}: {
  readonly identifier: Identifier;
  readonly wildcard: boolean;
}): string {
  return `${identifier.type}:${wildcard ? "*." : ""}${identifier.value}`;
}

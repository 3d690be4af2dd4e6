import type { Authorization, Challenge } from "../../model/authorization.ts";
import type { StoredProblem } from "../../problem.ts";
import type { AcmeStore, FinalizationTask, Task, ValidationTask } from "../acme-store.ts";
import {
  indexed,
  invalidateUnfinished,
  isAuthorized,
  type Lease,
  type Memory,
  nextFence,
  type ValidationLease,
} from "./memory.ts";

/** {@link AcmeStore.claimTasks} on a {@link Memory}. */
export function claimTasks(
  memory: Memory,
  { directoryId, now, leaseUntil, limit }: Parameters<AcmeStore["claimTasks"]>[0],
): Task[] {
  const isDue = ([, lease]: readonly [string, Lease]): boolean =>
    lease.directoryId === directoryId && lease.dueAt <= now;
  const due = [
    ...[...memory.validations]
      .filter(isDue)
      .map(([id, { dueAt }]) => ({ dueAt, claim: claimValidation, id })),
    ...[...memory.finalizations]
      .filter(isDue)
      .map(([id, { dueAt }]) => ({ dueAt, claim: claimFinalization, id })),
  ];
  return due
    .sort((left, right) => left.dueAt - right.dueAt)
    .slice(0, limit)
    .flatMap(({ claim, id }) => claim(memory, id, leaseUntil) ?? []);
}

/** {@link AcmeStore.completeValidation} on a {@link Memory}. */
export function completeValidation(
  memory: Memory,
  { authorizationId, fence, now, result }: Parameters<AcmeStore["completeValidation"]>[0],
): "applied" | "stale" {
  const held = takeValidation(memory, authorizationId, fence, now);
  if (held === undefined) return "stale";
  const { authorization, lease } = held;
  memory.validations.delete(authorizationId);
  if (result.outcome === "valid") markValid(memory, authorization, lease.type, now, result.expiresAt);
  else markInvalid(memory, authorization, lease.type, result.error);
  return "applied";
}

/** {@link AcmeStore.retryValidation} on a {@link Memory}. */
export function retryValidation(
  memory: Memory,
  { authorizationId, fence, now, error, runAt }: Parameters<AcmeStore["retryValidation"]>[0],
): "applied" | "stale" {
  const held = takeValidation(memory, authorizationId, fence, now);
  if (held === undefined) return "stale";
  const { authorization, lease } = held;
  const challenges = changeChallenge(authorization, lease.type, (challenge) => ({
    ...challenge,
    error: structuredClone(error),
  }));
  memory.authorizations.set(authorizationId, { ...authorization, challenges });
  memory.validations.set(authorizationId, { ...lease, dueAt: runAt, attempts: lease.attempts + 1 });
  return "applied";
}

function claimValidation(memory: Memory, id: string, leaseUntil: number): ValidationTask | undefined {
  const authorization = memory.authorizations.get(id);
  const lease = memory.validations.get(id);
  if (authorization === undefined || lease === undefined) return undefined;
  const fence = nextFence(memory);
  memory.validations.set(id, { ...lease, fence, dueAt: leaseUntil });
  const { type, keyAuthorization, attempts } = lease;
  return {
    kind: "validation",
    authorization: structuredClone(authorization),
    type,
    keyAuthorization,
    fence,
    attempts,
  };
}

function claimFinalization(memory: Memory, id: string, leaseUntil: number): FinalizationTask | undefined {
  const order = memory.orders.get(id);
  const lease = memory.finalizations.get(id);
  if (order === undefined || lease === undefined) return undefined;
  const fence = nextFence(memory);
  memory.finalizations.set(id, { ...lease, fence, dueAt: leaseUntil });
  const csr = new Uint8Array(lease.csr);
  return { kind: "finalization", order: structuredClone(order), csr, fence };
}

/** The task if the fence is its latest and the authorization still waits for it; a task nobody waits for goes. */
function takeValidation(
  memory: Memory,
  id: string,
  fence: number,
  now: number,
): { readonly authorization: Authorization; readonly lease: ValidationLease } | undefined {
  const lease = memory.validations.get(id);
  if (lease?.fence !== fence) return undefined;
  const authorization = memory.authorizations.get(id);
  if (authorization?.state === "pending" && now < authorization.expiresAt) return { authorization, lease };
  memory.validations.delete(id);
  return undefined;
}

function markValid(
  memory: Memory,
  authorization: Authorization,
  type: string,
  now: number,
  expiresAt: number,
): void {
  const challenges = changeChallenge(authorization, type, (challenge) => passed(challenge, now));
  memory.authorizations.set(authorization.id, {
    ...authorization,
    state: "valid",
    expiresAt: Math.max(authorization.expiresAt, expiresAt),
    challenges,
  });
  for (const order of indexed(memory.orders, memory.orderIdsByAuthorization, authorization.id)) {
    if (order.state !== "pending" || !isAuthorized(memory, order, now)) continue;
    memory.orders.set(order.id, { ...order, state: "ready" });
  }
}

function passed(challenge: Challenge, now: number): Challenge {
  const { error: _, ...kept } = challenge;
  return { ...kept, status: "valid", validatedAt: now };
}

function markInvalid(memory: Memory, authorization: Authorization, type: string, error: StoredProblem): void {
  const challenges = changeChallenge(authorization, type, (challenge) => ({
    ...challenge,
    status: "invalid",
    error: structuredClone(error),
  }));
  memory.authorizations.set(authorization.id, { ...authorization, state: "invalid", challenges });
  const orders = indexed(memory.orders, memory.orderIdsByAuthorization, authorization.id);
  invalidateUnfinished(memory, orders, error);
}

function changeChallenge(
  { challenges }: Authorization,
  type: string,
  change: (challenge: Challenge) => Challenge,
): Challenge[] {
  return challenges.map((challenge) => (challenge.type === type ? change(challenge) : challenge));
}

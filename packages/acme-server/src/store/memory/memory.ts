import type { Account } from "../../model/account.ts";
import type { Authorization } from "../../model/authorization.ts";
import type { Order } from "../../model/order.ts";
import type { StoredProblem } from "../../problem.ts";

/** What the store in memory remembers. Records in it are never changed, only replaced. */
export interface Memory {
  readonly accounts: Map<string, Account>;
  /** By directory and thumbprint. */
  readonly accountIds: Map<string, string>;
  readonly orders: Map<string, Order>;
  readonly authorizations: Map<string, Authorization>;
  readonly orderIdsByAccount: Map<string, Set<string>>;
  readonly orderIdsByAuthorization: Map<string, Set<string>>;
  readonly authorizationIdsByAccount: Map<string, Set<string>>;
  /** By authorization id. */
  readonly validations: Map<string, ValidationLease>;
  /** By order id. */
  readonly finalizations: Map<string, FinalizationLease>;
  /** End of every nonce used, by nonce. */
  readonly nonces: Map<string, number>;
  /** The latest fence of any task: one counter for all, so that no fence ever comes back. */
  lastFence: number;
}

/** When a task is due and who may answer for it. */
export interface Lease {
  readonly directoryId: string;
  readonly dueAt: number;
  readonly fence: number;
}

/** A validation that waits or runs. */
export interface ValidationLease extends Lease {
  readonly type: string;
  readonly keyAuthorization: string;
  readonly attempts: number;
}

/** A finalization that runs, or waits to be taken up after a crash. */
export interface FinalizationLease extends Lease {
  readonly csr: Uint8Array;
}

/** Creates an empty memory. */
export function createMemory(): Memory {
  return {
    accounts: new Map(),
    accountIds: new Map(),
    orders: new Map(),
    authorizations: new Map(),
    orderIdsByAccount: new Map(),
    orderIdsByAuthorization: new Map(),
    authorizationIdsByAccount: new Map(),
    validations: new Map(),
    finalizations: new Map(),
    nonces: new Map(),
    lastFence: 0,
  };
}

/** Takes the next fence. */
export function nextFence(memory: Memory): number {
  memory.lastFence += 1;
  return memory.lastFence;
}

/** Adds to one of the indexes. */
export function addTo(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}

/** The records that an index names under `key`. */
export function* indexed<Stored>(
  records: ReadonlyMap<string, Stored>,
  index: ReadonlyMap<string, ReadonlySet<string>>,
  key: string,
): Generator<Stored> {
  for (const id of index.get(key) ?? []) {
    const stored = records.get(id);
    if (stored !== undefined) yield stored;
  }
}

/** Makes the pending and ready ones among `orders` invalid. */
export function invalidateUnfinished(memory: Memory, orders: Iterable<Order>, error: StoredProblem): void {
  for (const order of orders) {
    if (order.state !== "pending" && order.state !== "ready") continue;
    memory.orders.set(order.id, { ...order, state: "invalid", error: structuredClone(error) });
  }
}

/** Tells whether every authorization of an order is valid and unexpired. */
export function isAuthorized(
  memory: Memory,
  { authorizationIds }: Pick<Order, "authorizationIds">,
  now: number,
): boolean {
  return authorizationIds.every((id) => {
    const authorization = memory.authorizations.get(id);
    return authorization?.state === "valid" && now < authorization.expiresAt;
  });
}

import { StoreError } from "@chancery/core";
import type { Authorization } from "../../model/authorization.ts";
import type { Order } from "../../model/order.ts";
import type { AcmeStore } from "../acme-store.ts";
import { addTo, indexed, isAuthorized, type Memory } from "./memory.ts";

/** {@link AcmeStore.createOrder} on a {@link Memory}. */
export function createOrder(
  memory: Memory,
  { order, newAuthorizations, now }: Parameters<AcmeStore["createOrder"]>[0],
): Order {
  refuseUnfitAccount(memory, order);
  for (const id of order.authorizationIds) {
    const authorization = newAuthorizations.find((added) => added.id === id) ?? memory.authorizations.get(id);
    refuseUnfitAuthorization(order, id, authorization);
  }
  refuseTakenIds(memory, order.id, newAuthorizations);
  for (const authorization of newAuthorizations) {
    memory.authorizations.set(authorization.id, structuredClone(authorization));
    addTo(memory.authorizationIdsByAccount, authorization.accountId, authorization.id);
  }
  const state = isAuthorized(memory, order, now) ? "ready" : "pending";
  const created: Order = { ...structuredClone(order), state };
  memory.orders.set(created.id, created);
  addTo(memory.orderIdsByAccount, created.accountId, created.id);
  for (const id of created.authorizationIds) addTo(memory.orderIdsByAuthorization, id, created.id);
  return structuredClone(created);
}

/** {@link AcmeStore.findOrder} on a {@link Memory}. */
export function findOrder(memory: Memory, directoryId: string, id: string): Order | undefined {
  const order = memory.orders.get(id);
  return order?.directoryId === directoryId ? structuredClone(order) : undefined;
}

/** {@link AcmeStore.listOrders} on a {@link Memory}. */
export function listOrders(
  memory: Memory,
  { accountId, after, limit }: Parameters<AcmeStore["listOrders"]>[0],
): Order[] {
  return [...indexed(memory.orders, memory.orderIdsByAccount, accountId)]
    .filter((order) => order.state !== "invalid" && (after === undefined || newestFirst(after, order) < 0))
    .sort(newestFirst)
    .slice(0, limit)
    .map((order) => structuredClone(order));
}

type Age = Pick<Order, "createdAt" | "id">;

function newestFirst(left: Age, right: Age): number {
  if (left.createdAt !== right.createdAt) return right.createdAt - left.createdAt;
  if (left.id === right.id) return 0;
  return left.id < right.id ? 1 : -1;
}

function refuseTakenIds(memory: Memory, orderId: string, newAuthorizations: readonly Authorization[]): void {
  if (memory.orders.has(orderId)) throw new StoreError("ERR_STORE_CONFLICT", `order id ${orderId} is taken`);
  for (const { id } of newAuthorizations) {
    if (memory.authorizations.has(id)) {
      throw new StoreError("ERR_STORE_CONFLICT", `authorization id ${id} is taken`);
    }
  }
}

function refuseUnfitAccount(memory: Memory, { accountId, directoryId }: Omit<Order, "state">): void {
  const account = memory.accounts.get(accountId);
  if (account?.status === "valid" && account.directoryId === directoryId) return;
  throw new StoreError(
    "ERR_STORE_STALE",
    `account ${accountId} is ${account?.status ?? "absent"}, not valid`,
  );
}

function refuseUnfitAuthorization(
  { accountId, expiresAt }: Omit<Order, "state">,
  id: string,
  authorization: Authorization | undefined,
): void {
  if (authorization?.accountId !== accountId) {
    throw new StoreError("ERR_STORE_STALE", `authorization ${id} is not one of account ${accountId}`);
  }
  if (authorization.state !== "pending" && authorization.state !== "valid") {
    throw new StoreError(
      "ERR_STORE_STALE",
      `authorization ${id} is ${authorization.state}, not pending or valid`,
    );
  }
  if (authorization.expiresAt < expiresAt) {
    const ends = `ends at ${authorization.expiresAt}, before its order at ${expiresAt}`;
    throw new StoreError("ERR_STORE_STALE", `authorization ${id} ${ends}`);
  }
}

import { StoreError } from "@chancery/core";
import type { Order } from "../../model/order.ts";
import type { AcmeStore } from "../acme-store.ts";
import { isAuthorized, type Memory, nextFence } from "./memory.ts";

/** {@link AcmeStore.beginFinalization} on a {@link Memory}. */
export function beginFinalization(
  memory: Memory,
  { orderId, csr, csrHash, now, leaseUntil }: Parameters<AcmeStore["beginFinalization"]>[0],
): Awaited<ReturnType<AcmeStore["beginFinalization"]>> {
  const order = readOrder(memory, orderId);
  if (!isFinalizable(memory, order, now)) return { outcome: "refused", order: structuredClone(order) };
  const claimed: Order = { ...order, state: "processing", csrHash };
  const fence = nextFence(memory);
  memory.orders.set(orderId, claimed);
  memory.finalizations.set(orderId, {
    directoryId: order.directoryId,
    csr: new Uint8Array(csr),
    dueAt: leaseUntil,
    fence,
  });
  return { outcome: "claimed", order: structuredClone(claimed), fence };
}

/** {@link AcmeStore.completeFinalization} on a {@link Memory}. */
export function completeFinalization(
  memory: Memory,
  { orderId, fence, result }: Parameters<AcmeStore["completeFinalization"]>[0],
): Awaited<ReturnType<AcmeStore["completeFinalization"]>> {
  const order = readOrder(memory, orderId);
  if (order.state !== "processing" || memory.finalizations.get(orderId)?.fence !== fence) {
    return { outcome: "stale", order: structuredClone(order) };
  }
  const ended = endedBy(order, result);
  memory.orders.set(orderId, ended);
  memory.finalizations.delete(orderId);
  return { outcome: "applied", order: structuredClone(ended) };
}

function readOrder(memory: Memory, id: string): Order {
  const order = memory.orders.get(id);
  if (order === undefined) throw new StoreError("ERR_STORE_NOT_FOUND", `there is no order ${id}`);
  return order;
}

function isFinalizable(memory: Memory, order: Order, now: number): boolean {
  return (
    order.state === "ready" &&
    now < order.expiresAt &&
    memory.accounts.get(order.accountId)?.status === "valid" &&
    isAuthorized(memory, order, now)
  );
}

function endedBy(order: Order, result: Parameters<AcmeStore["completeFinalization"]>[0]["result"]): Order {
  switch (result.outcome) {
    case "valid": {
      const { issuerId, serialNumber } = result.certificate;
      return { ...order, state: "valid", certificate: { issuerId, serialNumber } };
    }
    case "invalid":
      return { ...order, state: "invalid", error: structuredClone(result.error) };
    case "ready": {
      const { csrHash: _, ...unfinished } = order;
      return { ...unfinished, state: "ready" };
    }
  }
}

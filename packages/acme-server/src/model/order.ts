import type { Identifier } from "@chancery/core";
import type { StoredProblem } from "../problem.ts";

/**
 * An order as it is stored.
 *
 * @see RFC 8555 section 7.1.3
 */
export interface Order {
  readonly id: string;
  readonly directoryId: string;
  readonly accountId: string;
  /** Never changes after creation; a wildcard keeps its leading `*.`. */
  readonly identifiers: readonly Identifier[];
  /** One for each identifier, in the order of `identifiers`; never changes after creation. */
  readonly authorizationIds: readonly string[];
  readonly profile?: string;
  /** As the client asked, milliseconds since 1970 UTC. */
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** What transitions have written; {@link orderStatus} adds what the clock says. */
  readonly state: OrderState;
  readonly createdAt: number;
  /** First instant at which the order can no longer be finalized; never later than the end of its authorizations. */
  readonly expiresAt: number;
  /** Why the order is invalid. */
  readonly error?: StoredProblem;
  /** SHA-256 (lower-case hexadecimal) of the DER certification request; present from `processing` on. */
  readonly csrHash?: string;
  /** The certificate; present exactly when the order is `valid`. */
  readonly certificate?: { readonly issuerId: string; readonly serialNumber: string };
}

/** RFC 8555 section 7.1.6. */
export type OrderState = "invalid" | "pending" | "processing" | "ready" | "valid";

/** Status of an order at an instant: a pending or ready one past its end is `invalid`. */
export function orderStatus(order: Order, now: number): OrderState {
  const unfinished = order.state === "pending" || order.state === "ready";
  return unfinished && now >= order.expiresAt ? "invalid" : order.state;
}

import { type CertificateStore, StoreError } from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";

/** The transitions that an issuance or a revocation makes. */
export type Transition = "complete" | "findByRequestId" | "reserve" | "revoke";

/** A certificate store on top of the memory store that loses its connection at chosen moments. */
export interface FailingStore extends CertificateStore {
  /**
   * Lets the next call of a transition fail: `before` anything has happened, or `after` it has happened and only the
   * answer is lost.
   */
  failNext(transition: Transition, moment: "after" | "before"): void;
  /** How often each transition was called. */
  readonly calls: Readonly<Record<Transition, number>>;
}

/** Creates a store whose every failure is `ERR_STORE_TRANSIENT`, as that of a real one would be. */
export function createFailingStore(): FailingStore {
  const store = createMemoryCertificateStore();
  const calls = { complete: 0, findByRequestId: 0, reserve: 0, revoke: 0 };
  let planned: { transition: Transition; moment: "after" | "before" } | undefined;

  const run = async <Answer>(transition: Transition, perform: () => Promise<Answer>): Promise<Answer> => {
    calls[transition] += 1;
    if (planned?.transition !== transition) return perform();
    const { moment } = planned;
    planned = undefined;
    if (moment === "after") await perform();
    throw new StoreError("ERR_STORE_TRANSIENT", `the connection was lost ${moment} ${transition}`);
  };

  return {
    ...store,
    reserve: (reservation) => run("reserve", () => store.reserve(reservation)),
    complete: (completion) => run("complete", () => store.complete(completion)),
    revoke: (revocation) => run("revoke", () => store.revoke(revocation)),
    findByRequestId: (requestId) => run("findByRequestId", () => store.findByRequestId(requestId)),
    failNext(transition, moment) {
      planned = { transition, moment };
    },
    calls,
  };
}

import { type CertificateStore, StoreError } from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";

/** The transitions that an issuance, a revocation or the publication of a CRL makes. */
export type Transition =
  | "complete"
  | "countRevocationChanges"
  | "findByRequestId"
  | "findCrl"
  | "listRevoked"
  | "publishCrl"
  | "reserve"
  | "revoke"
  | "takeCrlNumber";

/** A certificate store on top of another one that loses its connection at chosen moments. */
export interface FailingStore extends CertificateStore {
  /**
   * Lets the next call of a transition fail: `before` anything has happened, or `after` it has happened and only the
   * answer is lost.
   */
  failNext(transition: Transition, moment: "after" | "before"): void;
  /** How often each transition was called. */
  readonly calls: Readonly<Record<Transition, number>>;
}

/** Creates a store whose every failure is `ERR_STORE_TRANSIENT`, as that of a real one would be. @param store - Default: a memory store. */
export function createFailingStore(store: CertificateStore = createMemoryCertificateStore()): FailingStore {
  const calls: Record<Transition, number> = {
    complete: 0,
    countRevocationChanges: 0,
    findByRequestId: 0,
    findCrl: 0,
    listRevoked: 0,
    publishCrl: 0,
    reserve: 0,
    revoke: 0,
    takeCrlNumber: 0,
  };
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
    countRevocationChanges: (partition) =>
      run("countRevocationChanges", () => store.countRevocationChanges(partition)),
    takeCrlNumber: (query) => run("takeCrlNumber", () => store.takeCrlNumber(query)),
    listRevoked: (query) => run("listRevoked", () => store.listRevoked(query)),
    publishCrl: (publication) => run("publishCrl", () => store.publishCrl(publication)),
    findCrl: (query) => run("findCrl", () => store.findCrl(query)),
    failNext(transition, moment) {
      planned = { transition, moment };
    },
    calls,
  };
}

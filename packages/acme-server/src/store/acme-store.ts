import type { Identifier } from "@chancery/core";
import type { Account } from "../model/account.ts";
import type { Authorization } from "../model/authorization.ts";
import type { Order } from "../model/order.ts";
import type { StoredProblem } from "../problem.ts";

/**
 * Where an ACME server keeps accounts, orders, authorizations, tasks and used nonces.
 *
 * The port speaks in named transitions. Every method is atomic: it happens completely or not at all, and once its
 * promise resolves the effect survives the death of the process. Methods may be called concurrently, also from
 * several processes on one database; each says who wins. Records go in and come out as copies.
 *
 * Several directories may share one store: ids are unique over all of them and every query that could cross a
 * directory takes its `directoryId`. The store never reads a clock: callers pass `now`, in milliseconds since 1970
 * UTC. Stored states never move backwards: RFC 8555 section 7.1.6 names the edges, and every transition here
 * checks the state it starts from.
 *
 * Errors: only `StoreError` of `@chancery/core`. What a race can bring about is an outcome, not an error. Creating with an
 * id that is taken is `ERR_STORE_CONFLICT`. Input is copied when a method is called, not when its promise resolves.
 */
export interface AcmeStore {
  /**
   * Creates an account, unless the directory has one with the same key already.
   *
   * Of concurrent callers with one `keyThumbprint` exactly one gets `created`; the others get the winner's account.
   */
  createAccount(
    account: Account,
  ): Promise<{ readonly outcome: "created" | "existing"; readonly account: Account }>;

  /** Finds an account by id, whatever its status. */
  findAccount(directoryId: string, id: string): Promise<Account | undefined>;

  /** Finds an account by the thumbprint of its key, whatever its status. */
  findAccountByKey(directoryId: string, keyThumbprint: string): Promise<Account | undefined>;

  /** Replaces the contacts of a valid account. Undefined when there is no valid account with this id. */
  updateContact(accountId: string, contact: readonly string[]): Promise<Account | undefined>;

  /**
   * Deactivates a valid account; its pending and ready orders become invalid with `orderError`, its pending and
   * valid authorizations deactivated, its waiting validations disappear. Orders in `processing` go on.
   *
   * @returns The account afterwards; undefined when there is none. A second call changes nothing.
   */
  deactivateAccount(accountId: string, orderError: StoredProblem): Promise<Account | undefined>;

  /**
   * Stores an order and its new authorizations together.
   *
   * `order.authorizationIds` names new and existing authorizations. The store sets the order's state itself: `ready`
   * when every authorization is valid and unexpired at `now`, else `pending`.
   *
   * @throws {StoreError} `ERR_STORE_STALE`: the account is not valid, or an existing authorization is not the
   * account's own, not pending or valid, or ends before the order does; nothing is stored.
   */
  createOrder(input: {
    readonly order: Omit<Order, "state">;
    readonly newAuthorizations: readonly Authorization[];
    readonly now: number;
  }): Promise<Order>;

  /** Finds an order by id. */
  findOrder(directoryId: string, id: string): Promise<Order | undefined>;

  /** Lists the orders of an account, newest first, leaving out stored-invalid ones. `after` is the last one seen. */
  listOrders(query: {
    readonly accountId: string;
    readonly after?: { readonly createdAt: number; readonly id: string };
    readonly limit: number;
  }): Promise<readonly Order[]>;

  /** Finds an authorization by id. */
  findAuthorization(directoryId: string, id: string): Promise<Authorization | undefined>;

  /**
   * Finds, for each identifier (wildcards spelled with `*.`), the account's valid authorization that ends last and is
   * unexpired at `now`. Identifiers without one are left out.
   */
  findValidAuthorizations(query: {
    readonly directoryId: string;
    readonly accountId: string;
    readonly identifiers: readonly Identifier[];
    readonly now: number;
  }): Promise<readonly Authorization[]>;

  /**
   * Takes the client's word that a challenge can be validated: moves it from `pending` to `processing` and puts a
   * validation task, due at `now`, into the queue.
   *
   * `accepted` is answered to exactly one caller for one authorization; later callers, callers for a sibling
   * challenge, and callers whose authorization is not pending or has expired get `unchanged`.
   *
   * @throws {StoreError} `ERR_STORE_NOT_FOUND`: there is no such authorization or challenge.
   * @param input.keyAuthorization - Stored with the task, so that a later change of the account key does not matter
   * (RFC 8555 sections 8.3, 8.4).
   */
  acceptChallenge(input: {
    readonly authorizationId: string;
    readonly type: string;
    readonly keyAuthorization: string;
    readonly now: number;
  }): Promise<{ readonly outcome: "accepted" | "unchanged"; readonly authorization: Authorization }>;

  /**
   * Leases up to `limit` due tasks of one directory, the longest due first.
   *
   * A task is due when its time has come and nobody holds an unexpired lease on it. Each claim raises the task's
   * fence; no two concurrent callers get the same task.
   */
  claimTasks(query: {
    readonly directoryId: string;
    readonly now: number;
    /** When the lease ends and the task becomes due for others. */
    readonly leaseUntil: number;
    readonly limit: number;
  }): Promise<readonly Task[]>;

  /**
   * Ends a validation. In one transaction: the challenge and its authorization become valid or invalid, every
   * pending order that names the authorization becomes ready (if this was its last authorization) or invalid, and the
   * task disappears. "Last authorization valid" and "order ready" are therefore never seen apart, also when
   * the last two authorizations of an order end at the same time.
   *
   * `stale`: the fence is not the task's latest, or the authorization is not pending or has expired at `now`;
   * only the task (if the fence is its own) is removed.
   */
  completeValidation(input: {
    readonly authorizationId: string;
    readonly fence: number;
    readonly now: number;
    readonly result:
      | {
          readonly outcome: "valid" /** New end of the authorization; never moves it earlier. */;
          readonly expiresAt: number;
        }
      | { readonly outcome: "invalid"; readonly error: StoredProblem };
  }): Promise<"applied" | "stale">;

  /**
   * Records a failed attempt on a challenge that stays `processing`, ends the lease and makes the task due at `runAt`.
   * `stale` as in {@link AcmeStore.completeValidation}.
   */
  retryValidation(input: {
    readonly authorizationId: string;
    readonly fence: number;
    readonly now: number;
    readonly error: StoredProblem;
    readonly runAt: number;
  }): Promise<"applied" | "stale">;

  /**
   * Deactivates a pending or valid authorization; its pending and ready orders become invalid with `orderError`.
   *
   * @returns The authorization afterwards; undefined when there is none. In any other state nothing changes.
   */
  deactivateAuthorization(
    authorizationId: string,
    orderError: StoredProblem,
  ): Promise<Authorization | undefined>;

  /**
   * Claims an order for issuance: `ready` to `processing`, if its account is valid, every authorization is valid and
   * nothing has expired at `now`. Stores the CSR and a finalization task whose lease the caller holds.
   *
   * Of concurrent callers exactly one gets `claimed`. Everyone else gets `refused` with the order as it is. The fence is
   * higher than any that the order had before, so that a worker of an earlier finalization cannot end this one.
   *
   * @throws {StoreError} `ERR_STORE_NOT_FOUND`: there is no such order.
   */
  beginFinalization(input: {
    readonly orderId: string;
    /** DER. */
    readonly csr: Uint8Array;
    /** SHA-256 of `csr`, lower-case hexadecimal. */
    readonly csrHash: string;
    readonly now: number;
    readonly leaseUntil: number;
  }): Promise<
    | { readonly outcome: "claimed"; readonly order: Order; readonly fence: number }
    | { readonly outcome: "refused"; readonly order: Order }
  >;

  /**
   * Ends a finalization: `processing` to `valid` with a certificate, to `invalid` with an error, or back to `ready`
   * (a request that the client can correct, RFC 8555 section 7.4). The task disappears.
   *
   * Going back to `ready` is the one edge that points backwards; it is taken only before anything is signed.
   * `stale`: the fence is not the task's latest, or the order is not `processing`; nothing changes.
   *
   * @throws {StoreError} `ERR_STORE_NOT_FOUND`: there is no such order.
   */
  completeFinalization(input: {
    readonly orderId: string;
    readonly fence: number;
    readonly result:
      | {
          readonly outcome: "valid";
          readonly certificate: { readonly issuerId: string; readonly serialNumber: string };
        }
      | { readonly outcome: "invalid"; readonly error: StoredProblem }
      | { readonly outcome: "ready" };
  }): Promise<{ readonly outcome: "applied" | "stale"; readonly order: Order }>;

  /**
   * Uses a nonce up. Of all callers with one `nonce`, ever, exactly one gets true.
   *
   * @param input.nonce - The nonce itself; stores keep its hash or its random part.
   * @param input.expiresAt - When every server refuses the nonce by its age, so that the row may be forgotten.
   */
  consumeNonce(input: {
    readonly nonce: string;
    readonly expiresAt: number;
    readonly now: number;
  }): Promise<boolean>;
}

/** Work leased from the queue. */
export type Task = ValidationTask | FinalizationTask;

/** A challenge to validate. */
export interface ValidationTask {
  readonly kind: "validation";
  readonly authorization: Authorization;
  /** Which challenge of the authorization. */
  readonly type: string;
  readonly keyAuthorization: string;
  /** Proof of the latest lease; goes back with the result. */
  readonly fence: number;
  /** How many attempts were recorded as failed before this one. */
  readonly attempts: number;
}

/** An order whose issuance a crash interrupted: issue again with the order's request id, then complete. */
export interface FinalizationTask {
  readonly kind: "finalization";
  readonly order: Order;
  /** DER. */
  readonly csr: Uint8Array;
  readonly fence: number;
}

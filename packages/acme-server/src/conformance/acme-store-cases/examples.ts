import { expectEqual } from "@chancery/core/conformance";
import type { Account } from "../../model/account.ts";
import type { Authorization, Challenge } from "../../model/authorization.ts";
import type { Order } from "../../model/order.ts";
import type { StoredProblem } from "../../problem.ts";
import type { AcmeStore, FinalizationTask, Task, ValidationTask } from "../../store/acme-store.ts";

/** The instant at which most cases happen. */
export const now = 1_900_000_000_000;
export const minute = 60_000;
export const hour = 3_600_000;

/** The reason that transitions give an order which they make invalid. */
export const orderError: StoredProblem = {
  type: "unauthorized",
  detail: "an authorization ended",
  status: 403,
};
/** The reason of a failed validation. */
export const connectionError: StoredProblem = {
  type: "connection",
  detail: "192.0.2.1:80 refused the connection",
  status: 400,
  subproblems: [
    {
      type: "dns",
      detail: "no address",
      status: 400,
      identifier: { type: "dns", value: "host-1.example.test" },
    },
  ],
};
/** A certificate whose serial number begins with zeros and has high bits. */
export const certificate: { readonly issuerId: string; readonly serialNumber: string } = {
  issuerId: "a5".repeat(32),
  serialNumber: `0080${"ff".repeat(14)}`,
};

/** An account whose every value follows from `number`; `changes` replace some. */
export function account(number: number, changes: Partial<Account> = {}): Account {
  return {
    id: `account-${number}`,
    directoryId: "directory",
    keyThumbprint: `thumbprint-${number}`,
    publicJwk: `{"crv":"P-256","kty":"EC","x":"${number}","y":"0"}`,
    status: "valid",
    contact: [`mailto:admin-${number}@example.test`],
    termsOfServiceAgreed: number % 2 === 0,
    createdAt: now - number,
    ...changes,
  };
}

/** A pending authorization of account 1 for `host-<number>.example.test`, with three challenges. */
export function authorization(number: number, changes: Partial<Authorization> = {}): Authorization {
  return {
    id: `authorization-${number}`,
    directoryId: "directory",
    accountId: "account-1",
    identifier: { type: "dns", value: `host-${number}.example.test` },
    wildcard: false,
    state: "pending",
    createdAt: now,
    expiresAt: now + 24 * hour,
    challenges: ["http-01", "dns-01", "tls-alpn-01"].map((type) => challenge(type, number)),
    ...changes,
  };
}

function challenge(type: string, number: number): Challenge {
  return { type, token: `token-${type}-${number}`, status: "pending" };
}

/** An order of account 1 that names these authorizations. */
export function order(
  number: number,
  authorizations: readonly Authorization[],
  changes: Partial<Omit<Order, "state">> = {},
): Omit<Order, "state"> {
  return {
    id: `order-${number}`,
    directoryId: "directory",
    accountId: "account-1",
    identifiers: authorizations.map(({ identifier, wildcard }) => ({
      type: identifier.type,
      value: `${wildcard ? "*." : ""}${identifier.value}`,
    })),
    authorizationIds: authorizations.map(({ id }) => id),
    createdAt: now + number,
    expiresAt: now + hour,
    ...changes,
  };
}

/** Creates account 1, and an order of it with these new authorizations. */
export async function placeOrder(
  store: AcmeStore,
  number: number,
  authorizations: readonly Authorization[] = [authorization(number)],
  changes: Partial<Omit<Order, "state">> = {},
): Promise<Order> {
  await store.createAccount(account(1));
  const input = { order: order(number, authorizations, changes), newAuthorizations: authorizations, now };
  return store.createOrder(input);
}

/** Like {@link placeOrder}, with authorizations that are valid from the start. */
export function placeReadyOrder(
  store: AcmeStore,
  number: number,
  changes: Partial<Omit<Order, "state">> = {},
): Promise<Order> {
  return placeOrder(store, number, [authorization(number, { state: "valid" })], changes);
}

/** Responds to the http-01 challenge of an authorization. */
export function accept(
  store: AcmeStore,
  authorizationId: string,
  changes: Partial<Parameters<AcmeStore["acceptChallenge"]>[0]> = {},
): ReturnType<AcmeStore["acceptChallenge"]> {
  return store.acceptChallenge({
    authorizationId,
    type: "http-01",
    keyAuthorization: "token.key",
    now,
    ...changes,
  });
}

/** Claims up to ten tasks for a minute. */
export function claim(
  store: AcmeStore,
  changes: Partial<Parameters<AcmeStore["claimTasks"]>[0]> = {},
): Promise<readonly Task[]> {
  return store.claimTasks({ directoryId: "directory", now, leaseUntil: now + minute, limit: 10, ...changes });
}

/** Claims tasks and expects exactly one, a validation. */
export async function claimValidation(
  store: AcmeStore,
  changes: Partial<Parameters<AcmeStore["claimTasks"]>[0]> = {},
): Promise<ValidationTask> {
  const [task, ...more] = await claim(store, changes);
  expectEqual(more, [], "further tasks");
  if (task?.kind !== "validation")
    throw new Error(`claimed ${task?.kind ?? "nothing"}, expected a validation`);
  return task;
}

/** The task, which must be a validation. */
export function asValidation(task: Task | undefined): ValidationTask {
  if (task?.kind === "validation") return task;
  throw new Error(`claimed ${task?.kind ?? "nothing"}, expected a validation`);
}

/** Claims tasks and expects exactly one, a finalization. */
export async function claimFinalization(
  store: AcmeStore,
  changes: Partial<Parameters<AcmeStore["claimTasks"]>[0]> = {},
): Promise<FinalizationTask> {
  const [task, ...more] = await claim(store, changes);
  expectEqual(more, [], "further tasks");
  if (task?.kind !== "finalization")
    throw new Error(`claimed ${task?.kind ?? "nothing"}, expected a finalization`);
  return task;
}

/** Ends the validation of an authorization as valid, for another day. */
export function succeed(
  store: AcmeStore,
  { authorization, fence }: ValidationTask,
  changes: Partial<Parameters<AcmeStore["completeValidation"]>[0]> = {},
): Promise<"applied" | "stale"> {
  const result = { outcome: "valid", expiresAt: now + 48 * hour } as const;
  return store.completeValidation({ authorizationId: authorization.id, fence, now, result, ...changes });
}

/** Ends the validation of an authorization as invalid. */
export function fail(store: AcmeStore, task: ValidationTask): Promise<"applied" | "stale"> {
  return succeed(store, task, { result: { outcome: "invalid", error: connectionError } });
}

/** Claims an order for issuance, for a minute; `variant` tells certification requests apart. */
export function finalize(
  store: AcmeStore,
  orderId: string,
  variant = 0,
  changes: Partial<Parameters<AcmeStore["beginFinalization"]>[0]> = {},
): ReturnType<AcmeStore["beginFinalization"]> {
  const csr = Uint8Array.of(0x30, 0x82, 0x00, variant);
  const csrHash = variant.toString(16).padStart(64, "0");
  return store.beginFinalization({ orderId, csr, csrHash, now, leaseUntil: now + minute, ...changes });
}

/** Claims a ready order for issuance and expects to get it. */
export async function claimedFence(store: AcmeStore, orderId: string, variant = 0): Promise<number> {
  const claimed = await finalize(store, orderId, variant);
  if (claimed.outcome !== "claimed")
    throw new Error(`${orderId} is ${claimed.order.state}, expected it to be claimed`);
  return claimed.fence;
}

/** The stored states of orders, by number. */
export async function orderStates(
  store: AcmeStore,
  numbers: readonly number[],
): Promise<(string | undefined)[]> {
  const orders = await Promise.all(numbers.map((number) => store.findOrder("directory", `order-${number}`)));
  return orders.map((found) => found?.state);
}

/** The stored states of authorizations, by number. */
export async function authorizationStates(
  store: AcmeStore,
  numbers: readonly number[],
): Promise<(string | undefined)[]> {
  const found = await Promise.all(
    numbers.map((number) => store.findAuthorization("directory", `authorization-${number}`)),
  );
  return found.map((one) => one?.state);
}

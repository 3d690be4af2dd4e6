import { StoreError } from "@chancery/core";
import type { Account } from "../../model/account.ts";
import type { StoredProblem } from "../../problem.ts";
import type { AcmeStore } from "../acme-store.ts";
import { indexed, invalidateUnfinished, type Memory } from "./memory.ts";

/** {@link AcmeStore.createAccount} on a {@link Memory}. */
export function createAccount(
  memory: Memory,
  account: Account,
): Awaited<ReturnType<AcmeStore["createAccount"]>> {
  const existing = findAccountByKey(memory, account.directoryId, account.keyThumbprint);
  if (existing !== undefined) return { outcome: "existing", account: existing };
  if (memory.accounts.has(account.id)) {
    throw new StoreError("ERR_STORE_CONFLICT", `account id ${account.id} is taken`);
  }
  memory.accounts.set(account.id, structuredClone(account));
  memory.accountIds.set(accountKey(account.directoryId, account.keyThumbprint), account.id);
  return { outcome: "created", account: structuredClone(account) };
}

/** {@link AcmeStore.findAccount} on a {@link Memory}. */
export function findAccount(memory: Memory, directoryId: string, id: string): Account | undefined {
  const account = memory.accounts.get(id);
  return account?.directoryId === directoryId ? structuredClone(account) : undefined;
}

/** {@link AcmeStore.findAccountByKey} on a {@link Memory}. */
export function findAccountByKey(
  memory: Memory,
  directoryId: string,
  keyThumbprint: string,
): Account | undefined {
  const id = memory.accountIds.get(accountKey(directoryId, keyThumbprint));
  return id === undefined ? undefined : findAccount(memory, directoryId, id);
}

/** {@link AcmeStore.updateContact} on a {@link Memory}. */
export function updateContact(memory: Memory, id: string, contact: readonly string[]): Account | undefined {
  const account = memory.accounts.get(id);
  if (account?.status !== "valid") return undefined;
  const updated = { ...account, contact: [...contact] };
  memory.accounts.set(id, updated);
  return structuredClone(updated);
}

/** {@link AcmeStore.deactivateAccount} on a {@link Memory}. */
export function deactivateAccount(
  memory: Memory,
  id: string,
  orderError: StoredProblem,
): Account | undefined {
  const account = memory.accounts.get(id);
  if (account?.status !== "valid") return structuredClone(account);
  const deactivated = { ...account, status: "deactivated" } as const;
  memory.accounts.set(id, deactivated);
  invalidateUnfinished(memory, indexed(memory.orders, memory.orderIdsByAccount, id), orderError);
  for (const authorization of indexed(memory.authorizations, memory.authorizationIdsByAccount, id)) {
    memory.validations.delete(authorization.id);
    if (authorization.state !== "pending" && authorization.state !== "valid") continue;
    memory.authorizations.set(authorization.id, { ...authorization, state: "deactivated" });
  }
  return structuredClone(deactivated);
}

function accountKey(directoryId: string, keyThumbprint: string): string {
  return JSON.stringify([directoryId, keyThumbprint]);
}

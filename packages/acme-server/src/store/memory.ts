import type { AcmeStore } from "./acme-store.ts";
import * as accounts from "./memory/accounts.ts";
import * as authorizations from "./memory/authorizations.ts";
import * as finalizations from "./memory/finalizations.ts";
import { createMemory } from "./memory/memory.ts";
import { consumeNonce } from "./memory/nonces.ts";
import * as orders from "./memory/orders.ts";
import * as tasks from "./memory/tasks.ts";

/**
 * Creates an ACME store that lives in this process and loses everything with it, accounts and orders in flight
 * included: the reference for every other store, for tests and for trying things out.
 *
 * Each transition runs to its end within one turn, so concurrent callers meet in the order of their calls.
 */
export function createMemoryAcmeStore(): AcmeStore {
  const memory = createMemory();
  return Object.freeze<AcmeStore>({
    createAccount: async (account) => accounts.createAccount(memory, account),
    findAccount: async (directoryId, id) => accounts.findAccount(memory, directoryId, id),
    findAccountByKey: async (directoryId, thumbprint) =>
      accounts.findAccountByKey(memory, directoryId, thumbprint),
    updateContact: async (id, contact) => accounts.updateContact(memory, id, contact),
    deactivateAccount: async (id, orderError) => accounts.deactivateAccount(memory, id, orderError),
    createOrder: async (input) => orders.createOrder(memory, input),
    findOrder: async (directoryId, id) => orders.findOrder(memory, directoryId, id),
    listOrders: async (query) => orders.listOrders(memory, query),
    findAuthorization: async (directoryId, id) => authorizations.findAuthorization(memory, directoryId, id),
    findValidAuthorizations: async (query) => authorizations.findValidAuthorizations(memory, query),
    acceptChallenge: async (input) => authorizations.acceptChallenge(memory, input),
    claimTasks: async (query) => tasks.claimTasks(memory, query),
    completeValidation: async (input) => tasks.completeValidation(memory, input),
    retryValidation: async (input) => tasks.retryValidation(memory, input),
    deactivateAuthorization: async (id, orderError) =>
      authorizations.deactivateAuthorization(memory, id, orderError),
    beginFinalization: async (input) => finalizations.beginFinalization(memory, input),
    completeFinalization: async (input) => finalizations.completeFinalization(memory, input),
    consumeNonce: async (input) => consumeNonce(memory, input),
  });
}

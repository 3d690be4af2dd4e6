import type { AcmeStore, Authorization, Order } from "@chancery/acme-server";
import { StoreError } from "@chancery/core";
import type { SqliteDatabase, Statement } from "../database.ts";
import { createStandings, isValid, type Standing, type Standings } from "./authorized.ts";
import {
  type AccountRow,
  authorizationColumns,
  authorizationValues,
  newOrderValues,
  type OrderRow,
  orderColumns,
  orderFrom,
} from "./rows.ts";

/** The transitions that create and find orders. */
export function createOrderTransitions(
  database: SqliteDatabase,
): Pick<AcmeStore, "createOrder" | "findOrder" | "listOrders"> {
  const { prepare, read, write } = database;
  const statements = prepareStatements(database);
  const select = prepare<OrderRow>(`SELECT ${orderColumns} FROM chancery_acme_order WHERE id = ?`);
  const list = prepare<OrderRow>(`
    SELECT ${orderColumns} FROM chancery_acme_order
    WHERE account_id = ? AND state <> 'invalid' AND (created_at, id) < (?, ?)
    ORDER BY created_at DESC, id DESC LIMIT ?
  `);

  return {
    createOrder: async (input) => write(creating(statements, input)),

    findOrder: (directoryId, id) =>
      read(() => {
        const row = select.get(id);
        return row?.directory_id === directoryId ? orderFrom(row) : undefined;
      }),

    listOrders: ({ accountId, after, limit }) =>
      read(() => {
        const { createdAt, id } = after ?? { createdAt: Number.MAX_SAFE_INTEGER, id: "" };
        return list.all(accountId, createdAt, id, limit).map(orderFrom);
      }),
  };
}

interface Statements {
  readonly selectAccount: Statement<Pick<AccountRow, "directory_id" | "status">>;
  readonly standings: Standings;
  readonly insertAuthorization: Statement<never>;
  readonly insertOrder: Statement<never>;
  readonly nameAuthorization: Statement<never>;
}

function prepareStatements(database: SqliteDatabase): Statements {
  const { prepare } = database;
  return {
    selectAccount: prepare("SELECT directory_id, status FROM chancery_acme_account WHERE id = ?"),
    standings: createStandings(database),
    insertAuthorization: prepare(`
      INSERT INTO chancery_acme_authorization (${authorizationColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    `),
    insertOrder: prepare(`
      INSERT INTO chancery_acme_order (
        id, directory_id, account_id, identifiers, authorization_ids, profile, not_before, not_after, created_at,
        expires_at, state
      ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    `),
    nameAuthorization: prepare(`
      INSERT INTO chancery_acme_order_authorization (authorization_id, order_id) VALUES (?, ?)
      ON CONFLICT DO NOTHING
    `),
  };
}

function creating(
  statements: Statements,
  { order, newAuthorizations, now }: Parameters<AcmeStore["createOrder"]>[0],
): () => Order {
  const wanted = structuredClone(order);
  const values = newOrderValues(wanted);
  const added = newAuthorizations.map(authorizationValues);
  const addedStandings = new Map(newAuthorizations.map((one) => [one.id, standingOf(one)]));
  return () => {
    refuseUnfitAccount(wanted, statements.selectAccount.get(wanted.accountId));
    const standings = wanted.authorizationIds.map((id) => {
      const standing = addedStandings.get(id) ?? statements.standings.find(id);
      refuseUnfitAuthorization(wanted, id, standing);
      return standing;
    });
    for (const authorization of added) statements.insertAuthorization.run(...authorization);
    const state = standings.every((standing) => isValid(standing, now)) ? "ready" : "pending";
    statements.insertOrder.run(...values, state);
    for (const id of wanted.authorizationIds) statements.nameAuthorization.run(id, wanted.id);
    return { ...wanted, state };
  };
}

function standingOf({ accountId, state, expiresAt }: Authorization): Standing {
  return { account_id: accountId, state, expires_at: expiresAt };
}

function refuseUnfitAccount(
  { accountId, directoryId }: Omit<Order, "state">,
  account: Pick<AccountRow, "directory_id" | "status"> | undefined,
): void {
  if (account?.status === "valid" && account.directory_id === directoryId) return;
  throw new StoreError(
    "ERR_STORE_STALE",
    `account ${accountId} is ${account?.status ?? "absent"}, not valid`,
  );
}

function refuseUnfitAuthorization(
  { accountId, expiresAt }: Omit<Order, "state">,
  id: string,
  standing: Standing | undefined,
): void {
  if (standing?.account_id !== accountId) {
    throw new StoreError("ERR_STORE_STALE", `authorization ${id} is not one of account ${accountId}`);
  }
  if (standing.state !== "pending" && standing.state !== "valid") {
    throw new StoreError("ERR_STORE_STALE", `authorization ${id} is ${standing.state}, not pending or valid`);
  }
  if (standing.expires_at < expiresAt) {
    const ends = `ends at ${standing.expires_at}, before its order at ${expiresAt}`;
    throw new StoreError("ERR_STORE_STALE", `authorization ${id} ${ends}`);
  }
}

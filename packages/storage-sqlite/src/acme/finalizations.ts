import type { AcmeStore, Order } from "@chancery/acme-server";
import { StoreError } from "@chancery/core";
import { type SqliteDatabase, type Statement, written } from "../database.ts";
import { copyOf, octetsFrom } from "../octets.ts";
import { createStandings, type Standings } from "./authorized.ts";
import { type AccountRow, authorizationIdsIn, type OrderRow, orderColumns, orderFrom } from "./rows.ts";

/** The transitions of finalization. */
export function createFinalizationTransitions(
  database: SqliteDatabase,
): Pick<AcmeStore, "beginFinalization" | "completeFinalization"> {
  const { write } = database;
  const statements = prepareStatements(database);
  return {
    beginFinalization: async ({ orderId, csr, csrHash, now, leaseUntil }) => {
      const [request, hash] = [copyOf(csr), octetsFrom(csrHash)];
      return write(() => {
        const row = readOrder(statements, orderId);
        if (!isFinalizable(statements, row, now)) return { outcome: "refused", order: orderFrom(row) };
        const order = update(statements, { ...row, state: "processing", csr_hash: hash });
        const { fence } = written(statements.lease.get(orderId, row.directory_id, request, leaseUntil));
        return { outcome: "claimed", order, fence };
      });
    },

    completeFinalization: async ({ orderId, fence, result }) => {
      const end = endFrom(result);
      return write(() => {
        const row = readOrder(statements, orderId);
        if (row.state !== "processing" || statements.selectTask.get(orderId)?.fence !== fence) {
          return { outcome: "stale", order: orderFrom(row) };
        }
        const removal = end.state === "ready" ? statements.park : statements.removeTask;
        removal.run(orderId);
        return { outcome: "applied", order: update(statements, { ...row, ...end }) };
      });
    },
  };
}

interface Statements {
  readonly selectOrder: Statement<OrderRow>;
  readonly updateOrder: Statement<never>;
  readonly selectAccount: Statement<Pick<AccountRow, "status">>;
  readonly standings: Standings;
  readonly lease: Statement<{ readonly fence: number }>;
  readonly selectTask: Statement<{ readonly fence: number }>;
  readonly park: Statement<never>;
  readonly removeTask: Statement<never>;
}

function prepareStatements(database: SqliteDatabase): Statements {
  const { prepare } = database;
  return {
    selectOrder: prepare(`SELECT ${orderColumns} FROM chancery_acme_order WHERE id = ?`),
    updateOrder: prepare(`
      UPDATE chancery_acme_order
      SET state = ?, error = ?, csr_hash = ?, certificate_issuer_id = ?, certificate_serial_number = ?
      WHERE id = ?
    `),
    selectAccount: prepare("SELECT status FROM chancery_acme_account WHERE id = ?"),
    standings: createStandings(database),
    lease: prepare(`
      INSERT INTO chancery_acme_finalization_task (order_id, directory_id, csr, due_at, fence)
      VALUES (?, ?, ?, ?, 1)
      ON CONFLICT (order_id) DO UPDATE SET csr = excluded.csr, due_at = excluded.due_at, fence = fence + 1
      RETURNING fence
    `),
    selectTask: prepare("SELECT fence FROM chancery_acme_finalization_task WHERE order_id = ?"),
    park: prepare("UPDATE chancery_acme_finalization_task SET csr = NULL, due_at = NULL WHERE order_id = ?"),
    removeTask: prepare("DELETE FROM chancery_acme_finalization_task WHERE order_id = ?"),
  };
}

function readOrder({ selectOrder }: Statements, id: string): OrderRow {
  const row = selectOrder.get(id);
  if (row === undefined) throw new StoreError("ERR_STORE_NOT_FOUND", `there is no order ${id}`);
  return row;
}

function update({ updateOrder }: Statements, row: OrderRow): Order {
  const { state, error, csr_hash, certificate_issuer_id, certificate_serial_number, id } = row;
  updateOrder.run(state, error, csr_hash, certificate_issuer_id, certificate_serial_number, id);
  return orderFrom(row);
}

function isFinalizable({ selectAccount, standings }: Statements, order: OrderRow, now: number): boolean {
  return (
    order.state === "ready" &&
    now < order.expires_at &&
    selectAccount.get(order.account_id)?.status === "valid" &&
    standings.areValid(authorizationIdsIn(order), now)
  );
}

/** What a result changes in the row of an order. */
function endFrom(
  result: Parameters<AcmeStore["completeFinalization"]>[0]["result"],
): Pick<OrderRow, "state"> & Partial<OrderRow> {
  switch (result.outcome) {
    case "valid": {
      const { issuerId, serialNumber } = result.certificate;
      return {
        state: "valid",
        certificate_issuer_id: octetsFrom(issuerId),
        certificate_serial_number: octetsFrom(serialNumber),
      };
    }
    case "invalid":
      return { state: "invalid", error: JSON.stringify(result.error) };
    case "ready":
      return { state: "ready", csr_hash: null };
  }
}

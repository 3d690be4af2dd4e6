import type { AcmeStore } from "@chancery/acme-server";
import { type SqliteDatabase, written } from "../database.ts";
import { type AccountRow, accountColumns, accountFrom, accountValues } from "./rows.ts";

/** The transitions of accounts. */
export function createAccountTransitions(
  database: SqliteDatabase,
): Pick<
  AcmeStore,
  "createAccount" | "deactivateAccount" | "findAccount" | "findAccountByKey" | "updateContact"
> {
  const { prepare, read, write } = database;
  const insert = prepare(`
    INSERT INTO chancery_acme_account (${accountColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (directory_id, key_thumbprint) DO NOTHING
  `);
  const selectById = prepare<AccountRow>(`SELECT ${accountColumns} FROM chancery_acme_account WHERE id = ?`);
  const selectByKey = prepare<AccountRow>(`
    SELECT ${accountColumns} FROM chancery_acme_account WHERE directory_id = ? AND key_thumbprint = ?
  `);
  const updateContact = prepare<AccountRow>(`
    UPDATE chancery_acme_account SET contact = ? WHERE id = ? AND status = 'valid' RETURNING ${accountColumns}
  `);
  const deactivate = prepare(`
    UPDATE chancery_acme_account SET status = 'deactivated' WHERE id = ? AND status = 'valid'
  `);
  const invalidateOrders = prepare(`
    UPDATE chancery_acme_order SET state = 'invalid', error = ?
    WHERE account_id = ? AND state IN ('pending', 'ready')
  `);
  const removeTasks = prepare(`
    DELETE FROM chancery_acme_validation_task WHERE authorization_id IN
      (SELECT id FROM chancery_acme_authorization WHERE account_id = ? AND state = 'pending')
  `);
  const deactivateAuthorizations = prepare(`
    UPDATE chancery_acme_authorization SET state = 'deactivated'
    WHERE account_id = ? AND state IN ('pending', 'valid')
  `);

  return {
    createAccount: async (account) => {
      const values = accountValues(account);
      const { directoryId, keyThumbprint } = account;
      return write(() => {
        const outcome = insert.run(...values) === 1 ? "created" : "existing";
        return { outcome, account: accountFrom(written(selectByKey.get(directoryId, keyThumbprint))) };
      });
    },

    findAccount: (directoryId, id) =>
      read(() => {
        const row = selectById.get(id);
        return row?.directory_id === directoryId ? accountFrom(row) : undefined;
      }),

    findAccountByKey: (directoryId, keyThumbprint) =>
      read(() => {
        const row = selectByKey.get(directoryId, keyThumbprint);
        return row && accountFrom(row);
      }),

    updateContact: async (id, contact) => {
      const text = JSON.stringify(contact);
      return write(() => {
        const row = updateContact.get(text, id);
        return row && accountFrom(row);
      });
    },

    deactivateAccount: async (id, orderError) => {
      const error = JSON.stringify(orderError);
      return write(() => {
        if (deactivate.run(id) === 1) {
          invalidateOrders.run(error, id);
          removeTasks.run(id);
          deactivateAuthorizations.run(id);
        }
        const row = selectById.get(id);
        return row && accountFrom(row);
      });
    },
  };
}

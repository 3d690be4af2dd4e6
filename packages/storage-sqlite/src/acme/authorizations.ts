import type { AcmeStore, Authorization } from "@chancery/acme-server";
import { StoreError } from "@chancery/core";
import type { SqliteDatabase } from "../database.ts";
import { type AuthorizationRow, authorizationColumns, authorizationFrom } from "./rows.ts";

/** The transitions of authorizations, up to the moment at which a validation waits in the queue. */
export function createAuthorizationTransitions(
  database: SqliteDatabase,
): Pick<
  AcmeStore,
  "acceptChallenge" | "deactivateAuthorization" | "findAuthorization" | "findValidAuthorizations"
> {
  const { prepare, read, write } = database;
  const select = prepare<AuthorizationRow>(`
    SELECT ${authorizationColumns} FROM chancery_acme_authorization WHERE id = ?
  `);
  const selectValid = prepare<AuthorizationRow>(`
    SELECT ${authorizationColumns} FROM chancery_acme_authorization
    WHERE account_id = ? AND state = 'valid' AND identifier_type = ? AND identifier_value = ? AND wildcard = ?
      AND expires_at > ? AND directory_id = ?
    ORDER BY expires_at DESC LIMIT 1
  `);
  const updateChallenges = prepare("UPDATE chancery_acme_authorization SET challenges = ? WHERE id = ?");
  const insertTask = prepare(`
    INSERT INTO chancery_acme_validation_task (
      authorization_id, directory_id, type, key_authorization, due_at, fence, attempts
    ) VALUES (?, ?, ?, ?, ?, 0, 0)
  `);
  const deactivate = prepare(`
    UPDATE chancery_acme_authorization SET state = 'deactivated' WHERE id = ? AND state IN ('pending', 'valid')
  `);
  const removeTask = prepare("DELETE FROM chancery_acme_validation_task WHERE authorization_id = ?");
  const invalidateOrders = prepare(invalidateOrdersOfAuthorization);

  return {
    findAuthorization: (directoryId, id) =>
      read(() => {
        const row = select.get(id);
        return row?.directory_id === directoryId ? authorizationFrom(row) : undefined;
      }),

    findValidAuthorizations: ({ directoryId, accountId, identifiers, now }) =>
      read(() =>
        identifiers.flatMap(({ type, value }) => {
          const wildcard = value.startsWith("*.");
          const name = wildcard ? value.slice(2) : value;
          const row = selectValid.get(accountId, type, name, wildcard ? 1 : 0, now, directoryId);
          return row === undefined ? [] : authorizationFrom(row);
        }),
      ),

    acceptChallenge: async ({ authorizationId, type, keyAuthorization, now }) =>
      write(() => {
        const row = select.get(authorizationId);
        if (row === undefined) {
          throw new StoreError("ERR_STORE_NOT_FOUND", `there is no authorization ${authorizationId}`);
        }
        const authorization = authorizationFrom(row);
        if (!isAwaitingResponse(authorization, type, now)) return { outcome: "unchanged", authorization };
        const accepted = withProcessing(authorization, type);
        updateChallenges.run(JSON.stringify(accepted.challenges), authorizationId);
        insertTask.run(authorizationId, authorization.directoryId, type, keyAuthorization, now);
        return { outcome: "accepted", authorization: accepted };
      }),

    deactivateAuthorization: async (id, orderError) => {
      const error = JSON.stringify(orderError);
      return write(() => {
        if (deactivate.run(id) === 1) {
          removeTask.run(id);
          invalidateOrders.run(error, id);
        }
        const row = select.get(id);
        return row && authorizationFrom(row);
      });
    },
  };
}

/** Makes the pending and ready orders of an authorization invalid; parameters: the problem, the authorization's id. */
export const invalidateOrdersOfAuthorization: string = `
  UPDATE chancery_acme_order SET state = 'invalid', error = ?
  WHERE id IN (SELECT order_id FROM chancery_acme_order_authorization WHERE authorization_id = ?)
    AND state IN ('pending', 'ready')
`;

/** One response is taken for an authorization: none of its challenges may have left `pending`. */
function isAwaitingResponse(
  { state, expiresAt, challenges }: Authorization,
  type: string,
  now: number,
): boolean {
  return (
    state === "pending" &&
    now < expiresAt &&
    challenges.some((challenge) => challenge.type === type) &&
    challenges.every(({ status }) => status === "pending")
  );
}

function withProcessing(authorization: Authorization, type: string): Authorization {
  const challenges = authorization.challenges.map((challenge) =>
    challenge.type === type ? ({ ...challenge, status: "processing" } as const) : challenge,
  );
  return { ...authorization, challenges };
}

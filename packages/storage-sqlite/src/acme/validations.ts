import type { AcmeStore, Authorization, Challenge } from "@chancery/acme-server";
import type { SqliteDatabase, Statement } from "../database.ts";
import { invalidateOrdersOfAuthorization } from "./authorizations.ts";
import { createStandings, type Standings } from "./authorized.ts";
import {
  type AuthorizationRow,
  authorizationColumns,
  authorizationFrom,
  authorizationIdsIn,
  type OrderRow,
} from "./rows.ts";

/** The transitions that end an attempt to validate. */
export function createValidationTransitions(
  database: SqliteDatabase,
): Pick<AcmeStore, "completeValidation" | "retryValidation"> {
  const { write } = database;
  const statements = prepareStatements(database);
  return {
    completeValidation: async ({ authorizationId, fence, now, result }) => {
      const error = result.outcome === "invalid" ? JSON.stringify(result.error) : undefined;
      const { expiresAt } = result.outcome === "valid" ? result : { expiresAt: 0 };
      return write(() => {
        const held = takeTask(statements, authorizationId, fence, now);
        if (held === undefined) return "stale";
        statements.removeTask.run(authorizationId);
        if (error === undefined) markValid(statements, held, now, expiresAt);
        else markInvalid(statements, held, error);
        return "applied";
      });
    },

    retryValidation: async ({ authorizationId, fence, now, error, runAt }) => {
      const problem = JSON.stringify(error);
      return write(() => {
        const held = takeTask(statements, authorizationId, fence, now);
        if (held === undefined) return "stale";
        const challenges = changeChallenge(held, (challenge) => ({ ...challenge, error: parse(problem) }));
        statements.updateAuthorization.run(
          "pending",
          held.authorization.expiresAt,
          challenges,
          authorizationId,
        );
        statements.postponeTask.run(runAt, authorizationId);
        return "applied";
      });
    },
  };
}

interface Statements {
  readonly selectTask: Statement<{ readonly type: string; readonly fence: number }>;
  readonly removeTask: Statement<never>;
  readonly postponeTask: Statement<never>;
  readonly selectAuthorization: Statement<AuthorizationRow>;
  readonly updateAuthorization: Statement<never>;
  readonly selectPendingOrders: Statement<Pick<OrderRow, "authorization_ids" | "id">>;
  readonly standings: Standings;
  readonly makeReady: Statement<never>;
  readonly invalidateOrders: Statement<never>;
}

function prepareStatements(database: SqliteDatabase): Statements {
  const { prepare } = database;
  return {
    selectTask: prepare("SELECT type, fence FROM chancery_acme_validation_task WHERE authorization_id = ?"),
    removeTask: prepare("DELETE FROM chancery_acme_validation_task WHERE authorization_id = ?"),
    postponeTask: prepare(`
      UPDATE chancery_acme_validation_task SET due_at = ?, attempts = attempts + 1 WHERE authorization_id = ?
    `),
    selectAuthorization: prepare(`
      SELECT ${authorizationColumns} FROM chancery_acme_authorization WHERE id = ?
    `),
    updateAuthorization: prepare(`
      UPDATE chancery_acme_authorization SET state = ?, expires_at = ?, challenges = ? WHERE id = ?
    `),
    // CROSS JOIN: from the authorization to its orders, never the other way round.
    selectPendingOrders: prepare(`
      SELECT id, authorization_ids
      FROM chancery_acme_order_authorization CROSS JOIN chancery_acme_order ON id = order_id
      WHERE authorization_id = ? AND state = 'pending'
    `),
    standings: createStandings(database),
    makeReady: prepare("UPDATE chancery_acme_order SET state = 'ready' WHERE id = ? AND state = 'pending'"),
    invalidateOrders: prepare(invalidateOrdersOfAuthorization),
  };
}

interface HeldTask {
  readonly authorization: Authorization;
  readonly type: string;
}

/** The task if the fence is its latest and the authorization still waits for it; a task nobody waits for goes. */
function takeTask(statements: Statements, id: string, fence: number, now: number): HeldTask | undefined {
  const task = statements.selectTask.get(id);
  if (task?.fence !== fence) return undefined;
  const row = statements.selectAuthorization.get(id);
  if (row?.state === "pending" && now < row.expires_at) {
    return { authorization: authorizationFrom(row), type: task.type };
  }
  statements.removeTask.run(id);
  return undefined;
}

function markValid(statements: Statements, held: HeldTask, now: number, expiresAt: number): void {
  const { id } = held.authorization;
  const challenges = changeChallenge(held, (challenge) => passed(challenge, now));
  const end = Math.max(held.authorization.expiresAt, expiresAt);
  statements.updateAuthorization.run("valid", end, challenges, id);
  for (const order of statements.selectPendingOrders.all(id)) {
    if (statements.standings.areValid(authorizationIdsIn(order), now)) statements.makeReady.run(order.id);
  }
}

function passed(challenge: Challenge, now: number): Challenge {
  const { error: _, ...kept } = challenge;
  return { ...kept, status: "valid", validatedAt: now };
}

function markInvalid(statements: Statements, held: HeldTask, error: string): void {
  const { id, expiresAt } = held.authorization;
  const challenges = changeChallenge(held, (challenge) => ({
    ...challenge,
    status: "invalid",
    error: parse(error),
  }));
  statements.updateAuthorization.run("invalid", expiresAt, challenges, id);
  statements.invalidateOrders.run(error, id);
}

function changeChallenge(
  { authorization, type }: HeldTask,
  change: (challenge: Challenge) => Challenge,
): string {
  return JSON.stringify(
    authorization.challenges.map((challenge) => (challenge.type === type ? change(challenge) : challenge)),
  );
}

function parse(problem: string): NonNullable<Challenge["error"]> {
  return JSON.parse(problem) as NonNullable<Challenge["error"]>;
}

import type { AcmeStore, FinalizationTask, Task, ValidationTask } from "@chancery/acme-server";
import type { SqliteDatabase, Statement } from "../database.ts";
import {
  type AuthorizationRow,
  authorizationColumns,
  authorizationFrom,
  type OrderRow,
  orderColumns,
  orderFrom,
} from "./rows.ts";

/** The queue. */
export function createTaskTransitions(database: SqliteDatabase): Pick<AcmeStore, "claimTasks"> {
  const { read, write } = database;
  const statements = prepareStatements(database);
  return {
    claimTasks: async ({ directoryId, now, leaseUntil, limit }) => {
      // An idle worker looks often; only work is worth the write lock.
      const due = await read(() => findDue(statements, directoryId, now, limit));
      if (due.length === 0) return [];
      return write(() =>
        findDue(statements, directoryId, now, limit).flatMap(({ claim, id }) =>
          claim(statements, id, leaseUntil),
        ),
      );
    },
  };
}

interface DueRow {
  readonly id: string;
  readonly due_at: number;
}

interface Statements {
  readonly dueValidations: Statement<DueRow>;
  readonly dueFinalizations: Statement<DueRow>;
  readonly leaseValidation: Statement<
    Omit<ValidationTask, "authorization" | "kind"> & { key_authorization: string }
  >;
  readonly leaseFinalization: Statement<Pick<FinalizationTask, "csr" | "fence">>;
  readonly selectAuthorization: Statement<AuthorizationRow>;
  readonly selectOrder: Statement<OrderRow>;
}

function prepareStatements({ prepare }: SqliteDatabase): Statements {
  return {
    dueValidations: prepare(`
      SELECT authorization_id AS id, due_at FROM chancery_acme_validation_task
      WHERE directory_id = ? AND due_at <= ? ORDER BY due_at LIMIT ?
    `),
    dueFinalizations: prepare(`
      SELECT order_id AS id, due_at FROM chancery_acme_finalization_task
      WHERE directory_id = ? AND due_at <= ? ORDER BY due_at LIMIT ?
    `),
    leaseValidation: prepare(`
      UPDATE chancery_acme_validation_task SET fence = fence + 1, due_at = ? WHERE authorization_id = ?
      RETURNING type, key_authorization, fence, attempts
    `),
    leaseFinalization: prepare(`
      UPDATE chancery_acme_finalization_task SET fence = fence + 1, due_at = ? WHERE order_id = ?
      RETURNING csr, fence
    `),
    selectAuthorization: prepare(`
      SELECT ${authorizationColumns} FROM chancery_acme_authorization WHERE id = ?
    `),
    selectOrder: prepare(`SELECT ${orderColumns} FROM chancery_acme_order WHERE id = ?`),
  };
}

type Claim = (statements: Statements, id: string, leaseUntil: number) => Task[];

/** The longest due of both kinds, and how to claim each. */
function findDue(
  { dueValidations, dueFinalizations }: Statements,
  directoryId: string,
  now: number,
  limit: number,
): { readonly id: string; readonly dueAt: number; readonly claim: Claim }[] {
  const validations = dueValidations.all(directoryId, now, limit);
  const finalizations = dueFinalizations.all(directoryId, now, limit);
  return [
    ...validations.map(({ id, due_at }) => ({ id, dueAt: due_at, claim: claimValidation })),
    ...finalizations.map(({ id, due_at }) => ({ id, dueAt: due_at, claim: claimFinalization })),
  ]
    .sort((left, right) => left.dueAt - right.dueAt)
    .slice(0, limit);
}

function claimValidation(statements: Statements, id: string, leaseUntil: number): Task[] {
  const task = statements.leaseValidation.get(leaseUntil, id);
  const authorization = statements.selectAuthorization.get(id);
  if (task === undefined || authorization === undefined) return [];
  const { type, key_authorization: keyAuthorization, fence, attempts } = task;
  return [
    {
      kind: "validation",
      authorization: authorizationFrom(authorization),
      type,
      keyAuthorization,
      fence,
      attempts,
    },
  ];
}

function claimFinalization(statements: Statements, id: string, leaseUntil: number): Task[] {
  const task = statements.leaseFinalization.get(leaseUntil, id);
  const order = statements.selectOrder.get(id);
  if (task === undefined || order === undefined) return [];
  // No transition records a failed finalization: it is taken up again until it ends.
  return [{ kind: "finalization", order: orderFrom(order), csr: task.csr, fence: task.fence }];
}

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { patiently, type Wait } from "./patience.ts";
import { storeErrorFrom } from "./sqlite-error.ts";

/** Collects the transitions of one turn of the event loop into one transaction. */
export interface CommitQueue {
  /**
   * Runs a transition in the next transaction and answers once that is committed.
   *
   * Each transition has a savepoint of its own: one that throws is undone alone and rejects alone.
   */
  write<Result>(transition: () => Result): Promise<Result>;
  /** How much went through so far. */
  statistics(): SqliteStatistics;
}

/** Counts since the database object was created. Transitions per commit is how well group commit works. */
export interface SqliteStatistics {
  /** Transitions answered by a commit, also those that were refused and undone. */
  readonly transitions: number;
  /** Transactions committed, each with at most one fsync. */
  readonly commits: number;
}

interface Waiting {
  /** Runs the transition; returns how to answer once it is committed. */
  run(): () => void;
  reject(error: unknown): void;
}

/** More than this takes too long in one turn: about 5 ms. */
const LARGEST_BATCH = 256;

/** Creates the queue of one connection. */
export function createCommitQueue(connection: DatabaseSync, wait: Wait): CommitQueue {
  const statements = prepareControl(connection);
  const waiting: Waiting[] = [];
  let isDraining = false;
  let transitions = 0;
  let commits = 0;

  return Object.freeze({
    write: <Result>(transition: () => Result) =>
      new Promise<Result>((resolve, reject) => {
        waiting.push({ run: () => answerWith(resolve, transition()), reject });
        if (!isDraining) void drain();
      }),
    statistics: () => ({ transitions, commits }),
  });

  async function drain(): Promise<void> {
    isDraining = true;
    while (waiting.length > 0) {
      await nextTurn();
      try {
        await patiently(() => statements.begin.run(), wait);
        commitBatch(waiting.splice(0, LARGEST_BATCH));
      } catch (error) {
        refuse(waiting.splice(0), error);
      }
    }
    isDraining = false;
  }

  function commitBatch(batch: readonly Waiting[]): void {
    try {
      const answers = batch.map((one) => runInSavepoint(connection, statements, one));
      statements.commit.run();
      commits += 1;
      transitions += batch.length;
      for (const answer of answers) answer();
    } catch (error) {
      if (connection.isTransaction) statements.rollback.run();
      refuse(batch, error);
    }
  }
}

interface ControlStatements {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly rollback: StatementSync;
  readonly set: StatementSync;
  readonly release: StatementSync;
  readonly undo: StatementSync;
}

function prepareControl(connection: DatabaseSync): ControlStatements {
  return {
    begin: connection.prepare("BEGIN IMMEDIATE"),
    commit: connection.prepare("COMMIT"),
    rollback: connection.prepare("ROLLBACK"),
    set: connection.prepare("SAVEPOINT transition"),
    release: connection.prepare("RELEASE transition"),
    undo: connection.prepare("ROLLBACK TO transition"),
  };
}

function runInSavepoint(
  connection: DatabaseSync,
  { set, release, undo }: ControlStatements,
  { run, reject }: Waiting,
): () => void {
  set.run();
  try {
    const answer = run();
    release.run();
    return answer;
  } catch (error) {
    // A full disk can make SQLite roll everything back by itself: then no other transition happened either.
    if (!connection.isTransaction) throw error;
    undo.run();
    release.run();
    return () => reject(storeErrorFrom(error));
  }
}

function answerWith<Result>(resolve: (result: Result) => void, result: Result): () => void {
  return () => resolve(result);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function refuse(batch: readonly Waiting[], error: unknown): void {
  for (const { reject } of batch) reject(storeErrorFrom(error));
}

import type { Task } from "../store/acme-store.ts";
import { type FinalizationContext, performFinalization } from "./finalization.ts";
import { createNameGate } from "./name-gate.ts";
import { type Schedule, timers } from "./schedule.ts";
import { leaseOf, type WorkerSettings } from "./settings.ts";
import { performValidation, type ValidationContext } from "./validation.ts";

/** Works off the tasks of one directory: validations, and finalizations that a crash or an outage interrupted. */
export interface Worker {
  /** Begins to look for tasks, now and at every poll interval; a second call does nothing. */
  start(): void;
  /** Looks for tasks at once, if the worker was started. */
  wake(): void;
  /** Claims what is due, works on it and answers how many tasks that were; without `start`, too. */
  tick(): Promise<number>;
  /**
   * Stops claiming, waits for what is running, then aborts it and waits as long again, no longer: a signer may hang for ever.
   * What is unfinished stays in the queue.
   */
  close(): Promise<void>;
}

/** What a worker needs of the directory it works for. */
export type WorkerContext = FinalizationContext & ValidationContext & { readonly directoryId: string };

/** Tasks of one name that wait behind others of it; beyond that they wait in the store. */
const maximumLine = 1000;

/**
 * Creates a worker.
 *
 * @param schedule - Default: the timers of the runtime.
 */
export function createWorker(
  context: WorkerContext,
  settings: WorkerSettings,
  schedule: Schedule = timers,
): Worker {
  const gate = createNameGate(settings.concurrencyPerName, maximumLine);
  const shutdown = new AbortController();
  const conditions = { settings, schedule, shutdown: shutdown.signal };
  const running = new Map<Task, Promise<void>>();
  let state: "closed" | "created" | "started" = "created";
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  let hasBacklog = false;
  let cancelPoll = (): void => undefined;

  // A function, because the compiler takes it that nothing changes while we wait.
  const isClosed = (): boolean => state === "closed";

  /** Claims what is due and begins to work on it; answers when each is done. */
  async function claim(): Promise<readonly Promise<void>[]> {
    const limit = settings.concurrency - gate.running;
    if (limit <= 0 || isClosed()) return [];
    const now = context.now();
    const leaseUntil = now + leaseOf(settings);
    const tasks = await context.store.claimTasks({
      directoryId: context.directoryId,
      now,
      leaseUntil,
      limit,
    });
    if (isClosed()) return [];
    hasBacklog = tasks.length === limit;
    return tasks.map((task) => {
      const done = run(task, leaseUntil);
      running.set(task, done);
      return done;
    });
  }

  /** A task that fails here, for example because the store is away, is claimed again when its lease has ended. */
  async function run(task: Task, leaseUntil: number): Promise<void> {
    try {
      await perform(task, leaseUntil);
    } catch (error) {
      context.report(error);
    }
    running.delete(task);
    if (hasBacklog) wake();
  }

  async function perform(task: Task, leaseUntil: number): Promise<void> {
    const name = nameOf(task);
    const turn = gate.enter(name);
    if (turn === undefined) return;
    await turn;
    try {
      if (isClosed() || context.now() >= leaseUntil) return;
      await (task.kind === "validation"
        ? performValidation(context, conditions, task)
        : performFinalization(context, task));
    } finally {
      gate.leave(name);
    }
  }

  function look(): void {
    if (looking !== undefined) {
      lookAgain = true;
      return;
    }
    cancelPoll();
    looking = claimAll();
  }

  async function claimAll(): Promise<void> {
    try {
      do {
        lookAgain = false;
        void (await claim());
      } while (lookAgain);
    } catch (error) {
      context.report(error);
    }
    looking = undefined;
    if (state === "started") cancelPoll = schedule(look, settings.pollInterval);
  }

  function wake(): void {
    if (state === "started") look();
  }

  /** A look that is under way still uses the store, which the host may close as soon as the worker is closed. */
  async function idle(): Promise<void> {
    await looking;
    await Promise.all(running.values());
  }

  async function close(): Promise<void> {
    state = "closed";
    cancelPoll();
    const cancel = schedule(() => shutdown.abort(new Error("the worker is closing")), settings.drainTimeout);
    let giveUp = (): void => undefined;
    const patience = new Promise<void>((resolve) => {
      giveUp = schedule(resolve, 2 * settings.drainTimeout);
    });
    await Promise.race([idle(), patience]);
    cancel();
    giveUp();
  }

  return Object.freeze({
    start(): void {
      if (state !== "created") return;
      state = "started";
      look();
    },
    wake,
    async tick(): Promise<number> {
      const started = await claim();
      await Promise.all(started);
      return started.length;
    },
    close,
  });
}

/** Validations of one name share its gate, whichever authorization they are for. */
function nameOf(task: Task): string {
  return task.kind === "validation"
    ? `${task.authorization.identifier.type}:${task.authorization.identifier.value}`
    : `order:${task.order.id}`;
}

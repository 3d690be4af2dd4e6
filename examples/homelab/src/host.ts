import type { Log } from "./log/log.ts";
import { type Scheduler, systemScheduler } from "./scheduler.ts";

/** What the server gets from where it runs. */
export interface Host {
  readonly clock: () => Date;
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** Environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Fills in the system's clock and timers, a log that nobody reads, and an empty environment. */
export function completeHost(given: Partial<Host>): Host {
  return Object.freeze<Host>({
    clock: () => new Date(),
    scheduler: systemScheduler,
    log: () => undefined,
    environment: {},
    ...given,
  });
}

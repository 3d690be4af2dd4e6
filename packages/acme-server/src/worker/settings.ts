/** How a worker works; times are milliseconds. */
export interface WorkerSettings {
  /** Tasks at a time, in this process. */
  readonly concurrency: number;
  /** Tasks at a time for one name, in this process. */
  readonly concurrencyPerName: number;
  /** After how many failed attempts a challenge is invalid, unless its validator says fewer. */
  readonly maximumAttempts: number;
  /** Between the first attempt and the second; doubles each time, up to 32 times as much. */
  readonly retryDelay: number;
  /** When an attempt is given up although its validator does not answer. */
  readonly validationTimeout: number;
  /** Between two looks into the queue when nobody has woken the worker. */
  readonly pollInterval: number;
  /** How long `close` waits for attempts that are running. */
  readonly drainTimeout: number;
}

/** How long a claimed task is out of reach for other workers: longer than its attempt can take. */
export function leaseOf({ validationTimeout }: WorkerSettings): number {
  return validationTimeout + leaseMargin;
}

// Time to claim, to write the result down, and for clocks of replicas to differ.
const leaseMargin = 5000;

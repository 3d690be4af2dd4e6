/** What a promise came to in time, or nothing when it came to nothing in time. */
export type InTime<T> = { readonly value: T } | undefined;

/** When something has to be there. */
export interface Deadline {
  /** Milliseconds from the beginning. */
  readonly length: number;
  /** Whether the time is over, also where nothing could tell because the thread was busy. */
  isOver(): boolean;
}

/** Starts to count. */
export function startDeadline(milliseconds: number): Deadline {
  const end = performance.now() + milliseconds;
  return { length: milliseconds, isOver: () => performance.now() > end };
}

/** The reason that signals and failures give for lateness. */
export function lateness({ length }: Deadline): DOMException {
  return new DOMException(`no answer within ${length / 1000} s`, "TimeoutError");
}

/**
 * Waits for a promise, and no longer than a deadline. The timer is gone when this settles, and keeps no process alive.
 *
 * @param controller - Aborted, with a `TimeoutError`, when the time is over.
 * @throws What the promise rejects with, if it does so in time; later it does so unnoticed.
 */
export async function inTime<T>(
  promise: PromiseLike<T>,
  deadline: Deadline,
  controller: AbortController,
): Promise<InTime<T>> {
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    resolve(undefined);
    controller.abort(lateness(deadline));
  }, deadline.length);
  unref(timer);
  try {
    const outcome = await Promise.race([Promise.resolve(promise).then((value) => ({ value })), over]);
    if (outcome === undefined || !deadline.isOver()) return outcome;
    // The answer overtook the timer, which could not run.
    controller.abort(lateness(deadline));
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Only Node has timers that would keep a process alive. */
function unref(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}

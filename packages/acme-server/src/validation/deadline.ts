/** The reason with which {@link withDeadline} aborts work that took too long. */
export class DeadlineExceeded extends Error {
  constructor(milliseconds: number) {
    super(`not done after ${milliseconds} ms`);
    this.name = "DeadlineExceeded";
  }
}

/**
 * Runs work under a signal that aborts with `signal`, or with {@link DeadlineExceeded} after a time.
 *
 * The work must settle soon after its signal aborts; its outcome is the outcome of this call.
 */
export async function withDeadline<T>(
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const forward = () => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(new DeadlineExceeded(milliseconds)), milliseconds);
  signal.addEventListener("abort", forward, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", forward);
  }
}

/** Settles like `promise`, or rejects with the signal's reason as soon as it aborts: for work that may ignore the signal. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** The reason of an aborted signal as the error that streams want; a reason can be any value. */
export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("aborted", { cause: signal.reason });
}

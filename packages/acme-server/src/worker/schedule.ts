/**
 * Calls back once after a delay in milliseconds, unless cancelled first.
 *
 * @returns Cancels the call.
 */
export type Schedule = (callback: () => void, delay: number) => () => void;

/** A {@link Schedule} over the timers of the runtime, which keep the process alive until they are cancelled. */
export const timers: Schedule = (callback, delay) => {
  const timer = setTimeout(callback, delay);
  return () => clearTimeout(timer);
};

/** Does things later. Injected, so that a test decides when later is. */
export interface Scheduler {
  /**
   * Runs a task once.
   *
   * @param milliseconds - At most 2^31 - 1, what a timer of Node can count.
   * @returns Calls it off.
   */
  after(milliseconds: number, task: () => void): () => void;
}

/** Timers of Node, which do not keep the process alive. */
export const systemScheduler: Scheduler = Object.freeze({
  after(milliseconds: number, task: () => void) {
    const timer = setTimeout(task, milliseconds).unref();
    return () => clearTimeout(timer);
  },
});

/** What has to be taken back, whatever happens. */
export interface Cleanup {
  add(step: () => unknown): void;
  /** Runs the steps, the last first; a second call awaits the first. */
  run(): Promise<void>;
}

/** Creates an empty list of steps. One that fails does not keep the others from running. */
export function createCleanup(): Cleanup {
  const steps: (() => unknown)[] = [];
  let running: Promise<void> | undefined;

  async function runAll(): Promise<void> {
    for (const step of steps.toReversed()) await Promise.allSettled([Promise.resolve().then(step)]);
  }

  return Object.freeze<Cleanup>({
    add: (step) => void steps.push(step),
    run() {
      running ??= runAll();
      return running;
    },
  });
}

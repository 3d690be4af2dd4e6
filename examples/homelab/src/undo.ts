/** Steps that take back what was done, for a start that fails half-way and for the stop. */
export interface Undo {
  add(step: () => Promise<void> | void): void;
  /** Runs the steps, the last first. A second call awaits the first. */
  run(): Promise<void>;
}

/** Creates an empty list of steps; a step that throws does not keep the others from running, and `onError` hears of it. */
export function createUndo(onError: (error: unknown) => void): Undo {
  const steps: (() => Promise<void> | void)[] = [];
  let running: Promise<void> | undefined;

  async function runAll(): Promise<void> {
    for (const step of steps.toReversed()) {
      try {
        await step();
      } catch (error) {
        onError(error);
      }
    }
  }

  return Object.freeze<Undo>({
    add: (step) => void steps.push(step),
    run() {
      running ??= runAll();
      return running;
    },
  });
}

/** Registers one case with a test runner: `test` of vitest, node:test, jest or bun will do. */
export type RegisterTest = (name: string, body: () => Promise<void>) => unknown;

/** A fresh, empty store for one case. */
export interface OpenedStore<Store> {
  readonly store: Store;
  /**
   * A second handle on the same data, as another process would hold it: for a database, a store on a connection of
   * its own. Races run over both handles, and what one has been promised the other must see. A store that
   * cannot leave its process has one handle: give the same object twice.
   */
  readonly replica: Store;
  /** Frees what `open` took; called once, after the case, whatever its outcome. */
  close(): Promise<void>;
}

/** What a conformance suite needs from the author of a store. */
export interface ConformanceOptions<Store> {
  readonly test: RegisterTest;
  open(): Promise<OpenedStore<Store>>;
}

/** The cases of a suite: the sentence of the contract that each proves, and how. */
export type ConformanceCases<Store> = Readonly<Record<string, (opened: OpenedStore<Store>) => Promise<void>>>;

/** Registers every case under its sentence, each with a fresh store of its own. There is no way to leave one out. */
export function registerCases<Store>(
  { test, open }: ConformanceOptions<Store>,
  cases: ConformanceCases<Store>,
): void {
  for (const [sentence, body] of Object.entries(cases)) {
    test(sentence, async () => {
      const opened = await open();
      try {
        await body(opened);
      } finally {
        await opened.close();
      }
    });
  }
}

/** Starts `count` calls at once, by turns on both handles, and waits for all of them. */
export function race<Store, Result>(
  { store, replica }: OpenedStore<Store>,
  count: number,
  call: (handle: Store, index: number) => Promise<Result>,
): Promise<Result[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => call(index % 2 === 0 ? store : replica, index)),
  );
}

/** Lets everything that is due happen first: timers, I/O, other callers. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Shares a few sessions among any number of operations: a session can do one at a time. */
export interface SessionPool<Entry> {
  /** Runs an operation in a session of its own; waits for one when all are busy. A session in which one fails is closed. */
  use<Result>(operation: (entry: Entry) => Promise<Result>): Promise<Result>;
  /** Closes the sessions that are idle: the next operations open others. */
  flush(): void;
  /** Waits for the operations that were called for, then closes every session. */
  close(): Promise<void>;
}

/** What a {@link SessionPool} is made of. */
export interface SessionPoolOptions<Entry> {
  /** At most so many at a time, 1 or more. */
  readonly limit: number;
  /** Opens a session; undefined when the token has no more. Never called while another call of it runs. */
  readonly open: () => Promise<Entry | undefined>;
  readonly close: (entry: Entry) => void;
}

/** Creates a pool. Sessions are opened when they are needed, and stay open. */
export function createSessionPool<Entry>(options: SessionPoolOptions<Entry>): SessionPool<Entry> {
  const idle: Entry[] = [];
  const waiting: ((entry: Entry | undefined) => void)[] = [];
  const running = new Set<Promise<void>>();
  let limit = options.limit;
  let count = 0;
  let opened: Promise<unknown> = Promise.resolve();

  return Object.freeze({
    use<Result>(operation: (entry: Entry) => Promise<Result>): Promise<Result> {
      const result = run(operation);
      const end = result.then(
        () => void running.delete(end),
        () => void running.delete(end),
      );
      running.add(end);
      return result;
    },
    flush,
    async close() {
      while (running.size > 0) await Promise.all(running);
      flush();
    },
  });

  async function run<Result>(operation: (entry: Entry) => Promise<Result>): Promise<Result> {
    const entry = await acquire();
    try {
      const result = await operation(entry);
      giveBack(entry);
      return result;
    } catch (error) {
      discard(entry);
      throw error;
    }
  }

  async function acquire(): Promise<Entry> {
    for (;;) {
      // Nothing may happen between finding that there is no session and beginning to wait for one.
      const entry = idle.pop() ?? (count < limit ? await openAnother() : await turn());
      if (entry !== undefined) return entry;
    }
  }

  function turn(): Promise<Entry | undefined> {
    return new Promise((resolve) => waiting.push(resolve));
  }

  async function openAnother(): Promise<Entry | undefined> {
    count += 1;
    const opening = opened.then(options.open);
    opened = opening.catch(() => undefined);
    try {
      const entry = await opening;
      if (entry === undefined) makeDo();
      return entry;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** The token has no further session: those that are open have to do. */
  function makeDo(): void {
    if (count === 1) throw new Error("the token has no session left");
    count -= 1;
    limit = count;
  }

  function giveBack(entry: Entry): void {
    const next = waiting.shift();
    if (next === undefined) idle.push(entry);
    else next(entry);
  }

  function discard(entry: Entry): void {
    options.close(entry);
    leave();
  }

  /** One session less: whoever waits may open another. */
  function leave(): void {
    count -= 1;
    waiting.shift()?.(undefined);
  }

  function flush(): void {
    for (const entry of idle.splice(0)) discard(entry);
  }
}

/** What sends signals: a process. */
export interface SignalSource {
  on(signal: "SIGHUP" | "SIGINT" | "SIGTERM", listener: () => void): unknown;
}

/** What to do about signals. */
export interface SignalActions {
  /** Called once, at the first signal. */
  readonly stop: (signal: string) => void;
  /** Called when somebody insists. */
  readonly force: (signal: string) => void;
  /** Milliseconds on a clock that is never set. */
  readonly now: () => number;
}

/**
 * Acts on SIGTERM, SIGINT and SIGHUP. Signals within a second of the first are the first once more: a terminal, npm and a
 * supervisor each pass on what they got.
 */
export function obeySignals(source: SignalSource, { stop, force, now }: SignalActions): void {
  let firstAt: number | undefined;
  const obey = (signal: string): void => {
    if (firstAt === undefined) {
      firstAt = now();
      stop(signal);
    } else if (now() - firstAt > oneAndTheSame) force(signal);
  };
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) source.on(signal, () => obey(signal));
}

const oneAndTheSame = 1000;

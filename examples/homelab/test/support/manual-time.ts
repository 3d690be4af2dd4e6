import type { Scheduler } from "../../src/scheduler.ts";

/** A clock and timers that only move when they are told to. */
export interface ManualTime {
  readonly clock: () => Date;
  readonly scheduler: Scheduler;
  now(): number;
  /** Sets the clock, as an operator does: no timer notices. */
  setClock(now: number): void;
  /** Lets time pass; runs each timer at its time and waits until what it started has come to rest. */
  advance(milliseconds: number): Promise<void>;
  /** The longest delay that anybody has asked for. */
  longestDelay(): number;
}

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

export function createManualTime(start: number, rest: () => Promise<void> = nextTurn): ManualTime {
  let elapsed = 0;
  let offset = start;
  let longest = 0;
  const timers = new Set<Timer>();
  const due = (until: number) =>
    [...timers].filter(({ at }) => at <= until).toSorted((one, other) => one.at - other.at)[0];

  return {
    clock: () => new Date(offset + elapsed),
    scheduler: {
      after(milliseconds, task) {
        longest = Math.max(longest, milliseconds);
        const timer = { at: elapsed + milliseconds, task };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
    now: () => offset + elapsed,
    setClock(now) {
      offset = now - elapsed;
    },
    async advance(milliseconds) {
      const until = elapsed + milliseconds;
      for (let timer = due(until); timer !== undefined; timer = due(until)) {
        timers.delete(timer);
        elapsed = timer.at;
        timer.task();
        await rest();
      }
      elapsed = until;
    },
    longestDelay: () => longest,
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * Limits how many tasks work on one name at a time, so that one name cannot take all places. Names that lead to one address
 * count apart.
 *
 * Whoever finds a name busy waits in line for it, without holding up other names.
 */
export interface NameGate {
  /** How many hold a place now; waiting ones not counted. */
  readonly running: number;
  /** Waits for a place; undefined at once when the line is full. Each place taken has to be left again. */
  enter(name: string): Promise<void> | undefined;
  /** Gives a place back, to the first in line if there is one. */
  leave(name: string): void;
}

/**
 * Creates a gate.
 *
 * @param perName - Places of each name.
 * @param line - How many may wait, all names together.
 */
export function createNameGate(perName: number, line: number): NameGate {
  const names = new Map<string, { running: number; readonly waiting: (() => void)[] }>();
  let running = 0;
  let waiting = 0;

  function enter(name: string): Promise<void> | undefined {
    const place = names.get(name) ?? { running: 0, waiting: [] };
    if (place.running < perName) {
      names.set(name, place);
      place.running += 1;
      running += 1;
      return Promise.resolve();
    }
    if (waiting >= line) return undefined;
    waiting += 1;
    return new Promise((resolve) => place.waiting.push(resolve));
  }

  function leave(name: string): void {
    const place = names.get(name);
    const next = place?.waiting.shift();
    if (next !== undefined) {
      waiting -= 1;
      next();
      return;
    }
    running -= 1;
    if (place === undefined) return;
    place.running -= 1;
    if (place.running === 0) names.delete(name);
  }

  return Object.freeze({
    get running(): number {
      return running;
    },
    enter,
    leave,
  });
}

/**
 * Lets everything else that waits for the event loop run first. A timer and not a promise, because promises run before anything
 * else does; not setImmediate, because only Node has it.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

import { isAuthorityObserved, publishAuthorityEvent } from "#diagnostics";
import type { AuthorityEvent } from "./authority-event.ts";

/** Hears of events; what it returns is ignored. */
export type AuthorityListener = (event: AuthorityEvent) => void;

/** Tells an event, which is made only when somebody listens. */
export type Emit = (event: () => AuthorityEvent) => void;

/**
 * Makes the function that tells events to the authority's listener and to the diagnostics channel `chancery.authority`.
 *
 * A listener that throws changes nothing about what has happened: its error is thrown again outside of the authority, as an
 * uncaught error of the program that brought the listener.
 */
export function createEmitter(listener: AuthorityListener | undefined): Emit {
  return (make) => {
    const isObserved = isAuthorityObserved();
    if (listener === undefined && !isObserved) return;
    const event = Object.freeze(make());
    if (isObserved) publishAuthorityEvent(event);
    if (listener !== undefined) tell(listener, event);
  };
}

function tell(listener: AuthorityListener, event: AuthorityEvent): void {
  try {
    listener(event);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

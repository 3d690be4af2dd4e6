import { channel } from "node:diagnostics_channel";

const authorityChannel = channel("chancery.authority");

/** Whether anybody listens to the diagnostics channel `chancery.authority`. */
export function isAuthorityObserved(): boolean {
  return authorityChannel.hasSubscribers;
}

/** Publishes an event of an authority on the diagnostics channel `chancery.authority`. */
export function publishAuthorityEvent(event: object): void {
  authorityChannel.publish(event);
}

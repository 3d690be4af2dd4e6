/** This platform has no diagnostics channels. */
export function isAuthorityObserved(): boolean {
  return false;
}

/** Does nothing. */
export function publishAuthorityEvent(_event: object): void {}

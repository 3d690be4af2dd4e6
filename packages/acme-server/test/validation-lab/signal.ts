/** A signal that never aborts. */
export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

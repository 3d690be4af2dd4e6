import { formatDuration, parseDuration } from "../claims/duration.ts";
import { senseless } from "./configured.ts";

/** A request waits as long as its policies do. Far below 2^31 milliseconds, where timers would end at once. */
const longest = 3_600_000;

/**
 * Reads how long a policy may take.
 *
 * @param text - A duration such as `PT5S`.
 * @returns Milliseconds, more than 0 and at most an hour.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function readPolicyTimeout(text: string): number {
  const timeout = parseDuration(text);
  if (timeout <= longest) return timeout;
  throw senseless(
    `policyTimeout is ${formatDuration(timeout)}, allowed is ${formatDuration(longest)} at most`,
  );
}

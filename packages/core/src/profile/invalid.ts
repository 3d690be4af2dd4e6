import { ConfigurationError } from "../errors.ts";

/** An option of a profile that cannot work; the message names profile and field. */
export function invalid(profile: string, field: string, fault: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", `profile ${profile}: ${field} ${fault}`, { cause });
}

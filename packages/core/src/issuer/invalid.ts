import { ConfigurationError } from "../errors.ts";

/** An option that cannot work: `ERR_OPTION_INVALID`. */
export function invalid(message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message, { cause });
}

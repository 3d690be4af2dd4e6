import { ConfigurationError } from "../errors.ts";

/** A certificate or a signer that cannot serve as an issuer: `ERR_ISSUER_UNFIT`. */
export function unfit(message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError("ERR_ISSUER_UNFIT", message, { cause });
}

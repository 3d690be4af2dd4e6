import { ConfigurationError } from "@chancery/core";

/** Checks a TCP port option. @throws {ConfigurationError} `ERR_OPTION_INVALID`: not a whole number from 1 to 65535. */
export function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return;
  throw new ConfigurationError(
    "ERR_OPTION_INVALID",
    `option port is ${port}, expected a whole number from 1 to 65535`,
  );
}

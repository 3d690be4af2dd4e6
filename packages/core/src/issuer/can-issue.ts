import { ConfigurationError } from "../errors.ts";
import type { Issuer } from "./issuer.ts";

/** Checks that an issuer, and the chain above it, is valid at `now`. @throws {ConfigurationError} `ERR_ISSUER_EXPIRED` */
export function assertCanIssue({ subject, validity }: Issuer, now: number): void {
  // notAfter is the last second that counts.
  if (now >= validity.notBefore && now < validity.notAfter + 1000) return;
  const [first, last] = [validity.notBefore, validity.notAfter].map((time) => new Date(time).toISOString());
  throw new ConfigurationError(
    "ERR_ISSUER_EXPIRED",
    `issuer "${subject}" can issue from ${first} to ${last}, it is ${new Date(now).toISOString()}`,
  );
}

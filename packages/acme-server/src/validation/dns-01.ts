import { parseDuration } from "@chancery/core";
import { AttemptFailure, makeAttempt } from "./attempt.ts";
import type { ChallengeValidator } from "./challenge-validator.ts";
import { assertChallenge, dnsRecordValue } from "./key-authorization.ts";
import { type Resolution, type Resolver, resolutionInTime } from "./resolver.ts";

/** Options of {@link dns01}. */
export interface Dns01Options {
  readonly resolver: Resolver;
  /** Time of one attempt, as a duration; default `10s`. */
  readonly timeout?: string;
}

/**
 * Creates the validator for dns-01: a TXT record at `_acme-challenge` below the name. It is the one for wildcards.
 *
 * Any one of several records may hold the value, so that challenges for a name and its wildcard can be answered together.
 * Every failure is worth another attempt: a record may be on its way to the server that was asked. There are as many as
 * the worker makes: the last one 75 s after the first with its defaults.
 *
 * Problems: `dns` when the question was not answered or the name does not exist, `unauthorized` when the value is not there.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the timeout is not a duration.
 * @see RFC 8555 section 8.4
 */
export function dns01({ resolver, timeout = "10s" }: Dns01Options): ChallengeValidator {
  const milliseconds = parseDuration(timeout);
  return Object.freeze<ChallengeValidator>({
    type: "dns-01",
    supports: ({ type }) => type === "dns",
    async validate(challenge, signal) {
      assertChallenge(challenge);
      const name = `_acme-challenge.${challenge.identifier.value}`;
      return makeAttempt(`the TXT query for ${name}`, milliseconds, signal, async (limited) => {
        const resolution = await resolutionInTime(resolver.resolveTxt(name, limited), limited);
        judge(resolution, name, dnsRecordValue(challenge.keyAuthorization));
      });
    },
  });
}

function judge(resolution: Resolution, name: string, expected: string): void {
  const values = resolution.outcome === "found" ? resolution.values : [];
  if (values.includes(expected)) return;
  const problemType =
    resolution.outcome === "found" || resolution.outcome === "noData" ? "unauthorized" : "dns";
  const quoted = values.includes(`"${expected}"`)
    ? ", one of them with quotation marks around the value"
    : "";
  const detail = `no TXT record at ${name} holds ${expected}: ${resolution.explanation}${quoted}`;
  throw new AttemptFailure("retry", problemType, detail);
}

import type { ChallengeToValidate, ChallengeValidator } from "@chancery/acme-server";
import { formatIdentifier } from "@chancery/core";
import type { Log } from "../log/log.ts";

/** Makes a validator that writes to the log what its attempts found. */
export function logValidator(validator: ChallengeValidator, log: Log): ChallengeValidator {
  const { type } = validator;
  return Object.freeze<ChallengeValidator>({
    ...validator,
    async validate(challenge, signal) {
      const result = await validator.validate(challenge, signal);
      const identifier = formatIdentifier(challenge.identifier);
      if (result.outcome === "valid") {
        log("info", "challenge.valid", { type, identifier });
        return result;
      }
      log("warn", "challenge.failed", {
        type,
        identifier,
        outcome: result.outcome,
        problem: result.problem.type,
        detail: withoutKeyAuthorization(result.problem.detail, challenge),
      });
      return result;
    },
  });
}

/** The client may read in its problem what it should have published; a log has no use for it, and is read by others. */
function withoutKeyAuthorization(detail: string, { keyAuthorization, token }: ChallengeToValidate): string {
  return detail.replaceAll(keyAuthorization, "[key authorization]").replaceAll(token, "[token]");
}

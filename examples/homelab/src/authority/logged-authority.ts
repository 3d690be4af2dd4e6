import {
  type CertificateAuthority,
  formatIdentifier,
  formatRequester,
  isCaError,
  type Requester,
} from "@chancery/core";
import type { Log } from "../log/log.ts";

/** Makes an authority that writes to the log what it refuses. Failures are for the caller to report. */
export function logAuthority(ca: CertificateAuthority, log: Log): CertificateAuthority {
  const refused = (requester: Requester, error: unknown): void => {
    if (!isCaError(error) || isFailure(error.code)) return;
    log("warn", "certificate.refused", {
      requester: formatRequester(requester),
      code: error.code,
      reason: error.message,
    });
  };
  return Object.freeze<CertificateAuthority>({
    ...ca,
    async issue(request) {
      try {
        return await ca.issue(request);
      } catch (error) {
        refused(request.requester, error);
        throw error;
      }
    },
    async explainNames(request) {
      const explanation = await ca.explainNames(request);
      if (explanation.verdict === "deny") {
        log("warn", "order.refused", {
          requester: formatRequester(request.requester),
          identifiers: request.identifiers.map(formatIdentifier),
          reasons: explanation.denials.map(({ rule, input, reason }) => `${input}: ${reason} (${rule})`),
        });
      }
      return explanation;
    },
  });
}

/** Codes of what is nobody's request's fault. */
function isFailure(code: string): boolean {
  return code.startsWith("ERR_STORE_") || code.startsWith("ERR_SIGNER_") || code === "ERR_POLICY_FAILED";
}

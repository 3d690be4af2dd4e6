import {
  type CertificateAuthority,
  formatIdentifier,
  formatRequester,
  type Identifier,
  type IssuedCertificate,
  isCaError,
  type Requester,
} from "@chancery/core";
import type { Log } from "../log/log.ts";

/** Makes an authority that writes to the log what it issues, refuses and revokes. Failures are for the caller to report. */
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
        const certificate = await ca.issue(request);
        log("info", "certificate.issued", describeCertificate(certificate));
        return certificate;
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
    async revoke(request) {
      const certificate = await ca.revoke(request);
      log("info", "certificate.revoked", {
        serialNumber: certificate.serialNumber,
        identifiers: names(certificate.identifiers),
        requester: formatRequester(request.requester),
        reason: request.reason,
      });
      return certificate;
    },
  });
}

function describeCertificate(certificate: IssuedCertificate): Parameters<Log>[2] {
  return {
    serialNumber: certificate.serialNumber,
    identifiers: names(certificate.identifiers),
    requester: formatRequester(certificate.requester),
    profile: certificate.profile,
    notAfter: certificate.notAfter,
  };
}

function names(identifiers: readonly Identifier[]): readonly string[] {
  return identifiers.map(formatIdentifier);
}

/** Codes of what is nobody's request's fault. */
function isFailure(code: string): boolean {
  return code.startsWith("ERR_STORE_") || code.startsWith("ERR_SIGNER_") || code === "ERR_POLICY_FAILED";
}

import {
  type AuthorityListener,
  formatIdentifier,
  formatRequester,
  type IssuedCertificate,
} from "@chancery/core";
import type { Log } from "../log/log.ts";

/** Makes the listener that writes to the log what an authority has done. Refusals are `logAuthority`'s, which hears of all. */
export function logEvents(log: Log): AuthorityListener {
  return (event) => {
    switch (event.type) {
      case "certificate.issued":
        return log("info", event.type, { ...describe(event.certificate), operation: event.operation });
      case "certificate.held":
      case "certificate.released":
      case "certificate.revoked":
        return log("info", event.type, {
          serialNumber: event.certificate.serialNumber,
          identifiers: event.certificate.identifiers.map(formatIdentifier),
          requester: formatRequester(event.requester),
          reason: event.certificate.revocation?.reason,
        });
      case "key.blocked":
        return log("info", event.type, {
          publicKeyHash: event.block.publicKeyHash,
          requester: formatRequester(event.requester),
          reason: event.block.reason,
        });
      case "crl.published":
        return log("info", event.type, {
          number: event.crl.number,
          partition: event.crl.partition,
          kind: event.crl.kind,
          nextUpdate: new Date(event.crl.nextUpdate),
        });
      case "certificate.refused":
        return undefined;
    }
  };
}

function describe(certificate: IssuedCertificate): Parameters<Log>[2] {
  return {
    serialNumber: certificate.serialNumber,
    identifiers: certificate.identifiers.map(formatIdentifier),
    requester: formatRequester(certificate.requester),
    profile: certificate.profile,
    notAfter: certificate.notAfter,
  };
}

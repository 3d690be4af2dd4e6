import type { IssuedCertificate } from "../certificate-authority.ts";
import type { Explanation } from "../policy/explanation.ts";
import type { Requester } from "../requester.ts";
import type { BlockedKey, CrlRecord } from "../store/certificate-store.ts";

/**
 * Something that has happened in an authority, told after it is durable.
 *
 * Events are for logs, metrics and notifications; the audit trail is what is kept.
 */
export type AuthorityEvent =
  | {
      readonly type: "certificate.issued";
      readonly certificate: IssuedCertificate;
      /** Absent for what was completed after a crash. */
      readonly operation?: "issue" | "rekey" | "renew";
    }
  | {
      /** Policy refused a request, or could not be evaluated. */
      readonly type: "certificate.refused";
      readonly requester: Requester;
      readonly operation: "issue" | "rekey" | "renew";
      readonly explanation: Explanation;
    }
  | {
      readonly type: "certificate.held" | "certificate.released" | "certificate.revoked";
      readonly certificate: IssuedCertificate;
      readonly requester: Requester;
    }
  | { readonly type: "key.blocked"; readonly block: BlockedKey; readonly requester: Requester }
  | { readonly type: "crl.published"; readonly crl: CrlRecord };

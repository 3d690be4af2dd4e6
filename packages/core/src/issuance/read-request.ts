import type { ProvisionerExtension } from "../profile/provisioner-extension.ts";
import type { CertificateRecord } from "../store/certificate-store.ts";
import type { RequestIdentity } from "./idempotency.ts";
import type { Wish } from "./plan.ts";
import type { Subject } from "./subject.ts";

/** A request whose subject has been read: what steps 2 to 6 of an issuance work on. */
export interface ReadRequest extends RequestIdentity {
  readonly subject: Subject;
  readonly wish: Wish;
  readonly provisionerExtension?: ProvisionerExtension;
  /** The certificate that is renewed. */
  readonly replaces?: CertificateRecord;
  /** Throws when what the request rests on, an earlier certificate, is not there any more. */
  readonly assertStanding?: () => Promise<void>;
}

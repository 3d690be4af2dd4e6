import type { CrlOptions } from "./crl/publish.ts";
import type { AuthorityListener } from "./events/emit.ts";
import type { Issuer } from "./issuer/issuer.ts";
import type { IssuerAssignment } from "./issuer/roster.ts";
import type { Policy, PolicyLevel } from "./policy/policy.ts";
import type { DistributionOptions } from "./profile/distribution.ts";
import type { Profile } from "./profile/profile.ts";
import type { Requester } from "./requester.ts";
import type { CertificateStore } from "./store/certificate-store.ts";

/** Input of `createCertificateAuthority`. */
export interface CertificateAuthorityOptions {
  /**
   * At least one. Of several that serve a profile, the one whose `activeFrom` has come last issues; the others publish
   * their revocations until the last certificate of theirs has ended.
   */
  readonly issuers: readonly (Issuer | IssuerAssignment)[];
  readonly store: CertificateStore;
  /** At least one that can allow: what no policy allows is refused. */
  readonly policies: readonly Policy[];
  /**
   * Further levels of policies that have to grant what a requester asks: those of its provisioner, of its account. Asked for
   * every issuance, renewals too. What it throws refuses the request. Default: none.
   */
  readonly policyLevels?: (requester: Requester) => readonly PolicyLevel[] | Promise<readonly PolicyLevel[]>;
  /** How long a policy may take, a duration up to `PT1H`; default `PT5S`. One that takes longer refuses the request. */
  readonly policyTimeout?: string;
  /** The first is the default; default: `tlsServer()` alone. */
  readonly profiles?: readonly Profile[];
  /** Where relying parties find CRLs, OCSP and the issuer's certificate; default: nowhere, and certificates do not say. */
  readonly distribution?: DistributionOptions;
  readonly crl?: CrlOptions;
  /** Whether refusals by policy become entries of the audit trail; default true. */
  readonly auditRefusals?: boolean;
  /** Hears of what has happened, once it is durable; see `AuthorityEvent`. */
  readonly onEvent?: AuthorityListener;
  /** Default: the system's clock. */
  readonly clock?: () => Date;
  /** Source of random octets; default: the platform's generator. */
  readonly random?: (length: number) => Uint8Array;
}

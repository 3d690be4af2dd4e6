import type { Issuer } from "../issuer/issuer.ts";
import type { Policy } from "../policy/policy.ts";
import type { Profile } from "../profile/profile.ts";
import type { CertificateStore } from "../store/certificate-store.ts";

/** Everything an issuance uses: what `createCertificateAuthority` was given, checked. */
export interface IssuanceContext {
  readonly issuer: Issuer;
  /** SubjectPublicKeyInfo of every certificate of the issuer's chain: keys that no end entity may have. */
  readonly authorityKeys: readonly Uint8Array[];
  readonly store: CertificateStore;
  /** At least one; the first is the default. */
  readonly profiles: readonly Profile[];
  readonly policies: readonly Policy[];
  /** Milliseconds since 1970 UTC. */
  now(): number;
  random(length: number): Uint8Array;
}

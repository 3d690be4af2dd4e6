import type { Emit } from "../events/emit.ts";
import type { Roster } from "../issuer/roster.ts";
import type { PolicyLevel } from "../policy/policy.ts";
import type { Distribution } from "../profile/distribution.ts";
import type { Profile } from "../profile/profile.ts";
import type { Requester } from "../requester.ts";
import type { CertificateStore } from "../store/certificate-store.ts";
import type { ToBeSignedEncoder } from "./to-be-signed.ts";

/** Everything an issuance uses: what `createCertificateAuthority` was given, checked. */
export interface IssuanceContext {
  readonly roster: Roster;
  /** SubjectPublicKeyInfo of every certificate of every issuer's chains: keys that no end entity may have. */
  readonly authorityKeys: readonly Uint8Array[];
  readonly store: CertificateStore;
  /** At least one; the first is the default. */
  readonly profiles: readonly Profile[];
  /** The policies that judge what a requester asks: those of the authority first. */
  policyLevels(requester: Requester): readonly PolicyLevel[] | Promise<readonly PolicyLevel[]>;
  /** Milliseconds that a policy may take. */
  readonly policyTimeout: number;
  readonly distribution: Distribution;
  /** How many CRLs new certificates are spread over. */
  readonly crlPartitions: number;
  readonly encodeToBeSigned: ToBeSignedEncoder;
  /** Whether refusals by policy are written to the audit trail. */
  readonly auditRefusals: boolean;
  /** Milliseconds since 1970 UTC. */
  now(): number;
  random(length: number): Uint8Array;
  readonly emit: Emit;
}

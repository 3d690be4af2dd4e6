import type { CertificateAuthority } from "@chancery/core";
import type { Nonces } from "./nonce/nonces.ts";
import type { KeyCache } from "./request/key-cache.ts";
import type { Routes } from "./routes.ts";
import type { AcmeStore } from "./store/acme-store.ts";
import type { ChallengeValidator } from "./validation/challenge-validator.ts";

/** What one directory works with: the options of `createAcmeServer`, checked and completed. Times are milliseconds. */
export interface Context {
  readonly directoryId: string;
  readonly ca: CertificateAuthority;
  readonly store: AcmeStore;
  readonly routes: Routes;
  readonly nonces: Nonces;
  readonly keys: KeyCache;
  /** In the order in which challenges are offered. */
  readonly validators: readonly ChallengeValidator[];
  readonly profile: string | undefined;
  readonly meta: DirectoryMeta;
  readonly limits: Limits;
  /** How long an order and its pending authorizations live. */
  readonly orderLifetime: number;
  /** How long an authorization counts after its validation. */
  readonly authorizationLifetime: number;
  readonly reuseAuthorizations: boolean;
  readonly now: () => number;
  readonly random: (length: number) => Uint8Array;
  /** Tells the worker of this process that there is a task. */
  readonly wakeWorker: () => void;
  /** Hands an error that no client is told about to whoever operates the server. Never throws. */
  readonly report: (error: unknown) => void;
}

/** The `meta` member of a directory, as far as it is configured. */
export interface DirectoryMeta {
  readonly termsOfService?: string;
  readonly website?: string;
  readonly caaIdentities?: readonly string[];
}

/** What one request may ask for at most. */
export interface Limits {
  readonly bodyOctets: number;
  readonly identifiers: number;
}

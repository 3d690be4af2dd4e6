export type { Account, AccountStatus } from "./model/account.ts";
export type {
  Authorization,
  AuthorizationState,
  AuthorizationStatus,
  Challenge,
  ChallengeStatus,
} from "./model/authorization.ts";
export type { Order, OrderState } from "./model/order.ts";
export type { AcmeServerOptions, NonceSettings, WorkerOptions } from "./options.ts";
export type { ProblemType, StoredProblem } from "./problem.ts";
export { type AcmeServer, createAcmeServer } from "./server.ts";
export type { AcmeStore, FinalizationTask, Task, ValidationTask } from "./store/acme-store.ts";
export { createMemoryAcmeStore } from "./store/memory.ts";
export type { AddressPolicyOptions } from "./validation/address-policy.ts";
export type {
  ChallengeToValidate,
  ChallengeValidator,
  ValidationResult,
} from "./validation/challenge-validator.ts";
export { type Dns01Options, dns01 } from "./validation/dns-01.ts";
export { type Http01Options, http01 } from "./validation/http-01.ts";
export {
  createOutboundNetwork,
  type OutboundNetwork,
  type OutboundNetworkOptions,
} from "./validation/outbound-network.ts";
export {
  createResolver,
  type Resolution,
  type Resolver,
  type ResolverOptions,
} from "./validation/resolver.ts";
export { type TlsAlpn01Options, tlsAlpn01 } from "./validation/tls-alpn-01.ts";

import { type ConformanceOptions, registerCases } from "@chancery/core/conformance";
import type { AcmeStore } from "../store/acme-store.ts";
import { accountCases } from "./acme-store-cases/accounts.ts";
import { authorizationCases } from "./acme-store-cases/authorizations.ts";
import { finalizationCases } from "./acme-store-cases/finalizations.ts";
import { nonceAndValueCases } from "./acme-store-cases/nonces-and-values.ts";
import { orderCases } from "./acme-store-cases/orders.ts";
import { taskCases } from "./acme-store-cases/tasks.ts";
import { validationCases } from "./acme-store-cases/validations.ts";

/**
 * Proves that an ACME store keeps the contract of {@link AcmeStore}: races between replicas, the edges of RFC 8555
 * section 7.1.6, leases and fences, hostile values. A store that passes may serve ACME servers, several at once.
 *
 * Takes the same options as `certificateStoreConformance` of `@chancery/core/conformance`.
 */
export function acmeStoreConformance(options: ConformanceOptions<AcmeStore>): void {
  registerCases(options, {
    ...accountCases,
    ...orderCases,
    ...authorizationCases,
    ...taskCases,
    ...validationCases,
    ...finalizationCases,
    ...nonceAndValueCases,
  });
}

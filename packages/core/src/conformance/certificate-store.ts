import type { CertificateStore } from "../store/certificate-store.ts";
import { auditChainCases } from "./certificate-store-cases/audit-chain.ts";
import { blockedKeyCases } from "./certificate-store-cases/blocked-keys.ts";
import { completeAndRevokeCases } from "./certificate-store-cases/complete-and-revoke.ts";
import { copyCases } from "./certificate-store-cases/copies.ts";
import { crlCases } from "./certificate-store-cases/crls.ts";
import { findAndListCases } from "./certificate-store-cases/find-and-list.ts";
import { holdAndReleaseCases } from "./certificate-store-cases/hold-and-release.ts";
import { listConditionCases } from "./certificate-store-cases/list-conditions.ts";
import { listOrderCases } from "./certificate-store-cases/list-order.ts";
import { listRevokedCases } from "./certificate-store-cases/list-revoked.ts";
import { overdueCases } from "./certificate-store-cases/overdue.ts";
import { reserveCases } from "./certificate-store-cases/reserve.ts";
import { valueCases } from "./certificate-store-cases/values.ts";
import { type ConformanceOptions, registerCases } from "./harness.ts";

/**
 * Proves that a certificate store keeps the contract of {@link CertificateStore}: one case for each sentence, races
 * and hostile values included. A store that passes may serve a certificate authority.
 *
 * @example
 * ```ts
 * certificateStoreConformance({
 *   test, // of vitest, node:test, jest or bun
 *   open: async () => {
 *     const schema = await createSchema(); // fresh for every case
 *     const [one, two] = [await connect(schema), await connect(schema)];
 *     return {
 *       store: createMyCertificateStore(one),
 *       replica: createMyCertificateStore(two),
 *       close: async () => {
 *         await Promise.all([one.end(), two.end()]);
 *         await schema.drop();
 *       },
 *     };
 *   },
 * });
 * ```
 */
export function certificateStoreConformance(options: ConformanceOptions<CertificateStore>): void {
  registerCases(options, {
    ...reserveCases,
    ...completeAndRevokeCases,
    ...holdAndReleaseCases,
    ...blockedKeyCases,
    ...findAndListCases,
    ...listOrderCases,
    ...listConditionCases,
    ...overdueCases,
    ...listRevokedCases,
    ...crlCases,
    ...auditChainCases,
    ...valueCases,
    ...copyCases,
  });
}

import type { CertificateStore } from "../store/certificate-store.ts";
import { completeAndRevokeCases } from "./certificate-store-cases/complete-and-revoke.ts";
import { findAndListCases } from "./certificate-store-cases/find-and-list.ts";
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
  registerCases(options, { ...reserveCases, ...completeAndRevokeCases, ...findAndListCases, ...valueCases });
}

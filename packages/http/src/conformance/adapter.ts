import { connectionCases } from "./adapter-cases/connection.ts";
import { requestCases } from "./adapter-cases/requests.ts";
import { responseCases } from "./adapter-cases/responses.ts";
import { type AdapterConformanceOptions, registerCases } from "./harness.ts";

/**
 * Proves that an adapter carries requests and responses between a framework and a fetch handler unchanged: bare,
 * under a prefix and behind body parsers, over real sockets.
 *
 * @example
 * ```ts
 * adapterConformance({
 *   test, // of vitest, node:test, jest or bun
 *   mount: async ({ handler, options, prefix, behindParsers }) => {
 *     const app = createApplication();
 *     if (behindParsers) app.use(bodyParsers());
 *     app.use(prefix, toMyFramework(handler, options));
 *     const server = await app.listen({ host: "127.0.0.1", port: 0 });
 *     return { origin: server.origin, close: () => server.close() };
 *   },
 * });
 * ```
 */
export function adapterConformance(options: AdapterConformanceOptions): void {
  registerCases(options, { ...requestCases, ...responseCases, ...connectionCases });
}

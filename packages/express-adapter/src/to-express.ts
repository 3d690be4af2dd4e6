import type { IncomingMessage, ServerResponse } from "node:http";
import { createNodeListener, type FetchHandler, type NodeListenerOptions } from "@chancery/http";

export type { NodeListenerOptions };

/** Middleware for `app.use`, of Express 4, Express 5 and everything that takes Connect's. */
export type ExpressHandler = (
  request: IncomingMessage & { readonly originalUrl?: string },
  response: ServerResponse,
  next: () => void,
) => void;

/**
 * Makes a fetch handler middleware of an Express application.
 *
 * Answers the requests below the path of `baseUrl`, as clients send it, and passes all others on: with
 * `https://ca.example.test/pki/acme` it works in `app.use("/pki", …)`, in `app.use("/pki/acme", …)` and in
 * `app.use(…)`. Parsers of other media types may run before it; one that reads this handler's bodies may not, unless
 * it is `express.raw()`. Errors go to `onError`, never to Express.
 *
 * @param options - Those of `createNodeListener`; `baseUrl` is the one the handler itself was given.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: as `createNodeListener`.
 */
export function toExpress(handler: FetchHandler, options: NodeListenerOptions): ExpressHandler {
  const listener = createNodeListener(handler, options);
  const prefix = new URL(options.baseUrl).pathname.replace(/\/+$/, "");
  return (request, response, next) => {
    const target = request.originalUrl ?? request.url ?? "";
    if (isBelow(prefix, target)) listener(request, response);
    else next();
  };
}

function isBelow(prefix: string, target: string): boolean {
  return target.startsWith(prefix) && (prefix === "" || /^[/?]|^$/.test(target.slice(prefix.length)));
}

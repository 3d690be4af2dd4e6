import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { ConfigurationError } from "@chancery/core";
import { parseBaseUrl } from "./base-url.ts";
import {
  type ConnectionFacts,
  createFactsReader,
  type FetchHandler,
  type SocketFacts,
} from "./connection-facts.ts";
import { createIncomingRequest } from "./incoming-request.ts";
import { type NodeExchange, type NodeRequest, openExchange } from "./node-exchange.ts";
import { answerInPlainText, describeRefusal, type Refusal, type RefusalReason } from "./refusal.ts";
import { type BodyLimits, discardBody, takeBody } from "./request-body.ts";
import { resolveRequestTarget } from "./request-target.ts";
import { sendResponse } from "./send-response.ts";

/** Options of {@link createNodeListener}. */
export interface NodeListenerOptions {
  /**
   * Where clients reach the service, for example `https://ca.example.test/acme`. Requests get its scheme, host and
   * port, whatever their `Host` or forwarding headers say; their path is the one that the client sent.
   */
  readonly baseUrl: string | URL;
  /**
   * Bytes of the largest request body that is read into memory; default 1 MiB. This is the last line of defence
   * and answers 413 in plain text: a protocol sets its own, lower limit and answers in its own words.
   */
  readonly maxBodyBytes?: number;
  /** Milliseconds in which a request body must arrive; default 30 000. After that the answer is 408. */
  readonly bodyTimeout?: number;
  /** Words the answers that the bridge gives in place of the handler; default: a line of plain text. */
  readonly answerRefusal?: (refusal: Refusal) => Promise<Response> | Response;
  /**
   * Receives what the handler or a response stream threw, and, once, that a body parser consumes the bodies. Without it
   * these errors are dropped: the client sees a fixed text either way.
   */
  readonly onError?: (error: unknown) => void;
}

/** A request listener for `node:http`, `node:https`, and `node:http2` with its compatibility API. */
export type NodeListener = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void;

interface Bridge extends BodyLimits {
  readonly handler: FetchHandler;
  readonly origin: string;
  readonly readFacts: (socket: SocketFacts) => ConnectionFacts;
  readonly answerRefusal: (refusal: Refusal) => Promise<Response> | Response;
  readonly report: (error: unknown) => void;
  readonly reportConsumedBody: () => void;
}

/**
 * Makes a fetch handler the request listener of a Node server.
 *
 * The handler receives the request exactly as it was sent: method, path and query, all header fields with their
 * repetitions, and the raw body, still encoded where it has a content coding. The body is read before the handler runs.
 * `request.signal` aborts when the client goes away. Whatever the handler throws becomes a 500 with a fixed text.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: `baseUrl` is not an absolute http or https URL, or a limit is
 * not between 1 and 2^31 - 1.
 * @see RFC 9110, RFC 9112
 */
export function createNodeListener(handler: FetchHandler, options: NodeListenerOptions): NodeListener {
  const bridge = createBridge(handler, options);
  return (request, response) => {
    void serve(bridge, openExchange(request, response));
  };
}

async function serve(bridge: Bridge, exchange: NodeExchange): Promise<void> {
  try {
    const request = await receive(bridge, exchange);
    if (request === "gone") return;
    if (typeof request === "string") await refuse(bridge, exchange, request);
    else await answer(bridge, exchange, request);
  } catch (error) {
    await recover(bridge, exchange, error);
  }
}

/** The checks of the bridge, in their order; each of them refuses before the handler has run. */
async function receive(
  bridge: Bridge,
  { request, signal }: NodeExchange,
): Promise<Request | RefusalReason | "gone"> {
  const url = resolveRequestTarget(bridge.origin, requestTarget(request));
  if (url === undefined) return "target-malformed";
  const method = request.method ?? "GET";
  if (inexpressibleMethods.has(method)) return "method-unsupported";
  const body = await takeBody(request, bridge);
  if (typeof body === "string") return body;
  return createIncomingRequest({ url, method, rawHeaders: request.rawHeaders, body, signal });
}

// Fetch forbids them: https://fetch.spec.whatwg.org/#forbidden-method
const inexpressibleMethods: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

function requestTarget({ originalUrl, url }: NodeRequest): string {
  return typeof originalUrl === "string" ? originalUrl : (url ?? "");
}

async function answer(bridge: Bridge, exchange: NodeExchange, request: Request): Promise<void> {
  const connection = bridge.readFacts(exchange.request.socket);
  await sendResponse(exchange, await bridge.handler(request, connection));
}

async function refuse(bridge: Bridge, exchange: NodeExchange, reason: RefusalReason): Promise<void> {
  const { request, response } = exchange;
  if (reason === "body-consumed") bridge.reportConsumedBody();
  // A body that stopped coming leaves the connection without a place where the next request begins.
  if (reason === "body-too-slow" && request.httpVersionMajor === 1) response.setHeader("connection", "close");
  else discardBody(request, bridge);
  await sendResponse(exchange, await wordRefusal(bridge, describeRefusal(reason)));
}

async function recover(bridge: Bridge, exchange: NodeExchange, error: unknown): Promise<void> {
  if (exchange.isClosed() && exchange.signal().reason === error) return;
  bridge.report(error);
  if (exchange.response.headersSent) {
    // Half a response that ends well would pass for a whole one.
    exchange.response.destroy();
    return;
  }
  const response = await wordRefusal(bridge, describeRefusal("handler-failed"));
  await sendResponse(exchange, response).catch(() => exchange.response.destroy());
}

async function wordRefusal(bridge: Bridge, refusal: Refusal): Promise<Response> {
  try {
    return await bridge.answerRefusal(refusal);
  } catch (error) {
    bridge.report(error);
    return answerInPlainText(refusal);
  }
}

function createBridge(handler: FetchHandler, options: NodeListenerOptions): Bridge {
  const report = (error: unknown): void => {
    try {
      options.onError?.(error);
    } catch {
      // Nobody is left to tell, and an answer is still owed.
    }
  };
  let consumedBodyReported = false;
  return {
    handler,
    origin: parseBaseUrl(options.baseUrl).origin,
    readFacts: createFactsReader(),
    maxBodyBytes: limit("maxBodyBytes", options.maxBodyBytes ?? 1_048_576),
    bodyTimeout: limit("bodyTimeout", options.bodyTimeout ?? 30_000),
    answerRefusal: options.answerRefusal ?? answerInPlainText,
    report,
    reportConsumedBody: () => {
      if (!consumedBodyReported) report(consumedBodyError());
      consumedBodyReported = true;
    },
  };
}

function consumedBodyError(): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", describeRefusal("body-consumed").detail);
}

function limit(name: string, value: number): number {
  if (value > 0 && value <= largestLimit) return value;
  throw new ConfigurationError("ERR_OPTION_INVALID", `${name} is ${value}, expected 1 to ${largestLimit}`);
}

// A longer timeout is taken for one millisecond by setTimeout.
const largestLimit = 2 ** 31 - 1;

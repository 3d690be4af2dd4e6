import type { SocketFacts } from "./connection-facts.ts";

/** What the bridge uses of a request of `node:http`, `node:https` or the compatibility layer of `node:http2`. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The target before a framework cut the mount path off; set by Express and everything built on Connect. */
  readonly originalUrl?: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
  readonly httpVersionMajor: number;
  readonly socket: SocketFacts;
  readonly readableDidRead: boolean;
  readonly readableEnded: boolean;
  /** Where body parsers leave what they made of the body. */
  readonly body?: unknown;
  /** Where some platforms keep the bytes beside a parsed body. */
  readonly rawBody?: unknown;
  on(event: "data", listener: (chunk: Uint8Array<ArrayBuffer>) => void): unknown;
  on(event: "close" | "end", listener: () => void): unknown;
  off(event: "data", listener: (chunk: Uint8Array<ArrayBuffer>) => void): unknown;
  resume(): unknown;
  destroy(): unknown;
}

/** Header fields as Node writes them: an array is one field line for each of its values. */
export type NodeHeaders = Record<string, string | string[] | number>;

/** What the bridge uses of a response of `node:http`, `node:https` or the compatibility layer of `node:http2`. */
export interface NodeResponse {
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  setHeader(name: string, value: string): unknown;
  writeHead(status: number, headers: NodeHeaders): unknown;
  write(chunk: Uint8Array): boolean;
  end(): unknown;
  end(text: string, encoding: "latin1"): unknown;
  destroy(): unknown;
  on(event: "close" | "drain", listener: () => void): unknown;
  off(event: "close" | "drain", listener: () => void): unknown;
}

/** One request with its response. */
export interface NodeExchange {
  readonly request: NodeRequest;
  readonly response: NodeResponse;
  /** Whether the connection, or the stream of it that is this exchange, is closed. */
  isClosed(): boolean;
  /** A signal that aborts when the client goes away before the response has ended; the same one on each call. */
  signal(): AbortSignal;
}

/** Begins to watch over an exchange; call it before anything that waits. */
export function openExchange(request: NodeRequest, response: NodeResponse): NodeExchange {
  let closed = false;
  let controller: AbortController | undefined;
  const abortUnlessEnded = (): void => {
    if (!response.writableEnded) controller?.abort();
  };
  response.on("close", () => {
    closed = true;
    abortUnlessEnded();
  });
  return {
    request,
    response,
    isClosed: () => closed,
    signal: () => {
      if (controller === undefined) {
        controller = new AbortController();
        if (closed) abortUnlessEnded();
      }
      return controller.signal;
    },
  };
}

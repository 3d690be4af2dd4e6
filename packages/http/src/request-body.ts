import type { NodeRequest } from "./node-exchange.ts";

/** Why there is no body to hand on; `gone` when the client left before its end. */
export type BodyFailure = "body-consumed" | "body-too-large" | "body-too-slow" | "gone";

/** Limits on the body of one request. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  /** Milliseconds from the request's head to the last byte of its body. */
  readonly bodyTimeout: number;
}

/**
 * Takes the body of a request, as the client sent it: no content coding is undone.
 *
 * Bytes that a parser kept in `rawBody` or `body` are as good as the stream. A body that a parser has read and not
 * kept is `body-consumed`: what it parsed cannot be turned back into the bytes that were signed.
 *
 * @returns The bytes, as a view on memory that may be shared; nothing where the request has no body or an empty one.
 */
export async function takeBody(
  request: NodeRequest,
  limits: BodyLimits,
): Promise<Uint8Array<ArrayBuffer> | BodyFailure | undefined> {
  if (Number(request.headers["content-length"]) > limits.maxBodyBytes) return "body-too-large";
  // RFC 9110 sections 9.3.1 and 9.3.2: content has no meaning there, and a Request cannot carry it.
  if (request.method === "GET" || request.method === "HEAD" || !framesBody(request)) return undefined;
  const kept = [request.rawBody, request.body].find((value) => value instanceof Uint8Array);
  if (kept !== undefined) return acceptKept(kept, limits);
  if (request.readableDidRead) return "body-consumed";
  return readStream(request, limits);
}

/**
 * Reads on and throws away, so that the client, still sending, can read the answer: closing a connection with
 * unread bytes resets it. Ends the connection when the body has not ended in time.
 */
export function discardBody(request: NodeRequest, { bodyTimeout }: BodyLimits): void {
  if (request.readableEnded) return;
  const timer = setTimeout(() => request.destroy(), bodyTimeout);
  request.on("end", () => clearTimeout(timer));
  request.on("close", () => clearTimeout(timer));
  request.resume();
}

/** RFC 9112 section 6.3; in HTTP/2 (RFC 9113 section 8.1) only the end of the stream tells. */
function framesBody({ headers, httpVersionMajor }: NodeRequest): boolean {
  if (headers["transfer-encoding"] !== undefined) return true;
  const length = headers["content-length"];
  return length === undefined ? httpVersionMajor >= 2 : Number(length) > 0;
}

function acceptKept(
  bytes: Uint8Array,
  { maxBodyBytes }: BodyLimits,
): Uint8Array<ArrayBuffer> | BodyFailure | undefined {
  if (bytes.length > maxBodyBytes) return "body-too-large";
  return bytes.length === 0 ? undefined : new Uint8Array(bytes);
}

function readStream(
  request: NodeRequest,
  { maxBodyBytes, bodyTimeout }: BodyLimits,
): Promise<Uint8Array<ArrayBuffer> | BodyFailure | undefined> {
  return new Promise((resolve) => {
    let body = new Uint8Array(0);
    let length = 0;
    const timer = setTimeout(() => abandon("body-too-slow"), bodyTimeout);

    function settle(outcome: Uint8Array<ArrayBuffer> | BodyFailure | undefined): void {
      clearTimeout(timer);
      resolve(outcome);
    }
    function abandon(failure: BodyFailure): void {
      request.off("data", take);
      settle(failure);
    }
    function take(chunk: Uint8Array<ArrayBuffer>): void {
      if (length + chunk.length > maxBodyBytes) {
        abandon("body-too-large");
        return;
      }
      // Copied into one buffer: a body that comes byte by byte would else cost an object for each of them.
      body = withRoom(body, length + chunk.length, maxBodyBytes);
      body.set(chunk, length);
      length += chunk.length;
    }
    request.on("data", take);
    request.on("end", () => settle(length === 0 ? undefined : inItsOwnBuffer(body, length)));
    request.on("close", () => settle("gone"));
  });
}

/** The same bytes in a buffer that holds at least `needed`; it grows by doubling, up to `maximum`. */
function withRoom(buffer: Uint8Array<ArrayBuffer>, needed: number, maximum: number): Uint8Array<ArrayBuffer> {
  if (needed <= buffer.length) return buffer;
  const larger = new Uint8Array(Math.min(maximum, Math.max(needed, 2 * buffer.length)));
  larger.set(buffer);
  return larger;
}

function inItsOwnBuffer(buffer: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  return length === buffer.length ? buffer : buffer.slice(0, length);
}

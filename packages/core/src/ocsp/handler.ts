import { cryptoProvider } from "#crypto";
import { decodeBase64 } from "../encoding/base64.ts";
import { encodeHex } from "../encoding/hex.ts";
import { ConfigurationError } from "../errors.ts";
import type { OcspAnswer } from "./ocsp-answer.ts";
import { maximumRequestOctets } from "./ocsp-request.ts";
import { readBody } from "./read-body.ts";

/** What the responder is served with. */
export interface OcspHandlerOptions {
  readonly respond: (request: Uint8Array) => Promise<OcspAnswer>;
  readonly baseUrl: string | URL | undefined;
  readonly clock: () => Date;
}

/**
 * Creates the fetch handler of a responder.
 *
 * Whatever the responder says goes out with status 200, errors too: clients look for it in the body. 400 is a body that broke off, 404
 * another path, 405 another method, 413 and 414 a request that is too long, 415 another media type.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: `baseUrl` is no URL.
 */
export function createOcspHandler({
  respond,
  baseUrl,
  clock,
}: OcspHandlerOptions): (request: Request) => Promise<Response> {
  const prefix = baseUrl === undefined ? "" : readPath(baseUrl);
  return async (request) => {
    const { pathname } = new URL(request.url);
    const inPath = pathAfter(prefix, pathname);
    if (inPath === undefined) return refuse(404, "not found");
    switch (request.method) {
      case "GET":
      case "HEAD":
        if (inPath.length > maximumPathLength) return refuse(414, "the request is too long");
        return toResponse(request, await respond(decodePath(inPath)), clock());
      case "POST":
        if (inPath !== "") return refuse(404, "not found");
        return answerPost(request, respond, clock);
      default:
        return refuse(405, "method not allowed", { allow: "GET, HEAD, POST" });
    }
  };
}

/** Every character of the base64 may come as an escape of three. */
const maximumPathLength = Math.ceil(maximumRequestOctets / 3) * 4 * 3;

async function answerPost(
  request: Request,
  respond: OcspHandlerOptions["respond"],
  clock: () => Date,
): Promise<Response> {
  if (!/^application\/ocsp-request *(?:;[^,]*)?$/i.test(request.headers.get("content-type") ?? ""))
    return refuse(415, "Content-Type is not application/ocsp-request");
  const body = await readBody(request, maximumRequestOctets);
  if (body === "tooLarge") return refuse(413, "the request is too long");
  if (body === "brokenOff") return refuse(400, "the request broke off");
  return toResponse(request, await respond(body), clock());
}

/**
 * What follows the responder's own path, without slashes in front: clients put one between even where the URL ends with one.
 * Undefined for another path.
 */
function pathAfter(prefix: string, pathname: string): string | undefined {
  if (pathname !== prefix && !pathname.startsWith(`${prefix}/`)) return undefined;
  return pathname.slice(prefix.length).replace(/^\/+/, "");
}

/** Reads base64, escaped or not: `/`, `+` and `=` may stand for themselves (RFC 6960 appendix A.1). */
function decodePath(text: string): Uint8Array {
  try {
    return decodeBase64(decodeURIComponent(text)) ?? nothing;
  } catch (error) {
    if (error instanceof URIError) return nothing;
    throw error;
  }
}

/** No octets are no request: the responder says so. */
const nothing = new Uint8Array();

async function toResponse(request: Request, answer: OcspAnswer, now: Date): Promise<Response> {
  const headers = { date: now.toUTCString(), "content-type": "application/ocsp-response" };
  if (!answer.cacheable) return send(answer.response, { ...headers, "cache-control": "no-store" });
  const etag = `"${encodeHex(await cryptoProvider.digest("sha-256", answer.response))}"`;
  const maxAge = Math.max(0, Math.floor((answer.refreshAt.getTime() - now.getTime()) / 1000));
  const cached = {
    ...headers,
    "last-modified": answer.thisUpdate.toUTCString(),
    expires: answer.refreshAt.toUTCString(),
    etag,
    "cache-control": `max-age=${maxAge}, public, no-transform, must-revalidate`,
  };
  return request.method !== "POST" && matches(request.headers.get("if-none-match"), etag)
    ? new Response(null, { status: 304, headers: cached })
    : send(answer.response, cached);
}

/** RFC 9110 section 13.1.2: any of the listed tags, compared weakly, or a star. */
function matches(ifNoneMatch: string | null, etag: string): boolean {
  const tags = (ifNoneMatch ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}

function send(response: Uint8Array, headers: Record<string, string>): Response {
  const length = String(response.length);
  return new Response(new Uint8Array(response), { headers: { ...headers, "content-length": length } });
}

function refuse(status: number, message: string, headers: Record<string, string> = {}): Response {
  return new Response(`${message}\n`, {
    status,
    headers: { ...headers, "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}

function readPath(baseUrl: string | URL): string {
  const url = URL.parse(String(baseUrl));
  if (url !== null) return url.pathname.replace(/\/+$/, "");
  throw new ConfigurationError("ERR_OPTION_INVALID", "baseUrl is not an absolute URL");
}

import { hash } from "node:crypto";
import { type CertificateAuthority, encodePem } from "@chancery/core";
import { basePath, parseBaseUrl } from "./base-url.ts";
import type { FetchHandler } from "./connection-facts.ts";

/** Options of {@link createRepositoryHandler}. */
export interface RepositoryHandlerOptions {
  readonly ca: Pick<CertificateAuthority, "health" | "trustAnchors">;
  /** Where clients reach the repository, for example `https://ca.example.test/pki`; only its path is used. */
  readonly baseUrl: string | URL;
}

/**
 * Creates the handler of a repository (RFC 5280 section 3): what relying parties and monitoring read from a CA.
 *
 * - `GET /roots.pem`: all trust anchors, PEM (RFC 7468), with an entity tag and an hour of freshness.
 * - `GET /health`: the authority's health as JSON, status 200 or, when it cannot issue, 503. Never cached.
 *
 * HEAD works wherever GET does. Both are public: neither holds a secret or changes anything.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: `baseUrl` is not an absolute http or https URL.
 */
export function createRepositoryHandler({ ca, baseUrl }: RepositoryHandlerOptions): FetchHandler {
  const prefix = basePath(parseBaseUrl(baseUrl));
  const resources = new Map<string, (request: Request) => Response>([
    [`${prefix}/roots.pem`, (request) => answerTrustAnchors(request, ca.trustAnchors)],
    [`${prefix}/health`, () => answerHealth(ca)],
  ]);
  return (request) => {
    const resource = resources.get(new URL(request.url).pathname);
    if (resource === undefined) return text(404, "not found");
    if (request.method === "GET" || request.method === "HEAD") return resource(request);
    return text(405, "method not allowed", { allow: "GET, HEAD" });
  };
}

function answerTrustAnchors(request: Request, trustAnchors: readonly Uint8Array[]): Response {
  const pem = trustAnchors.map((certificate) => encodePem("CERTIFICATE", certificate)).join("");
  const etag = `"${hash("sha256", pem, "base64url")}"`;
  const headers = { "cache-control": "public, max-age=3600", etag };
  if (matches(request.headers.get("if-none-match"), etag))
    return new Response(null, { status: 304, headers });
  return body(200, pem, { ...headers, "content-type": "application/x-pem-file" });
}

function answerHealth(ca: RepositoryHandlerOptions["ca"]): Response {
  const health = ca.health();
  return body(health.ok ? 200 : 503, JSON.stringify(health), {
    "cache-control": "no-store",
    "content-type": "application/json",
  });
}

/** RFC 9110 section 13.1.2: any of the listed tags, compared weakly, or a star. */
function matches(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  const tags = ifNoneMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}

function text(status: number, message: string, headers: Record<string, string> = {}): Response {
  return body(status, `${message}\n`, { ...headers, "content-type": "text/plain; charset=utf-8" });
}

function body(status: number, content: string, headers: Record<string, string>): Response {
  const length = String(new TextEncoder().encode(content).length);
  return new Response(content, { status, headers: { ...headers, "content-length": length } });
}

import type { Context } from "./context.ts";
import type { AcmeProblem } from "./problem.ts";
import { problemDocument } from "./problem.ts";

/** What a resource answers; the header fields that every answer has come with {@link toResponse}. */
export interface Answer {
  readonly status: number;
  /** Absent for an answer without a body. */
  readonly body?: AnswerBody;
  readonly location?: string;
  /** Link header values beside the one to the directory. */
  readonly links?: readonly string[];
  /** Seconds. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A document, or text that is ready to be sent. */
export type AnswerBody =
  | { readonly json: object; readonly mediaType?: "application/problem+json" }
  | { readonly text: string; readonly mediaType: string };

/** Seconds between two polls of what is processing: clients give up early, so the first poll has to come soon. */
export const pollInterval = 1;

/** The answer that a problem becomes; it always has a body. */
export function answerProblem(problem: AcmeProblem): Answer {
  const { retryAfter, links, headers } = problem.extras;
  return {
    status: problem.status,
    body: { json: problemDocument(problem), mediaType: "application/problem+json" },
    headers: { "Content-Language": "en", ...headers },
    ...(links === undefined ? {} : { links }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

/** Where an answer goes. */
export interface Destination {
  readonly isHead: boolean;
  /** False for the directory alone: RFC 8555 section 7.1. */
  readonly linksToIndex: boolean;
  /** Whether a fresh nonce goes along: RFC 8555 section 6.5. */
  readonly bringsNonce: boolean;
}

/** Turns an answer into a response, adding nonce, link to the directory, cache and cross-origin header fields. */
export async function toResponse(
  context: Context,
  answer: Answer,
  destination: Destination,
): Promise<Response> {
  const links = [...(destination.linksToIndex ? [indexLink(context)] : []), ...(answer.links ?? [])];
  const headers: Record<string, string> = { ...fixedHeaders, ...answer.headers };
  if (links.length > 0) headers["Link"] = links.join(", ");
  if (answer.location !== undefined) headers["Location"] = answer.location;
  if (answer.retryAfter !== undefined) headers["Retry-After"] = String(answer.retryAfter);
  if (answer.body !== undefined) headers["Content-Type"] = mediaTypeOf(answer.body);
  if (destination.bringsNonce) headers["Replay-Nonce"] = await context.nonces.issue();
  return new Response(destination.isHead ? null : contentOf(answer.body), { status: answer.status, headers });
}

/** Browsers may use every resource and read what an ACME client needs: RFC 8555 section 6.1. */
const fixedHeaders = {
  "Cache-Control": "no-store",
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "Link, Location, Replay-Nonce, Retry-After",
} as const;

function indexLink({ routes }: Context): string {
  return link(routes.url({ name: "directory" }), "index");
}

/** Writes a Link header value (RFC 8288 section 3). */
export function link(url: string, relation: string): string {
  return `<${url}>;rel="${relation}"`;
}

function mediaTypeOf(body: AnswerBody): string {
  return body.mediaType ?? "application/json";
}

function contentOf(body: AnswerBody | undefined): string | null {
  if (body === undefined) return null;
  return "json" in body ? JSON.stringify(body.json) : body.text;
}

/** Why the bridge, and not the handler, answers a request. */
export type RefusalReason =
  | "body-consumed"
  | "body-too-large"
  | "body-too-slow"
  | "handler-failed"
  | "method-unsupported"
  | "target-malformed";

/** An answer that the bridge gives in place of the handler. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly status: number;
  /** One sentence for the client; fixed for each reason, so it discloses nothing. */
  readonly detail: string;
}

const refusals: Readonly<Record<RefusalReason, Omit<Refusal, "reason">>> = {
  "body-consumed": {
    status: 500,
    detail:
      "the request body was consumed before it reached this handler: mount the handler before express.json() and " +
      "other body parsers, or let the parser keep the bytes, as express.raw() does",
  },
  "body-too-large": { status: 413, detail: "the request body is larger than this server accepts" },
  "body-too-slow": { status: 408, detail: "the request body did not arrive in time" },
  "handler-failed": { status: 500, detail: "the server failed to answer this request" },
  "method-unsupported": { status: 501, detail: "the request method is not supported" },
  "target-malformed": {
    status: 400,
    detail:
      "the request target is malformed: expected a path without dot segments, percent-encoded where needed",
  },
};

/** Finds the status and the text of a refusal. */
export function describeRefusal(reason: RefusalReason): Refusal {
  return { reason, ...refusals[reason] };
}

/** The answer where nobody asked for another: the text of the refusal, as plain text. */
export function answerInPlainText({ status, detail }: Refusal): Response {
  return new Response(`${detail}\n`, {
    status,
    headers: { "cache-control": "no-store", "content-type": "text/plain; charset=utf-8" },
  });
}

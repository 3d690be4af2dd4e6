import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { type Agent, request } from "node:https";
import { largestAnswer } from "./protocol.ts";

/** A request to a signing service. */
export interface Question {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: Uint8Array;
}

/** Whatever a signing service answered. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/**
 * Sends one request and reads its answer to the end.
 *
 * A service may close an idle connection at the moment when it is used again; the request is then sent once more.
 *
 * @throws Whatever went wrong on the way, `signal`'s reason, or an Error for an answer that is too long.
 */
export async function exchange(
  url: URL,
  question: Question,
  agent: Agent,
  signal: AbortSignal,
): Promise<Answer> {
  for (;;) {
    const outgoing = request(url, {
      agent,
      signal,
      method: question.method,
      ...(question.body !== undefined && {
        headers: { "content-type": "application/octet-stream", "content-length": question.body.length },
      }),
    });
    outgoing.on("error", () => undefined); // heard by whoever waits; later ones come with the answer's own
    try {
      const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
      outgoing.end(question.body);
      const [incoming] = await answered;
      return await readAnswer(incoming);
    } catch (error) {
      if (!outgoing.reusedSocket || signal.aborted || !isReset(error)) throw error;
    }
  }
}

async function readAnswer(incoming: IncomingMessage): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > largestAnswer) throw new Error(`the answer has more than ${largestAnswer} octets`);
    chunks.push(chunk);
  }
  const { statusCode = 0, headers } = incoming;
  return {
    status: statusCode,
    contentType: headers["content-type"] ?? "nothing",
    body: new Uint8Array(Buffer.concat(chunks)),
  };
}

function isReset(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
}

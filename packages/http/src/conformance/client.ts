import { once } from "node:events";
import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
} from "node:http";

/** A request of {@link openRequest}; everything in it goes over the wire as it stands. */
export interface WireRequest {
  readonly method?: string;
  /** The request target: neither normalised nor encoded. */
  readonly target: string;
  /** By name, or names and values in turn. */
  readonly headers?: OutgoingHttpHeaders | readonly string[];
  readonly agent?: Agent;
}

/** A response read to its end. */
export interface WireResponse {
  readonly status: number;
  readonly body: Uint8Array;
  readonly text: string;
  /** Values of all field lines of that name, in order. */
  fieldLines(name: string): string[];
}

/** Opens a request to a server on this machine, with its head unsent until the first byte of the body or the end. */
export function openRequest(origin: string, { target, method, headers, agent }: WireRequest): ClientRequest {
  const { hostname, port } = new URL(origin);
  const client = request({
    hostname,
    port,
    path: target,
    method: method ?? "GET",
    headers: headers ?? {},
    ...(agent === undefined ? {} : { agent }),
  });
  // Who waits for the response hears of it; after that it is the end of a connection that nobody needs any more.
  return client.on("error", () => undefined);
}

/** Waits for the response to a request and reads its body. */
export async function readResponse(client: ClientRequest): Promise<WireResponse> {
  const [message] = (await once(client, "response")) as [IncomingMessage];
  const chunks: Uint8Array[] = [];
  for await (const chunk of message as AsyncIterable<Uint8Array>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return {
    status: message.statusCode ?? 0,
    body: new Uint8Array(body),
    text: body.toString(),
    fieldLines: (name) =>
      message.rawHeaders.filter((_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === name),
  };
}

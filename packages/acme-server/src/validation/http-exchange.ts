import { type IncomingMessage, request } from "node:http";
import type { Duplex } from "node:stream";
import { hostOf } from "./http-redirect.ts";
import { parseAddress } from "./ip-address.ts";
import type { OutboundConnection } from "./outbound-network.ts";
import { startTls } from "./tls-client.ts";
import { eventOf, transportFailure } from "./transport-failure.ts";

/** A response as far as validation reads it. */
export interface HttpAnswer {
  readonly status: number;
  readonly location: string | undefined;
  /** At most `maximumBody` octets of the content, as sent: no coding is undone. */
  readonly body: Uint8Array;
  /** Whether there was more than `body`. */
  readonly truncated: boolean;
}

/**
 * Sends one GET over a connection, reads the answer and destroys the connection.
 *
 * No agent, no proxy, no cookies, credentials or referrer, no decompression, no second request on the connection. The
 * certificate of an https server is not judged: the client may be after its first one (RFC 8555 section 8.3).
 *
 * @throws {AttemptFailure} The peer did not answer, or not in HTTP.
 */
export async function exchange(
  connection: OutboundConnection,
  url: URL,
  maximumBody: number,
  label: string,
): Promise<HttpAnswer> {
  try {
    const transport =
      url.protocol === "https:" ? await startTls(connection, helloFor(url), label) : connection.stream;
    const response = await send(transport, url);
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    const body =
      status === 200 ? await readBody(response, maximumBody) : { body: new Uint8Array(), truncated: false };
    return { status, location, ...body };
  } catch (error) {
    throw transportFailure(error, connection.stream, `${label} at ${connection.peer}`, "connection");
  } finally {
    connection.stream.destroy();
  }
}

/** Node's own limit is 16 KiB; a head that proves control needs a few hundred octets. */
const maximumHead = 8192;

function helloFor(url: URL): { serverName: string | undefined; protocol: string } {
  const host = hostOf(url);
  return { serverName: parseAddress(host) === undefined ? host : undefined, protocol: "http/1.1" };
}

async function send(transport: Duplex, url: URL): Promise<IncomingMessage> {
  const outgoing = request({
    createConnection: () => transport,
    path: `${url.pathname}${url.search}`,
    setHost: false,
    headers: {
      host: url.host,
      "user-agent": "chancery-acme-server",
      accept: "*/*",
      "accept-encoding": "identity",
      connection: "close",
    },
    maxHeaderSize: maximumHead,
  });
  const response = eventOf<IncomingMessage>(outgoing, "response");
  outgoing.end();
  return response;
}

async function readBody(
  response: IncomingMessage,
  maximum: number,
): Promise<{ body: Uint8Array; truncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maximum) return { body: Buffer.concat(chunks).subarray(0, maximum), truncated: true };
  }
  return { body: Buffer.concat(chunks), truncated: false };
}

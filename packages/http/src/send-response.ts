import type { NodeExchange, NodeHeaders, NodeResponse } from "./node-exchange.ts";

type Chunk = ReadableStreamReadResult<Uint8Array>;
type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

/**
 * Writes a response: in one piece where its body is in memory, else as fast as the client reads.
 *
 * A response to HEAD goes without its body, and one to a client that has left goes nowhere; the body is cancelled.
 *
 * @throws What the body's stream throws. The response may have begun by then.
 */
export async function sendResponse(exchange: NodeExchange, response: Response): Promise<void> {
  const { request, response: outgoing } = exchange;
  if (exchange.isClosed()) {
    await response.body?.cancel();
    return;
  }
  const headers = nodeHeaders(response.headers);
  if (response.body === null || request.method === "HEAD") {
    outgoing.writeHead(response.status, headers);
    outgoing.end();
    await response.body?.cancel();
    return;
  }
  await sendBody(exchange, response.status, headers, response.body.getReader());
}

async function sendBody(
  exchange: NodeExchange,
  status: number,
  headers: NodeHeaders,
  reader: BodyReader,
): Promise<void> {
  const { response: outgoing } = exchange;
  const first = await reader.read();
  if (first.done) {
    outgoing.writeHead(status, headers);
    outgoing.end();
    return;
  }
  const second = reader.read();
  const soon = await untilNextTick(second);
  if (soon?.done) {
    outgoing.writeHead(status, { ...headers, "content-length": first.value.length });
    endInOneWrite(outgoing, first.value);
    return;
  }
  outgoing.writeHead(status, headers);
  await stream(exchange, reader, [first, second]);
}

async function stream(
  exchange: NodeExchange,
  reader: BodyReader,
  begun: readonly (Chunk | Promise<Chunk>)[],
): Promise<void> {
  const { response: outgoing } = exchange;
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  if (exchange.isClosed()) cancel();
  outgoing.on("close", cancel);
  const pending = [...begun];
  for (;;) {
    const chunk = await (pending.shift() ?? reader.read());
    if (chunk.done || exchange.isClosed()) break;
    if (!outgoing.write(chunk.value)) await drained(exchange);
  }
  outgoing.end();
}

/** Node joins the head with a string, not with bytes; Latin-1 is what turns each byte into one character and back. */
function endInOneWrite(outgoing: NodeResponse, { buffer, byteOffset, length }: Uint8Array): void {
  outgoing.end(Buffer.from(buffer, byteOffset, length).toString("latin1"), "latin1");
}

/** A body in memory ends in the turn of the event loop in which it is read; then its length is known. */
function untilNextTick<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([
    promise,
    new Promise<undefined>((resolve) => process.nextTick(() => resolve(undefined))),
  ]);
}

function drained({ response, isClosed }: NodeExchange): Promise<void> {
  return new Promise((resolve) => {
    function settle(): void {
      response.off("drain", settle);
      response.off("close", settle);
      resolve();
    }
    if (isClosed()) {
      resolve();
      return;
    }
    response.on("drain", settle);
    response.on("close", settle);
  });
}

function nodeHeaders(headers: Headers): NodeHeaders {
  const fields: NodeHeaders = {};
  for (const [name, value] of headers) fields[name] = name === "link" ? splitLinks(value) : value;
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) fields["set-cookie"] = cookies;
  return fields;
}

const link = /(?:<[^>]*>|"(?:\\.|[^"\\])*"|[^,<"])+/g;

/**
 * Gives each link a field line of its own, which means the same (RFC 9110 section 5.3). `Headers` joins them by
 * commas, and Go's ACME client takes a joined line for one link: the first URL with the last relation.
 */
function splitLinks(value: string): string | string[] {
  if (!value.includes(",")) return value;
  const links = value.match(link);
  return links === null || links.join(",") !== value ? value : links.map((each) => each.trim());
}

import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { type Listening, listen } from "./listen.ts";

/** A target that counts who comes. */
export interface TcpTarget extends Listening {
  /** Connections accepted so far. */
  readonly connections: () => number;
  /** Everything received so far, over all connections. */
  readonly received: () => string;
}

/** Where a target listens. */
export interface TargetOptions {
  /** Loopback address; default 127.0.0.1. */
  readonly address?: string;
  /** Default: any free one. */
  readonly port?: number;
}

/**
 * Starts a target that answers each request head with octets of the script's choosing.
 *
 * @param respond - Called once for each request that arrives, also for a TLS ClientHello; `head` is how it begins.
 */
export async function startTcpTarget(
  respond: (socket: Socket, head: string) => void,
  { address = "127.0.0.1", port = 0 }: TargetOptions = {},
): Promise<TcpTarget> {
  const counter = createCounter(respond);
  const listening = await listen(createServer(counter.accept), address, port);
  return { ...listening, connections: counter.connections, received: counter.received };
}

/** As {@link startTcpTarget}, behind TLS. */
export async function startTlsTarget(
  respond: (socket: Socket, head: string) => void,
  tls: TlsOptions,
  { address = "127.0.0.1", port = 0 }: TargetOptions = {},
): Promise<TcpTarget> {
  const counter = createCounter(respond);
  const listening = await listen(createTlsServer(tls, counter.accept), address, port);
  return { ...listening, connections: counter.connections, received: counter.received };
}

/** Starts a listener that nothing may ever reach: a test asserts that it has counted no connection. */
export function startForbiddenListener({ port }: { readonly port: number }): Promise<TcpTarget> {
  return startTcpTarget((socket) => void socket.end(httpResponse(200, "reached")), {
    address: forbiddenAddress,
    port,
  });
}

/** On loopback, but outside of the networks that the tests allow. */
export const forbiddenAddress = "127.9.9.9";

/** Writes a whole HTTP/1.1 response. */
export function httpResponse(
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const fields = { "content-length": String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} Scripted\r\n${lines.join("")}\r\n`),
    Buffer.from(body),
  ]);
}

/** Content type of the first TLS record, RFC 8446 section 5.1. */
const tlsHandshake = "\x16";

function createCounter(respond: (socket: Socket, head: string) => void) {
  let connections = 0;
  let received = "";
  return {
    connections: () => connections,
    received: () => received,
    accept(socket: Socket) {
      connections += 1;
      let head = "";
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => {
        received += chunk.toString("latin1");
        head += chunk.toString("latin1");
        if (!head.includes("\r\n\r\n") && !head.startsWith(tlsHandshake)) return;
        respond(socket, head);
        head = "";
      });
    },
  };
}

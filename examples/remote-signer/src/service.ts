import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { TLSSocket } from "node:tls";
import type { Signer } from "@chancery/core";
import { formatKeyDescription, keyIdOf, largestMessage, paths } from "./protocol.ts";

/** Options of {@link startSigningService}. */
export interface SigningServiceOptions {
  /** What signs: a key in memory, or in a PKCS#11 token. */
  readonly signer: Signer;
  /** PEM: the service's certificate and key, and the authority that certifies its clients. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
  /** DNS names: a client's certificate must carry one of them. Its authority certifies others too, after all. */
  readonly clients: readonly string[];
  /** Default: any port that is free. */
  readonly port?: number;
  /** Default: loopback. */
  readonly host?: string;
}

/** A signing service that listens. */
export interface SigningService {
  readonly url: string;
  /** Ends all connections, also those on which a signature is on its way. */
  close(): Promise<void>;
}

/** Offers a signer to its clients, one key, by the protocol of `protocol.ts`. */
export async function startSigningService(options: SigningServiceOptions): Promise<SigningService> {
  const { signer, tls, clients, port = 0, host = "localhost" } = options;
  const server = createServer(
    { ...tls, requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.3", requestTimeout: 10_000 },
    (request, response) => void answer(request, response, signer, clients),
  );
  server.listen(port, host);
  await once(server, "listening");
  return Object.freeze({
    url: `https://${host}:${(server.address() as AddressInfo).port}`,
    close: () => closeServer(server),
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  signer: Signer,
  clients: readonly string[],
): Promise<void> {
  if (!isClient(request, clients)) return refuse(response, 403, "this client may not use this key");
  const signPath = paths.sign(keyIdOf(signer.publicKey));
  if (request.url === paths.key) {
    if (request.method !== "GET") return refuse(response, 405, "expected GET");
    return reply(response, "application/json", formatKeyDescription(signer));
  }
  if (request.url !== signPath) return refuse(response, 404, "there is no such key here");
  if (request.method !== "POST") return refuse(response, 405, "expected POST");
  if (request.headers["content-type"] !== "application/octet-stream") {
    return refuse(response, 415, "expected application/octet-stream");
  }
  await sign(request, response, signer);
}

async function sign(request: IncomingMessage, response: ServerResponse, signer: Signer): Promise<void> {
  // Of a request with this header Node reads so many octets and no more.
  const length = Number(request.headers["content-length"]);
  if (!(length >= 1 && length <= largestMessage)) {
    return refuse(response, 413, `expected a content-length from 1 to ${largestMessage}`);
  }
  try {
    reply(response, "application/octet-stream", await signer.sign(await readMessage(request)));
  } catch {
    // Why is for the operator of the service, and may say more than a client should know.
    refuse(response, 503, "the key cannot sign now");
  }
}

async function readMessage(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function isClient({ socket }: IncomingMessage, clients: readonly string[]): boolean {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return false;
  const certificate = socket.getPeerX509Certificate();
  return clients.some(
    (name) => certificate?.checkHost(name, { subject: "never", wildcards: false }) !== undefined,
  );
}

function reply(response: ServerResponse, contentType: string, body: string | Uint8Array): void {
  response
    .writeHead(200, { "content-type": contentType, "content-length": Buffer.byteLength(body) })
    .end(body);
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { "content-type": "text/plain" }).end(`${reason}\n`);
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

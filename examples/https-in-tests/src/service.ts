import { createServer, type Server, type ServerOptions } from "node:https";
import type { TLSSocket } from "node:tls";

/** Greets everyone who shows a certificate that the options accept, by the names in it. */
export function createService(options: ServerOptions): Server {
  return createServer(options, ({ socket }, response) => {
    const certificate = (socket as TLSSocket).getPeerX509Certificate();
    response.end(`hello ${certificate?.subjectAltName ?? "nobody"}`);
  });
}

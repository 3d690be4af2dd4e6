import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { join } from "node:path";
import {
  createSecureContext,
  createServer as createTlsServer,
  type SecureContext,
  type Server,
} from "node:tls";

/** Something that listens on 127.0.0.1. */
export interface Closable {
  close(): Promise<void>;
}

/** Starts a web server for http-01. @param keyAuthorization - Answers that of a token, if there is one. */
export async function startChallengeServer(
  port: number,
  keyAuthorization: (token: string) => string | undefined,
): Promise<Closable> {
  const server = createHttpServer((request, response) => {
    const token = /^\/\.well-known\/acme-challenge\/([\w-]+)$/.exec(request.url ?? "")?.[1] ?? "";
    const body = keyAuthorization(token);
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await listen(server, port);
  return closable(server);
}

/** Answers what a client wrote into the files of a directory, each named after its token. */
export function filesIn(directory: string): (token: string) => string | undefined {
  return (token) => {
    try {
      return readFileSync(join(directory, token), "utf8");
    } catch {
      return undefined;
    }
  };
}

/** A certificate with a key authorization and its key, as PEM. */
export interface AlpnCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** Starts a TLS server for tls-alpn-01. @param certificateFor - Answers that of a host name, if there is one. */
export async function startAlpnServer(
  port: number,
  certificateFor: (name: string) => AlpnCertificate | undefined,
): Promise<Closable> {
  const contextFor = (name: string): SecureContext | undefined => {
    const certificate = certificateFor(name);
    if (certificate === undefined) return undefined;
    return createSecureContext({ cert: certificate.certificatePem, key: certificate.privateKeyPem });
  };
  const server = createTlsServer({
    ALPNProtocols: ["acme-tls/1"],
    SNICallback: (name, done) => done(null, contextFor(name)),
  });
  await listen(server, port);
  return closable(server);
}

async function listen(server: HttpServer | Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

function closable(server: HttpServer | Server): Closable {
  return Object.freeze<Closable>({
    async close() {
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
      await once(server, "close");
    },
  });
}

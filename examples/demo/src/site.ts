import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer, request } from "node:https";
import type { TLSSocket } from "node:tls";
import type { ObtainedCertificate } from "./obtain-certificate.ts";

/** Starts a web server that answers http-01 challenges: RFC 8555 section 8.3. @returns Closes it. */
export async function startChallengeServer(
  port: number,
  keyAuthorizations: ReadonlyMap<string, string>,
): Promise<() => Promise<void>> {
  const server = createServer((incoming, response) => {
    const token = incoming.url?.replace("/.well-known/acme-challenge/", "") ?? "";
    const keyAuthorization = keyAuthorizations.get(token);
    response.writeHead(keyAuthorization === undefined ? 404 : 200).end(keyAuthorization);
  });
  return listen(server, port);
}

/** Starts an HTTPS site with a certificate. @returns Closes it. */
export async function startSite(
  port: number,
  certificate: ObtainedCertificate,
): Promise<() => Promise<void>> {
  const { chainPem: cert, privateKeyPem: key } = certificate;
  return listen(
    createSecureServer({ cert, key }, (_, response) => response.end("It works!\n")),
    port,
  );
}

/** What a visitor of the site has seen. */
export interface Visit {
  readonly text: string;
  /** Version of TLS. */
  readonly protocol: string;
  /** End of the certificate's validity. */
  readonly validTo: string;
}

/**
 * Fetches the site as a client that trusts one root alone, or those that Node brings along where none is given.
 *
 * @throws {Error} The site is not trusted.
 */
export async function visit(name: string, port: number, rootPem?: string): Promise<Visit> {
  const trust = rootPem === undefined ? {} : { ca: rootPem };
  const options = {
    host: "127.0.0.1",
    port,
    servername: name,
    headers: { host: name },
    agent: false,
    ...trust,
  };
  const outgoing = request(options).end();
  const [incoming] = (await once(outgoing, "response")) as [AsyncIterable<Buffer> & { socket: TLSSocket }];
  const { socket } = incoming;
  const seen = { protocol: socket.getProtocol() ?? "", validTo: socket.getPeerCertificate().valid_to };
  let text = "";
  for await (const chunk of incoming) text += chunk.toString();
  return { ...seen, text: text.trim() };
}

async function listen(server: Server, port: number): Promise<() => Promise<void>> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
}

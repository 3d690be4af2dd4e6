import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import { connect, type PeerCertificate } from "node:tls";

/** An answer over HTTPS. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What {@link fetchOver} sends. */
export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks over a connection of its own that trusts one root and nothing else. */
export async function fetchOver(url: string, rootPem: string, question: Question = {}): Promise<Answer> {
  const { method = "GET", headers = {}, body } = question;
  // Node would take the name to check from a Host header.
  const servername = new URL(url).hostname;
  const sent = request(url, { method, headers, ca: rootPem, servername, agent: false });
  sent.end(body);
  const [response] = await once(sent, "response");
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, headers: response.headers, body: text };
}

/** How {@link peerCertificate} looks at what it is shown. */
export interface Handshake {
  /** Do not compare the validity with the clock of this machine. */
  readonly ignoreTime?: boolean;
}

/** Shakes hands and answers the certificate of the server; rejects unless it is trusted under this root and for `localhost`. */
export async function peerCertificate(
  port: number,
  rootPem: string,
  { ignoreTime = false }: Handshake = {},
): Promise<PeerCertificate> {
  const socket = connect({
    host: "127.0.0.1",
    port,
    servername: "localhost",
    ca: rootPem,
    rejectUnauthorized: !ignoreTime,
  });
  try {
    await once(socket, "secureConnect");
    const fault = socket.authorizationError ?? undefined;
    if (fault !== undefined && !timeFaults.has(String(fault))) throw new Error(String(fault));
    return socket.getPeerCertificate();
  } finally {
    socket.destroy();
  }
}

const timeFaults: ReadonlySet<string> = new Set(["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED"]);

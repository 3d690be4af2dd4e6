import { connect, createSecureContext, type TLSSocket } from "node:tls";
import type { OutboundConnection } from "./outbound-network.ts";
import { eventOf, transportFailure } from "./transport-failure.ts";

/** What a validator says in its ClientHello. */
export interface ClientHello {
  /** server_name, always a DNS name; left out when undefined, as it must be for an address (RFC 6066 section 3). */
  readonly serverName: string | undefined;
  /** The one ALPN protocol on offer. */
  readonly protocol: string;
}

/**
 * Makes a TLS handshake over a connection, 1.2 or later, without judging the certificate and without a session to resume.
 *
 * @throws {AttemptFailure} The handshake failed.
 */
export async function startTls(
  { stream, peer }: OutboundConnection,
  hello: ClientHello,
  label: string,
): Promise<TLSSocket> {
  const socket = connect({
    socket: stream,
    secureContext,
    ALPNProtocols: [hello.protocol],
    rejectUnauthorized: false,
    ...(hello.serverName === undefined ? {} : { servername: hello.serverName }),
  });
  try {
    await eventOf(socket, "secureConnect");
    return socket;
  } catch (error) {
    throw transportFailure(error, stream, `${label} at ${peer}`, "tls");
  }
}

/** Without trust anchors: nothing is verified, so nothing needs to be loaded. */
const secureContext = createSecureContext({ ca: [], minVersion: "TLSv1.2" });

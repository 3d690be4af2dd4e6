import type { X509Certificate } from "node:crypto";

/**
 * What a handler may know about the connection that carried a request: facts of the transport, never of a header
 * that the client wrote.
 */
export interface ConnectionFacts {
  /**
   * IP address of the peer, which is the proxy where one stands in front. IPv4 dotted, also when it arrived mapped
   * into IPv6. Absent on a Unix socket and when the peer is gone already.
   */
  readonly remoteAddress?: string;
  /** Whether TLS ends in this process. */
  readonly secure: boolean;
  /**
   * Certificate (DER) that the peer presented in the TLS handshake. The peer holds its private key; whether the
   * certificate is valid and whom it names is the handler's to judge.
   */
  readonly clientCertificate?: Uint8Array | undefined;
}

/**
 * A service as a function from request to response, which every host can call.
 *
 * May be called concurrently. `request.url` is absolute, under the configured origin.
 */
export type FetchHandler = (request: Request, connection: ConnectionFacts) => Promise<Response> | Response;

/** The parts of a socket, plain or TLS, that connection facts are read from. */
export interface SocketFacts {
  readonly remoteAddress?: string | undefined;
  readonly encrypted?: boolean;
  getPeerX509Certificate?(): X509Certificate | undefined;
}

/**
 * Creates a reader of connection facts that looks at each socket once, except for the client certificate, which it
 * reads when somebody asks for it: TLS 1.2 lets a peer present another one later.
 */
export function createFactsReader(): (socket: SocketFacts) => ConnectionFacts {
  const known = new WeakMap<SocketFacts, ConnectionFacts>();
  return (socket) => {
    const facts = known.get(socket) ?? readFacts(socket);
    known.set(socket, facts);
    return facts;
  };
}

function readFacts(socket: SocketFacts): ConnectionFacts {
  const address = socket.remoteAddress;
  return Object.freeze({
    ...(address === undefined ? {} : { remoteAddress: unmapAddress(address) }),
    secure: socket.encrypted === true,
    get clientCertificate(): Uint8Array | undefined {
      return socket.getPeerX509Certificate?.()?.raw;
    },
  });
}

/** Writes an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2) as the IPv4 address that it stands for. */
function unmapAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice("::ffff:".length) : address;
}

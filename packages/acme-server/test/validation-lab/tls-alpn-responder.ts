import { createServer, type SecureVersion } from "node:tls";
import type { ServerCredentials } from "./certificates.ts";
import { type Listening, listen } from "./listen.ts";
import type { TargetOptions } from "./tcp-target.ts";

/** How a responder behaves. */
export interface ResponderOptions extends TargetOptions {
  readonly credentials: ServerCredentials;
  /** The protocol it speaks; undefined leaves ALPN out, default `acme-tls/1`. */
  readonly protocol?: string | undefined;
  /** Its only TLS version; default 1.2 and 1.3. */
  readonly version?: SecureVersion;
}

/** A responder and what it has seen. */
export interface TlsAlpnResponder extends Listening {
  /** server_name of each ClientHello with ALPN. */
  readonly serverNames: readonly string[];
  /** The ALPN list of each ClientHello. */
  readonly offers: readonly (readonly string[])[];
  /** Octets received after handshakes. */
  readonly applicationData: () => number;
  /** Settles when a connection has ended. */
  readonly closed: Promise<void>;
}

/** Starts a responder for tls-alpn-01. */
export async function startTlsAlpnResponder(options: ResponderOptions): Promise<TlsAlpnResponder> {
  const { credentials, version, address = "127.0.0.1", port = 0 } = options;
  const protocol = "protocol" in options ? options.protocol : "acme-tls/1";
  const serverNames: string[] = [];
  const offers: (readonly string[])[] = [];
  let applicationData = 0;
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const choose = (offer: { servername: string; protocols: string[] }) => {
    serverNames.push(offer.servername);
    offers.push(offer.protocols);
    return offer.protocols.find((candidate) => candidate === protocol);
  };
  const server = createServer({
    ...credentials,
    ...(protocol === undefined ? {} : { ALPNCallback: choose }),
    // Old versions are refused by the default security level, whatever the range allows.
    ...(version === undefined
      ? {}
      : { minVersion: version, maxVersion: version, ciphers: "ALL:@SECLEVEL=0" }),
  });
  server.on("tlsClientError", () => undefined);
  server.on("secureConnection", (socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      applicationData += chunk.length;
    });
    socket.on("close", () => resolve());
  });
  const listening = await listen(server, address, port);
  return { ...listening, serverNames, offers, applicationData: () => applicationData, closed };
}

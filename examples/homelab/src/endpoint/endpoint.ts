import { createServer } from "node:https";
import { type CertificateAuthority, isCaError } from "@chancery/core";
import type { ServerConfiguration } from "../configuration/configuration.ts";
import type { Host } from "../host.ts";
import { type Listener, openListener, timeouts } from "../http/listener.ts";
import { formatOrigin } from "../http/origin.ts";
import { StartRefusal } from "../start-refusal.ts";
import type { Undo } from "../undo.ts";
import { type EndpointCertificate, issueEndpointCertificate } from "./endpoint-certificate.ts";
import { describeEndpoint, startRenewal } from "./renewal.ts";

/** The HTTPS endpoint, which listens. */
export interface Endpoint extends Listener {
  /** Where clients reach it, without a slash at its end. */
  readonly baseUrl: string;
}

/**
 * Certifies the server's own names, listens on its address, and keeps the certificate fresh from then on.
 *
 * @throws {StartRefusal} The names are refused, or the address cannot be had.
 */
export async function openEndpoint(
  configuration: ServerConfiguration,
  ca: CertificateAuthority,
  host: Host,
  undo: Undo,
): Promise<Endpoint> {
  const issue = () => issueEndpointCertificate(ca, configuration.names);
  const current = await issue().catch((cause: unknown) => {
    throw isCaError(cause) ? uncertified(cause) : cause;
  });
  const server = createServer({ ...timeouts, handshakeTimeout: 15_000, ...tlsOptions(current) });
  server.on("tlsClientError", (error, { remoteAddress }) =>
    host.log("debug", "endpoint.handshakeFailed", { reason: error.message, remoteAddress }),
  );
  const { listen: address, stopTimeout } = configuration;
  const listener = await openListener({ server, address, stopTimeout, host });
  undo.add(listener.drain);
  host.log("info", "endpoint.certified", describeEndpoint(current));
  const install = (fresh: EndpointCertificate) => server.setSecureContext(tlsOptions(fresh));
  undo.add(startRenewal({ ...host, current, issue, install }));
  return Object.freeze<Endpoint>({
    ...listener,
    baseUrl: configuration.baseUrl ?? formatOrigin("https", configuration.names[0], listener.port),
  });
}

function uncertified(cause: Error): StartRefusal {
  return new StartRefusal(`the server cannot certify its own names (server.names): ${cause.message}`, {
    cause,
  });
}

function tlsOptions({ chainPem, privateKeyPem }: EndpointCertificate): {
  readonly cert: string;
  readonly key: string;
  readonly minVersion: "TLSv1.2";
} {
  return { cert: chainPem, key: privateKeyPem, minVersion: "TLSv1.2" };
}

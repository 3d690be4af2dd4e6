import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { connect } from "node:tls";
import type { ObtainedCertificate } from "./obtained-certificate.ts";

/** Serves HTTPS with a certificate on a free port of 127.0.0.1 while `use` runs. */
export async function whileServing<Result>(
  { chainPem, privateKeyPem }: ObtainedCertificate,
  use: (port: number) => Promise<Result>,
): Promise<Result> {
  const server = createServer({ cert: chainPem, key: privateKeyPem }, (_, response) =>
    response.end("served\n"),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    await close(server);
  }
}

/** Shakes hands with a server that has the certificate, as a client that trusts `roots` alone: PEM, none if empty. */
export function shakeHands(certificate: ObtainedCertificate, roots: readonly string[]): Promise<void> {
  return whileServing(certificate, async (port) => {
    const socket = connect({ host: "127.0.0.1", port, servername: certificate.name, ca: [...roots] });
    try {
      await once(socket, "secureConnect");
    } finally {
      socket.destroy();
    }
  });
}

/** The root that a certificate is held against, as PEM. */
export function rootOf({ rootFile }: ObtainedCertificate): string {
  return readFileSync(rootFile, "utf8");
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, "close");
}

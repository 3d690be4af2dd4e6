import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** The connections of a server, so that it can stop without cutting off an answer. */
export interface Connections {
  /**
   * Stops accepting, closes what is not answering anyone, lets the rest finish, and resolves when all are closed.
   *
   * @param whenOverdue - Called once; what is open when it resolves is cut off.
   */
  drain(whenOverdue: () => Promise<void>): Promise<void>;
}

/** Watches over the connections of a server of `node:http` or `node:https`; call it before the server listens. */
export function watchConnections(server: Server): Connections {
  // By the address of the peer: a TLS connection replaces the TCP connection that it runs over.
  const connections = new Map<string, Socket>();
  const answering = new Set<ServerResponse>();
  let isDraining = false;

  const remember = (socket: Socket): void => {
    const peer = `${socket.remoteAddress} ${socket.remotePort}`;
    connections.set(peer, socket);
    socket.once("close", () => {
      if (connections.get(peer) === socket) connections.delete(peer);
    });
  };
  const closeUnused = (): void => {
    const used = new Set([...answering].map(({ req }) => req.socket));
    for (const socket of connections.values()) if (!used.has(socket)) socket.destroy();
  };
  server.on("connection", remember);
  server.on("secureConnection", remember);
  server.on("request", (_request: IncomingMessage, response: ServerResponse) => {
    answering.add(response);
    if (isDraining) response.setHeader("connection", "close");
    response.once("close", () => {
      answering.delete(response);
      if (isDraining) closeUnused();
    });
  });

  return Object.freeze<Connections>({
    async drain(whenOverdue) {
      isDraining = true;
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const response of answering) if (!response.headersSent) response.setHeader("connection", "close");
      closeUnused();
      await Promise.race([closed, whenOverdue()]);
      for (const socket of connections.values()) socket.destroy();
      await closed;
    },
  });
}

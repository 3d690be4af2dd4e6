import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { decode, encode } from "dns-packet";
import type { KeyAuthorizations } from "./load-client.ts";

/** A service on loopback, with the port that it was given. */
export interface LoopbackService {
  readonly port: number;
  close(): void;
}

/** A DNS server that answers every A query with 127.0.0.1 and everything else with nothing. */
export async function startNameServer(): Promise<LoopbackService> {
  const socket = createSocket("udp4");
  socket.on("message", (message, { port, address }) => {
    const { id, questions = [] } = decode(message);
    const answers = questions
      .filter(({ type }) => type === "A")
      .map(({ name }) => ({ type: "A" as const, name, ttl: 1, data: "127.0.0.1" }));
    socket.send(encode({ type: "response", id: id ?? 0, flags: 0x0580, questions, answers }), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { port: socket.address().port, close: () => socket.close() };
}

/** A web server that answers http-01 for every name of the run. */
export async function startChallengeServer(keyAuthorizations: KeyAuthorizations): Promise<LoopbackService> {
  const server = createServer((incoming, response) => {
    const keyAuthorization = keyAuthorizations.get(incoming.url?.split("/").at(-1) ?? "");
    response.writeHead(keyAuthorization === undefined ? 404 : 200).end(keyAuthorization);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

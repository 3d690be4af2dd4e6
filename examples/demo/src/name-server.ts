import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode } from "dns-packet";

/** Starts a DNS server on 127.0.0.1 to which every name leads there too. @returns Closes it. */
export async function startNameServer(port: number): Promise<() => void> {
  const socket = createSocket("udp4");
  socket.on("message", (message, { port: peer, address }) => {
    const { id = 0, questions = [] } = decode(message);
    const answers = questions.filter(({ type }) => type === "A").map(({ name }) => toLoopback(name));
    const response = { type: "response", id, flags: AUTHORITATIVE_ANSWER, questions, answers } as const;
    socket.send(encode(response), peer, address);
  });
  socket.bind(port, "127.0.0.1");
  await once(socket, "listening");
  return () => socket.close();
}

function toLoopback(name: string): Answer {
  return { type: "A", name, ttl: 1, data: "127.0.0.1" };
}

import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Packet, type Question } from "dns-packet";
import { findFreePort } from "./free-port.ts";

/** A DNS server on 127.0.0.1, over UDP and TCP on one port. */
export interface NameServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Answers the records of a name now, or undefined where there is no such name. */
export type Zone = (question: Question) => readonly Answer[] | undefined;

/** Starts a name server that asks `zone` anew for each question, so a zone may change while the server runs. */
export async function startNameServer(zone: Zone): Promise<NameServer> {
  const port = await findFreePort();
  const udp = createSocket("udp4");
  const tcp = createServer((socket) => answerStream(socket, zone));
  udp.on("message", (message, { port: peer, address }) => {
    const answer = answerMessage(message, zone);
    if (answer !== undefined) udp.send(fitted(answer), peer, address);
  });
  udp.bind(port, "127.0.0.1");
  await once(udp, "listening");
  tcp.listen(port, "127.0.0.1");
  await once(tcp, "listening");
  return Object.freeze<NameServer>({ port, close: () => close(udp, tcp) });
}

async function close(udp: DatagramSocket, tcp: Server): Promise<void> {
  udp.close();
  tcp.close();
  await once(tcp, "close");
}

/** What a resolver without EDNS takes over UDP: RFC 1035 section 4.2.1. */
const datagramLimit = 512;

function fitted(answer: Packet): Buffer {
  const octets = encode(answer);
  if (octets.length <= datagramLimit) return octets;
  return encode({ ...answer, flags: (answer.flags ?? 0) | truncated, answers: [] });
}

const truncated = 0x0200;
const nameError = 3;

function answerMessage(message: Uint8Array, zone: Zone): Packet | undefined {
  const query = decodeQuery(message);
  const [question] = query?.questions ?? [];
  if (query === undefined || question === undefined) return undefined;
  // Resolvers mix the case of names to recognise their answers, so the question goes back as it came.
  const answers = zone({ ...question, name: question.name.toLowerCase() });
  const code = answers === undefined ? nameError : 0;
  return {
    type: "response",
    id: query.id ?? 0,
    flags: AUTHORITATIVE_ANSWER | code,
    questions: [question],
    answers: (answers ?? []).map((answer) => ({ ...answer, name: question.name })),
  };
}

function decodeQuery(message: Uint8Array): Packet | undefined {
  try {
    return decode(Buffer.from(message));
  } catch {
    return undefined;
  }
}

/** Each message over TCP comes after its length in two octets: RFC 1035 section 4.2.2. */
function answerStream(socket: Socket, zone: Zone): void {
  let received = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      const answer = answerMessage(received.subarray(2, end), zone);
      received = received.subarray(end);
      if (answer === undefined) return void socket.destroy();
      const octets = encode(answer);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(octets.length);
      socket.write(Buffer.concat([length, octets]));
    }
  });
}

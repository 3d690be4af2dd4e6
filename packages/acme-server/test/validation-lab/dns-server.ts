import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import {
  type Answer,
  decode,
  encode,
  type Packet,
  type Question,
  streamDecode,
  streamEncode,
} from "dns-packet";
import { type Listening, listen } from "./listen.ts";

/** What reached the server. */
export interface ReceivedQuestion {
  readonly name: string;
  readonly type: string;
  readonly transport: "tcp" | "udp";
  /** How many times the same question has come before. */
  readonly repetition: number;
}

/** What the server says, honestly or not. */
export interface ScriptedReply {
  readonly answers?: readonly Answer[];
  /** RCODE of RFC 1035 section 4.1.1: 2 is SERVFAIL, 3 is NXDOMAIN, 5 is REFUSED. */
  readonly rcode?: number;
  readonly truncated?: boolean;
  /** Answers under another message id than that of the query. */
  readonly wrongId?: boolean;
  /** Answers another question than the one that was asked. */
  readonly wrongQuestion?: boolean;
}

/** A DNS server over UDP and TCP that follows a script. */
export interface DnsServer extends Listening {
  /** As resolvers take it: `127.0.0.1:port`. */
  readonly server: string;
  readonly questions: readonly ReceivedQuestion[];
}

/**
 * Starts a DNS server on 127.0.0.1.
 *
 * @param script - Called for each question; undefined leaves it without an answer.
 */
export async function startDnsServer(
  script: (question: ReceivedQuestion) => ScriptedReply | undefined,
): Promise<DnsServer> {
  const questions: ReceivedQuestion[] = [];
  const replyTo = (query: Packet, transport: "tcp" | "udp"): Packet | undefined => {
    const [question] = query.questions ?? [];
    if (question === undefined) return undefined;
    const name = question.name.toLowerCase();
    const repetition = questions.filter(
      (earlier) => earlier.name === name && earlier.type === question.type,
    ).length;
    const received = { name, type: question.type, transport, repetition };
    questions.push(received);
    const reply = script(received);
    return reply === undefined ? undefined : packetOf(query, question, reply);
  };

  const tcp = createServer((socket) => serveTcp(socket, replyTo));
  const listening = await listen(tcp, "127.0.0.1", 0);
  const udp = createSocket("udp4");
  udp.on("message", (message, { port, address }) => {
    const reply = replyTo(decode(message), "udp");
    if (reply !== undefined) udp.send(encode(reply), port, address);
  });
  udp.bind(listening.port, "127.0.0.1");
  await once(udp, "listening");

  return {
    port: listening.port,
    server: `127.0.0.1:${listening.port}`,
    questions,
    async close() {
      udp.close();
      await listening.close();
    },
  };
}

/** A script that knows some records and denies that anything else exists; a name with other types gets an empty answer. */
export function zoneScript(records: readonly Answer[]): (question: ReceivedQuestion) => ScriptedReply {
  return ({ name, type }) => {
    const ofName = records.filter((record) => record.name === name);
    return {
      rcode: ofName.length === 0 ? 3 : 0,
      answers: ofName.filter((record) => record.type === type || record.type === "CNAME"),
    };
  };
}

const responseFlags = 0x8180; // QR, RD, RA: RFC 1035 section 4.1.1

function packetOf(query: Packet, question: Question, reply: ScriptedReply): Packet {
  const id = query.id ?? 0;
  return {
    type: "response",
    id: reply.wrongId ? id ^ 0xffff : id,
    flags: responseFlags | (reply.truncated ? 0x0200 : 0) | (reply.rcode ?? 0),
    questions: [reply.wrongQuestion ? { ...question, name: `not-${question.name}` } : question],
    answers: [...(reply.answers ?? [])],
  };
}

function serveTcp(socket: Socket, replyTo: (query: Packet, transport: "tcp") => Packet | undefined): void {
  let received = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      const reply = replyTo(streamDecode(received.subarray(0, end)), "tcp");
      received = received.subarray(end);
      if (reply !== undefined) socket.write(streamEncode(reply));
    }
  });
}

import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createLaboratory } from "../../test/validation-lab/laboratory.ts";
import { startTcpTarget } from "../../test/validation-lab/tcp-target.ts";
import { boundedStream } from "./bounded-stream.ts";

const laboratory = createLaboratory();
afterEach(() => laboratory.close());

test("what has arrived before the socket closed can still be read", async () => {
  const target = await laboratory.open(startTcpTarget((socket) => void socket.end("the last words")));
  const socket = connect({ host: "127.0.0.1", port: target.port });
  const stream = boundedStream(socket, 1000);
  stream.write("go\r\n\r\n");
  await once(socket, "close");
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toBe("the last words");
});

test("the limit itself may be received, one octet more may not", async () => {
  const target = await laboratory.open(startTcpTarget((socket) => void socket.end(Buffer.alloc(100))));
  const outcomes = [100, 99].map(async (maximum) => {
    const stream = boundedStream(connect({ host: "127.0.0.1", port: target.port }), maximum);
    stream.write("go\r\n\r\n");
    stream.resume();
    await new Promise((resolve) => stream.once("close", resolve));
    return stream.errored?.message;
  });
  expect(await Promise.all(outcomes)).toEqual([undefined, "sent more than 99 octets"]);
});

test("destroying the stream destroys the socket", async () => {
  const target = await laboratory.open(startTcpTarget(() => undefined));
  const socket = connect({ host: "127.0.0.1", port: target.port });
  boundedStream(socket, 1000).destroy();
  expect(socket.destroyed).toBe(true);
});

import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { ReceivedTooMuch } from "./transport-failure.ts";

/**
 * Puts a limit on what can be received through a connected socket, below TLS and HTTP: one octet more destroys both with
 * {@link ReceivedTooMuch}. Destroying the stream destroys the socket.
 */
export function boundedStream(socket: Socket, maximum: number): Duplex {
  let received = 0;
  let ended = false;
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => undefined,
    write: (chunk: Uint8Array, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on("data", (chunk: Uint8Array) => {
    received += chunk.length;
    if (received > maximum) stream.destroy(new ReceivedTooMuch(maximum));
    // No back pressure: there is never more to hold than the limit.
    else stream.push(chunk);
  });
  socket.on("end", () => {
    ended = true;
    stream.push(null);
  });
  socket.on("error", (error) => void stream.destroy(error));
  // After an end there may be octets that nobody has read yet.
  socket.on("close", () => void (ended || stream.destroy()));
  // Whoever reads learns of an error by `errored`; without a listener it would end the process.
  stream.on("error", () => undefined);
  return stream;
}

import { deepEqual, equal } from "node:assert/strict";
import { once } from "node:events";
import { Agent } from "node:http";
import { readResponse } from "../client.ts";
import type { AdapterCases } from "../harness.ts";
import { patternOf } from "./patterns.ts";

/** What happens around a request: its peer, its connection, its end. */
export const connectionCases: AdapterCases = {
  "remoteAddress is the peer's, whatever forwarding fields say (case 8)": async ({ serve }) => {
    const { send } = await serve((_, { remoteAddress, secure, clientCertificate }) =>
      Response.json([remoteAddress, secure, clientCertificate === undefined]),
    );
    const headers = {
      "x-forwarded-for": "203.0.113.9",
      forwarded: "for=203.0.113.9",
      "x-real-ip": "203.0.113.9",
    };
    deepEqual(JSON.parse((await send({ target: "/", headers })).text), ["127.0.0.1", false, true]);
  },

  "one connection carries several requests": async ({ serve }) => {
    const { open } = await serve(async (request) => new Response(await request.bytes()));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const headers = { "content-type": "application/octet-stream" };
      for (const expected of [false, true, true]) {
        const client = open({ target: "/", method: "POST", headers, agent });
        client.end(patternOf(700));
        deepEqual((await readResponse(client)).body, patternOf(700));
        equal(client.reusedSocket, expected);
      }
    } finally {
      agent.destroy();
    }
  },

  "a client that leaves aborts request.signal": async ({ serve }) => {
    const called = Promise.withResolvers<AbortSignal>();
    const { open } = await serve(async ({ signal }) => {
      called.resolve(signal);
      await once(signal, "abort");
      signal.throwIfAborted();
      return new Response();
    });
    const client = open({ target: "/" });
    client.end();
    const signal = await called.promise;
    equal(signal.aborted, false);
    const aborted = once(signal, "abort");
    client.destroy();
    await aborted;
  },

  "a client that leaves cancels the stream of the response": async ({ serve }) => {
    const cancelled = Promise.withResolvers<void>();
    const chunk = patternOf(65_536);
    const { open } = await serve(
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(chunk.slice()),
            cancel: () => cancelled.resolve(),
          }),
        ),
    );
    const client = open({ target: "/" });
    client.end();
    await once(client, "response");
    client.destroy();
    await cancelled.promise;
  },

  "a body that stops coming is answered 408 and ends the connection (E-020, case 5)": async ({ serve }) => {
    let calls = 0;
    const { open } = await serve(() => new Response(String(++calls)), { bodyTimeout: 20 });
    const headers = { "content-type": "application/jose+json", "content-length": 100 };
    const client = open({ target: "/", method: "POST", headers });
    const response = readResponse(client);
    client.write("{");
    equal((await response).status, 408);
    deepEqual((await response).fieldLines("connection"), ["close"]);
    equal(calls, 0);
    client.destroy();
  },
};

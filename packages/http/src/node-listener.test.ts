import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { listen } from "./conformance/listen.ts";
import type { FetchHandler } from "./connection-facts.ts";
import { createNodeListener, type NodeListener, type NodeListenerOptions } from "./node-listener.ts";
import type { RefusalReason } from "./refusal.ts";

const baseUrl = "https://ca.example.test";
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

async function start(listener: RequestListener): Promise<string> {
  const mounted = await listen(createServer(listener));
  opened.push(mounted);
  return mounted.origin;
}

function serve(handler: FetchHandler, options: Partial<NodeListenerOptions> = {}): Promise<string> {
  return start(createNodeListener(handler, { baseUrl, ...options }));
}

/** A connection that takes text as it stands. */
async function dial(origin: string): Promise<Socket> {
  const socket = connect(Number(new URL(origin).port), "127.0.0.1");
  opened.push({ close: async () => void socket.destroy() });
  await once(socket, "connect");
  return socket;
}

/** Sends text and reads until the server ends the connection. */
async function converse(origin: string, text: string): Promise<string> {
  const socket = await dial(origin);
  socket.write(text);
  let answer = "";
  for await (const chunk of socket.setEncoding("latin1") as AsyncIterable<string>) answer += chunk;
  return answer;
}

const closing = "Host: ca.example.test\r\nConnection: close\r\n\r\n";

describe("createNodeListener", () => {
  test("takes the path of an absolute-form target and drops its authority (A-061, case 7)", async () => {
    const origin = await serve((request) => new Response(request.url));
    const answer = await converse(origin, `GET http://evil.example/directory HTTP/1.1\r\n${closing}`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain("https://ca.example.test/directory");
    expect(answer).not.toContain("evil");
  });

  test("keeps the base URL's origin when a path looks like an authority (A-061)", async () => {
    const origin = await serve((request) => new Response(request.url));
    const answer = await converse(origin, `GET //evil.example/ HTTP/1.1\r\n${closing}`);
    expect(answer).toContain("https://ca.example.test//evil.example/");
  });

  test("needs no Host field to know its URL (HTTP/1.0)", async () => {
    const origin = await serve((request) => new Response(request.url));
    expect(await converse(origin, "GET /a HTTP/1.0\r\n\r\n")).toContain("https://ca.example.test/a");
  });

  const refused: { why: string; head: string; reason: RefusalReason; status: number }[] = [
    { why: "a dot segment", head: "GET /a/../b", reason: "target-malformed", status: 400 },
    { why: "a target without a path", head: "OPTIONS *", reason: "target-malformed", status: 400 },
    { why: "a method that fetch cannot express", head: "TRACE /", reason: "method-unsupported", status: 501 },
    { why: "a body over the limit", head: "POST /", reason: "body-too-large", status: 413 },
  ];

  test.each(refused)(
    "refuses $why with $status, in words that an option can choose",
    async ({ head, reason, status }) => {
      const request = `${head} HTTP/1.1\r\nContent-Length: ${reason === "body-too-large" ? 9 : 0}\r\n${closing}`;
      const handler = (): never => expect.unreachable();
      const plain = await converse(await serve(handler, { maxBodyBytes: 8 }), request);
      expect(plain).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(plain).toMatch(/content-type: text\/plain/i);

      const answerRefusal: NodeListenerOptions["answerRefusal"] = (refusal) =>
        Response.json(refusal, {
          status: refusal.status,
          headers: { "content-type": "application/problem+json" },
        });
      const worded = await converse(await serve(handler, { maxBodyBytes: 8, answerRefusal }), request);
      expect(worded).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(worded).toMatch(/content-type: application\/problem\+json/i);
      expect(worded).toContain(`"reason":"${reason}"`);
    },
  );

  test("falls back to plain text when the words themselves fail", async () => {
    const [handlerFailure, wordsFailure] = [new Error("handler"), new Error("words")];
    const errors: unknown[] = [];
    const origin = await serve(() => Promise.reject(handlerFailure), {
      onError: (error) => void errors.push(error),
      answerRefusal: () => Promise.reject(wordsFailure),
    });
    const response = await fetch(origin);
    expect([response.status, await response.text()]).toEqual([
      500,
      "the server failed to answer this request\n",
    ]);
    expect(errors).toEqual([handlerFailure, wordsFailure]);
  });

  test("answers although onError throws, and without one", async () => {
    const failing = (): Promise<Response> => Promise.reject(new Error("handler"));
    const onError = (): never => {
      throw new Error("logger");
    };
    expect((await fetch(await serve(failing, { onError }))).status).toBe(500);
    expect((await fetch(await serve(failing))).status).toBe(500);
  });

  test("answers 500 to what a synchronous handler throws", async () => {
    const origin = await serve(() => {
      throw new Error("handler");
    });
    expect((await fetch(origin)).status).toBe(500);
  });

  test("never lets half a response pass for a whole one", async () => {
    const failure = new Error("stream");
    const reported = Promise.withResolvers<unknown>();
    let pulls = 0;
    const body = new ReadableStream({
      async pull(controller) {
        pulls += 1;
        await new Promise(setImmediate);
        if (pulls > 2) controller.error(failure);
        else controller.enqueue(new Uint8Array(3));
      },
    });
    const origin = await serve(() => new Response(body), { onError: reported.resolve });
    const response = await fetch(origin);
    expect(response.status).toBe(200);
    await expect(response.bytes()).rejects.toThrow();
    expect(await reported.promise).toBe(failure);
  });

  test("answers 500 when a response stream fails before its first byte", async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("stream")) });
    expect((await fetch(await serve(() => new Response(body)))).status).toBe(500);
  });

  test("sends the beginning of a stream before its end is there", async () => {
    const more = Promise.withResolvers<void>();
    let pulls = 0;
    const body = new ReadableStream({
      async pull(controller) {
        pulls += 1;
        if (pulls > 1) await more.promise;
        controller.enqueue(new TextEncoder().encode(String(pulls)));
        if (pulls > 1) controller.close();
      },
    });
    const origin = await serve(() => new Response(body));
    const reader = (await fetch(origin)).body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe("1");
    more.resolve();
    expect((await reader?.read())?.value).toBe("2");
  });

  test("holds no more of a stream than the client is about to read", async () => {
    const chunk = new Uint8Array(65_536);
    let [chunks, buffered] = [0, 0];
    const origin = await start((request, response) => {
      const body = new ReadableStream({
        pull(controller) {
          buffered = Math.max(buffered, response.writableLength);
          controller.enqueue(chunk);
          if (++chunks === 128) controller.close();
        },
      });
      createNodeListener(() => new Response(body), { baseUrl })(request, response);
    });
    expect((await (await fetch(origin)).bytes()).length).toBe(128 * chunk.length);
    expect(buffered).toBeLessThan(4 * chunk.length);
  });

  test("leaves the body of a response to HEAD unread", async () => {
    const cancelled = Promise.withResolvers<void>();
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1)),
      cancel: () => cancelled.resolve(),
    });
    expect((await fetch(await serve(() => new Response(endless)), { method: "HEAD" })).status).toBe(200);
    await cancelled.promise;
  });

  test("hands over no body that ended early, and reports nothing", async () => {
    let calls = 0;
    const errors: unknown[] = [];
    const closed = Promise.withResolvers<void>();
    const listener = createNodeListener(() => new Response(String(++calls)), {
      baseUrl,
      onError: (error) => void errors.push(error),
    });
    const origin = await start((request, response) => {
      response.on("close", () => setImmediate(closed.resolve));
      listener(request, response);
    });
    const socket = await dial(origin);
    socket.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345", () => socket.destroy());
    await closed.promise;
    expect([calls, errors]).toEqual([0, []]);
  });

  test("does not report the abort that it caused", async () => {
    const called = Promise.withResolvers<AbortSignal>();
    const errors: unknown[] = [];
    const origin = await serve(
      async ({ signal }) => {
        called.resolve(signal);
        await once(signal, "abort");
        signal.throwIfAborted();
        return new Response();
      },
      { onError: (error) => void errors.push(error) },
    );
    const socket = await dial(origin);
    socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const signal = await called.promise;
    socket.destroy();
    await once(signal, "abort");
    await new Promise(setImmediate);
    expect(errors).toEqual([]);
  });

  test("has an aborted signal for a handler that asks after the client has left", async () => {
    const called = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    const seen = Promise.withResolvers<boolean>();
    const listener = createNodeListener(
      async (request) => {
        called.resolve();
        await left.promise;
        seen.resolve(request.signal.aborted);
        return new Response();
      },
      { baseUrl },
    );
    const origin = await start((request, response) => {
      response.on("close", left.resolve);
      listener(request, response);
    });
    const socket = await dial(origin);
    socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    await called.promise;
    socket.destroy();
    expect(await seen.promise).toBe(true);
  });

  test("leaves the signal alone when a response has ended", async () => {
    const signals: AbortSignal[] = [];
    const origin = await serve((request) => {
      signals.push(request.signal);
      return new Response("a");
    });
    expect(await converse(origin, `GET / HTTP/1.1\r\n${closing}`)).toContain("200 OK");
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  test("keeps the connection usable after refusing a body, once the rest of it has passed (case 3)", async () => {
    const origin = await serve((request) => new Response(request.url), { maxBodyBytes: 8 });
    const chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n";
    const answer = await converse(origin, `${chunked}2\r\n01\r\n0\r\n\r\nGET /next HTTP/1.1\r\n${closing}`);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 413", "HTTP/1.1 200"]);
    expect(answer).toContain("https://ca.example.test/next");
  });

  test("does not wait for the rest of a refused body for ever (E-020)", async () => {
    const origin = await serve(() => new Response(), { maxBodyBytes: 8, bodyTimeout: 20 });
    const answer = await converse(origin, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("ignores the content of GET (RFC 9110 section 9.3.1)", async () => {
    const origin = await serve(async (request) => Response.json([request.body, await request.text()]));
    const answer = await converse(origin, `GET / HTTP/1.1\r\nContent-Length: 2\r\n${closing}{}`);
    expect(answer).toContain('[null,""]');
  });

  test("leaves conflicting framing to Node, which refuses it (E-026)", async () => {
    const origin = await serve(() => expect.unreachable());
    const framing = "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n";
    const answer = await converse(origin, `POST / HTTP/1.1\r\n${framing}${closing}0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test("leaves an oversized head to Node, which refuses it (E-020)", async () => {
    const origin = await serve(() => expect.unreachable());
    const answer = await converse(origin, `GET / HTTP/1.1\r\nA: ${"a".repeat(20_000)}\r\n${closing}`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  test.each(["body", "rawBody"])("uses bytes that a parser kept in %s", async (property) => {
    const listener = createNodeListener(async (request) => new Response(await request.bytes()), {
      baseUrl,
      maxBodyBytes: 8,
    });
    const kept: Record<string, Buffer> = { "/": Buffer.from([0, 255, 10]), "/large": Buffer.alloc(9) };
    const origin = await start((request, response) => {
      const parsed = { body: { parsed: true }, [property]: kept[request.url ?? ""] };
      request.resume().on("end", () => listener(Object.assign(request, parsed), response));
    });
    const response = await fetch(origin, { method: "POST", body: "gone" });
    expect(await response.bytes()).toEqual(new Uint8Array([0, 255, 10]));
    expect((await fetch(`${origin}/large`, { method: "POST", body: "gone" })).status).toBe(413);
  });

  test.each([
    { baseUrl: "/acme" },
    { baseUrl: "ftp://ca.example.test" },
    { baseUrl: "https://user:secret@ca.example.test" },
    { baseUrl: "https://ca.example.test/?a=1" },
    { baseUrl: "https://ca.example.test/#a" },
    { maxBodyBytes: 0 },
    { maxBodyBytes: Number.NaN },
    { maxBodyBytes: Number.POSITIVE_INFINITY },
    { bodyTimeout: -1 },
    { bodyTimeout: 2 ** 31 },
  ])("refuses options that cannot work: $baseUrl $maxBodyBytes $bodyTimeout", (options) => {
    expect(() => createNodeListener(() => new Response(), { baseUrl, ...options })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });

  test("keeps a password in baseUrl out of its error", () => {
    expect(() => createNodeListener(() => new Response(), { baseUrl: "https://u:tr0ub4dor@h" })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("tr0ub4dor") }),
    );
  });

  test("fits node:http and handlers that ask for less", () => {
    type AcmeFetch = (
      request: Request,
      connection?: { readonly remoteAddress?: string },
    ) => Promise<Response>;
    expectTypeOf<AcmeFetch>().toExtend<FetchHandler>();
    expectTypeOf<NodeListener>().toExtend<RequestListener>();
  });
});

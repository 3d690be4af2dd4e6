import { once } from "node:events";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import type { NodeRequest } from "./node-exchange.ts";
import { discardBody, takeBody } from "./request-body.ts";

const limits = { maxBodyBytes: 8, bodyTimeout: 60_000 };

function incoming(facts: Partial<NodeRequest> = {}): PassThrough & NodeRequest {
  const headers = { "transfer-encoding": "chunked" };
  return Object.assign(new PassThrough(), {
    method: "POST",
    headers,
    rawHeaders: [],
    httpVersionMajor: 1,
    socket: {},
    ...facts,
  });
}

describe("takeBody", () => {
  test("joins the chunks", async () => {
    const request = incoming();
    const taken = takeBody(request, limits);
    const chunks = [Buffer.from([0, 255]), Buffer.from([13, 10, 128])];
    for (const chunk of chunks) request.write(chunk);
    request.end();
    expect(await taken).toEqual(Uint8Array.of(0, 255, 13, 10, 128));
  });

  test("takes a body of exactly the limit and not one byte more (case 3)", async () => {
    for (const [length, outcome] of [
      [8, new Uint8Array(8)],
      [9, "body-too-large"],
    ] as const) {
      const request = incoming();
      const taken = takeBody(request, limits);
      request.end(Buffer.alloc(length));
      expect(await taken).toEqual(outcome);
    }
  });

  test("keeps one buffer, however many pieces a body comes in (E-020)", async () => {
    const request = incoming();
    const taken = takeBody(request, { ...limits, maxBodyBytes: 3000 });
    const piece = Buffer.alloc(1, 7);
    for (let count = 0; count < 3000; count += 1) request.write(piece);
    request.end();
    const body = await taken;
    expect(body).toEqual(new Uint8Array(3000).fill(7));
    expect((body as Uint8Array).buffer.byteLength).toBe(3000);
  });

  test("is done as soon as the client has left", async () => {
    const request = incoming();
    const taken = takeBody(request, limits);
    request.write("{");
    request.destroy();
    expect(await taken).toBe("gone");
  });

  test.each([
    { why: "no framing", facts: { headers: {} } },
    { why: "a length of nought", facts: { headers: { "content-length": "0" } } },
    { why: "HEAD", facts: { method: "HEAD" } },
    { why: "an empty kept body", facts: { rawBody: new Uint8Array(0) } },
  ])("has none for $why", async ({ facts }) => {
    expect(await takeBody(incoming(facts), limits)).toBeUndefined();
  });

  test("has none for an empty chunked body", async () => {
    const request = incoming();
    const taken = takeBody(request, limits);
    request.end();
    expect(await taken).toBeUndefined();
  });
});

describe("discardBody", () => {
  const countTimers = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

  test("reads on and throws away, and holds no timer once the body has ended", async () => {
    const before = countTimers();
    const request = incoming();
    discardBody(request, limits);
    expect(countTimers()).toBe(before + 1);
    request.end(Buffer.alloc(1_000_000));
    await once(request, "end");
    expect(countTimers()).toBe(before);
  });

  test("has nothing to do for a body that a parser has read to its end", async () => {
    const request = incoming();
    request.resume().end();
    await once(request, "end");
    const before = countTimers();
    discardBody(request, limits);
    expect(countTimers()).toBe(before);
  });
});

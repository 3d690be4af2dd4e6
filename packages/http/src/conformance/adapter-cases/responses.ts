import { deepEqual, equal, ok } from "node:assert/strict";
import type { AdapterCases } from "../harness.ts";
import { everyByte, patternOf } from "./patterns.ts";

/** What a client receives. */
export const responseCases: AdapterCases = {
  "status, fields and a binary body reach the client unchanged": async ({ serve }) => {
    const headers = { "content-type": "application/pkix-crl", etag: '"1"' };
    const { send } = await serve(() => new Response(everyByte, { status: 203, headers }));
    const response = await send({ target: "/" });
    equal(response.status, 203);
    deepEqual(response.body, everyByte);
    deepEqual(response.fieldLines("content-type"), ["application/pkix-crl"]);
    deepEqual(response.fieldLines("content-length"), ["256"]);
    deepEqual(response.fieldLines("etag"), ['"1"']);
  },

  "a streamed body reaches the client whole": async ({ serve }) => {
    const whole = patternOf(1_000_003);
    const { send } = await serve(() => new Response(streamOf(whole, 65_536)));
    deepEqual((await send({ target: "/" })).body, whole);
  },

  "each cookie and each link has a field line of its own": async ({ serve }) => {
    const { send } = await serve(() => {
      const headers = new Headers();
      headers.append("set-cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT");
      headers.append("set-cookie", "b=2");
      headers.append("link", '<https://ca.example.test/directory>;rel="index"');
      headers.append("link", '<https://ca.example.test/a,b>;rel="alternate";title="x, y"');
      return new Response(null, { headers });
    });
    const response = await send({ target: "/" });
    deepEqual(response.fieldLines("set-cookie"), ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"]);
    deepEqual(response.fieldLines("link"), [
      '<https://ca.example.test/directory>;rel="index"',
      '<https://ca.example.test/a,b>;rel="alternate";title="x, y"',
    ]);
  },

  "HEAD has the fields of the response and no body": async ({ serve }) => {
    const headers = { "content-length": "256", "replay-nonce": "n" };
    const { send } = await serve(() => new Response(everyByte, { headers }));
    const response = await send({ target: "/", method: "HEAD" });
    equal(response.status, 200);
    equal(response.body.length, 0);
    deepEqual(response.fieldLines("replay-nonce"), ["n"]);
    deepEqual(response.fieldLines("content-length"), ["256"]);
  },

  "204 has no body": async ({ serve }) => {
    const { send } = await serve(() => new Response(null, { status: 204 }));
    const response = await send({ target: "/" });
    equal(response.status, 204);
    deepEqual(response.fieldLines("content-length"), []);
    deepEqual(response.fieldLines("transfer-encoding"), []);
  },

  "what the handler throws becomes a 500 that discloses nothing": async ({ serve }) => {
    const failure = new Error("the passphrase is tr0ub4dor");
    const { send, errors } = await serve(() => Promise.reject(failure));
    const response = await send({ target: "/" });
    equal(response.status, 500);
    ok(!response.text.includes("tr0ub4dor") && !response.text.includes("node:"), response.text);
    deepEqual(errors, [failure]);
  },
};

function streamOf(
  bytes: Uint8Array<ArrayBuffer>,
  chunkBytes: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(offset, offset + chunkBytes));
      offset += chunkBytes;
    },
  });
}

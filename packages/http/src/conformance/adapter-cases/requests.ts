import { deepEqual, equal, ok } from "node:assert/strict";
import type { AdapterCases } from "../harness.ts";
import { everyByte, patternOf } from "./patterns.ts";

// Not in JSON.stringify's format: whoever parses and writes it again changes it.
const signedJson = new TextEncoder().encode('{ "payload" : "",\n  "protected":"e30", "x": 1.0 }\n');

const echoBody = async (request: Request): Promise<Response> => new Response(await request.bytes());

/** What a handler receives. */
export const requestCases: AdapterCases = {
  "path and query arrive exactly as they were sent (E-026)": async ({ serve }) => {
    const { send, baseUrl } = await serve((request) => new Response(request.url));
    const target = "/orders/a%2Fb/%41%7e//;x=1?cursor=%2F&next=a+b&z=%%";
    equal((await send({ target })).text, baseUrl + target);
  },

  "a path that URL parsing would change never reaches the handler (E-026)": async ({ serve }) => {
    let calls = 0;
    const { send } = await serve(() => new Response(String(++calls)));
    for (const target of ["/a/../b", "/a/%2e%2E/b", "/a/.%2e", "/a\\b", "/a/%zz"]) {
      equal((await send({ target })).status, 400, target);
    }
    equal(calls, 0);
  },

  "spoofed Host and forwarding fields do not change request.url (A-061, E-026, case 7)": async ({
    serve,
  }) => {
    const { send, baseUrl } = await serve((request) => new Response(request.url));
    const headers = {
      host: "evil.example",
      forwarded: "for=203.0.113.9;host=evil.example;proto=http",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "http",
      "x-forwarded-prefix": "/evil",
      "x-original-url": "/evil",
    };
    equal((await send({ target: "/directory", headers })).text, `${baseUrl}/directory`);
  },

  "the method is the one of the request line, whatever an override field says (E-026)": async ({ serve }) => {
    const { send } = await serve((request) => new Response(request.method));
    const headers = { "x-http-method-override": "DELETE", "x-method-override": "DELETE" };
    equal((await send({ target: "/?_method=DELETE", method: "POST", headers })).text, "POST");
  },

  "header fields arrive, repeated ones with all their values (case 1)": async ({ serve }) => {
    const { send } = await serve(({ headers }) =>
      Response.json([headers.get("content-type"), headers.get("if-none-match"), headers.get("x-empty")]),
    );
    const headers = ["host", "ca.example.test", "content-type", "application/jose+json"];
    headers.push("content-type", "application/json", "if-none-match", '"a"', "x-empty", "");
    const { text } = await send({ target: "/", method: "POST", headers });
    deepEqual(JSON.parse(text), ["application/jose+json, application/json", '"a"', ""]);
  },

  "a body arrives byte for byte, measured or chunked": async ({ serve }) => {
    const { send } = await serve(echoBody);
    const type = { "content-type": "application/octet-stream" };
    const chunks = [everyByte, everyByte.toReversed(), everyByte];
    const whole = new Uint8Array(Buffer.concat(chunks));
    const measured = { ...type, "content-length": whole.length };
    deepEqual((await send({ target: "/", method: "POST", headers: measured }, [whole])).body, whole);
    deepEqual((await send({ target: "/", method: "POST", headers: type }, chunks)).body, whole);
  },

  "signed JSON arrives byte for byte": async ({ serve }) => {
    const { send } = await serve(echoBody);
    const headers = { "content-type": "application/jose+json" };
    const response = await send({ target: "/", method: "POST", headers }, [signedJson]);
    deepEqual(response.body, signedJson);
  },

  "a body that a parser took is refused, never handed on changed": async ({ serve, behindParsers }) => {
    const { send, errors } = await serve(echoBody);
    const headers = { "content-type": "application/json" };
    const answers = [
      await send({ target: "/", method: "POST", headers }, [signedJson]),
      await send({ target: "/", method: "POST", headers }, [signedJson]),
    ];
    for (const { status, body } of answers) {
      if (status === 200) deepEqual(body, signedJson);
      else equal(status, 500);
    }
    const refused = answers.some(({ status }) => status === 500);
    ok(behindParsers || !refused, "no parser is mounted, yet the body is gone");
    equal(errors.length, refused ? 1 : 0, "the operator is told once");
  },

  "a body with a content coding arrives as it was sent, never expanded (case 4)": async ({ serve }) => {
    const { send } = await serve(async (request) => {
      const { length } = await request.bytes();
      return Response.json([request.headers.get("content-encoding"), length]);
    });
    const headers = { "content-type": "application/jose+json", "content-encoding": "gzip" };
    const { text } = await send({ target: "/", method: "POST", headers }, [everyByte]);
    deepEqual(JSON.parse(text), ["gzip", everyByte.length]);
  },

  "a body over the hard limit is answered 413 and never reaches the handler (E-020, case 3)": async ({
    serve,
  }) => {
    let calls = 0;
    const { send } = await serve(() => new Response(String(++calls)), { maxBodyBytes: 1000 });
    const type = { "content-type": "application/octet-stream" };
    const post = { target: "/", method: "POST", headers: type };
    const measured = { ...post, headers: { ...type, "content-length": 1001 } };
    equal((await send(measured, [patternOf(1001)])).status, 413);
    equal((await send(post, [patternOf(500), patternOf(501)])).status, 413);
    equal(calls, 0);
    equal((await send(post, [patternOf(500), patternOf(500)])).status, 200);
  },

  "the answer to a body over the limit reaches a client that is still sending (E-020)": async ({ serve }) => {
    const { send } = await serve(() => new Response(), { maxBodyBytes: 1000 });
    const headers = { "content-type": "application/octet-stream" };
    const chunk = patternOf(65_536);
    const chunks = Array.from({ length: 64 }, () => chunk);
    equal((await send({ target: "/", method: "POST", headers }, chunks)).status, 413);
  },
};

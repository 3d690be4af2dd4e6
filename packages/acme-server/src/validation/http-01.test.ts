import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { challengeFor, thumbprint, token } from "../../test/validation-lab/acme-challenge.ts";
import { createLaboratory } from "../../test/validation-lab/laboratory.ts";
import { neverAborted } from "../../test/validation-lab/signal.ts";
import { httpResponse, startTcpTarget, type TcpTarget } from "../../test/validation-lab/tcp-target.ts";
import { reasonOf } from "./deadline.ts";
import { http01 } from "./http-01.ts";
import { createOutboundNetwork } from "./outbound-network.ts";
import { createResolver } from "./resolver.ts";

const laboratory = createLaboratory();
afterEach(() => laboratory.close());

const { keyAuthorization } = challengeFor("example.test");
const path = `/.well-known/acme-challenge/${token}`;
const proof = httpResponse(200, keyAuthorization);

describe("http01", () => {
  test.each([
    { type: "dns", wildcard: false, supported: true },
    { type: "dns", wildcard: true, supported: false },
    { type: "ip", wildcard: false, supported: true },
    { type: "email", wildcard: false, supported: false },
  ] as const)("A-143, A-170: $type, wildcard $wildcard: $supported", ({ type, wildcard, supported }) => {
    const validator = http01({ network: networkFor({}) });
    expect(validator.type).toBe("http-01");
    expect(validator.maximumAttempts).toBe(3);
    expect(validator.supports({ type, value: "example.test" }, wildcard)).toBe(supported);
  });

  test.each([0, 65_536, 80.5, Number.NaN])("refuses to start with port %d", (port) => {
    expect(() => http01({ network: networkFor({}), port })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });

  test("A-140, E-007: sends one plain request and nothing else", async () => {
    const target = await laboratory.open(startTcpTarget((socket) => void socket.end(proof)));
    expect(await validate(target)).toEqual({ outcome: "valid" });
    expect(target.received().split("\r\n")).toEqual([
      `GET ${path} HTTP/1.1`,
      `host: example.test:${target.port}`,
      "user-agent: chancery-acme-server",
      "accept: */*",
      "accept-encoding: identity",
      "connection: close",
      "",
      "",
    ]);
  });

  test.each([
    { value: "127.0.0.1", host: "127.0.0.1" },
    { value: "::1", host: "[::1]" },
  ])("A-171: asks $value under the host $host", async ({ value, host }) => {
    const target = await laboratory.open(
      startTcpTarget((socket) => void socket.end(proof), { address: value }),
    );
    const validator = http01({ network: networkFor({}), port: target.port });
    expect(await validator.validate(challengeFor(value, "ip"), neverAborted())).toEqual({ outcome: "valid" });
    expect(target.received()).toContain(`\r\nhost: ${host}:${target.port}\r\n`);
  });
});

describe("bodies", () => {
  test.each<{ why: string; respond: (socket: Socket) => void }>([
    { why: "exactly the key authorization", respond: (socket) => void socket.end(proof) },
    {
      why: "A-140: white space after it",
      respond: (socket) => void socket.end(httpResponse(200, `${keyAuthorization} \t\r\n\n`)),
    },
    {
      why: "up to the limit",
      respond: (socket) => void socket.end(httpResponse(200, keyAuthorization.padEnd(1024))),
    },
    {
      why: "in chunks",
      respond: (socket) =>
        void socket.end(chunked([keyAuthorization.slice(0, 5), keyAuthorization.slice(5)])),
    },
    {
      why: "without a length, ended by closing",
      respond: (socket) => void socket.end(`HTTP/1.1 200 OK\r\n\r\n${keyAuthorization}`),
    },
    { why: "HTTP/1.0", respond: (socket) => void socket.end(`HTTP/1.0 200 OK\r\n\r\n${keyAuthorization}`) },
    {
      why: "after an interim response",
      respond: (socket) =>
        void socket.end(Buffer.concat([Buffer.from("HTTP/1.1 103 Early Hints\r\n\r\n"), proof])),
    },
    { why: "a connection that stays open after the body", respond: (socket) => void socket.write(proof) },
  ])("valid: $why", async ({ respond }) => {
    const target = await laboratory.open(startTcpTarget(respond));
    expect(await validate(target)).toEqual({ outcome: "valid" });
  });

  test.each<{ why: string; body: string | Uint8Array; type?: string; words: string }>([
    { why: "empty", body: "", words: "an empty body" },
    { why: "white space only", body: "\r\n", words: "an empty body" },
    { why: "wrong bytes", body: "A".repeat(50), words: "50 octets of something else" },
    {
      why: "white space before it",
      body: ` ${keyAuthorization}`,
      words: `${keyAuthorization.length + 1} octets of something else`,
    },
    {
      why: "a NUL after it",
      body: `${keyAuthorization}\0`,
      words: `${keyAuthorization.length + 1} octets of something else`,
    },
    { why: "the token alone", body: token, words: `${token.length} octets of something else` },
    {
      why: "in upper case",
      body: keyAuthorization.toUpperCase(),
      words: `${keyAuthorization.length} octets of something else`,
    },
    {
      why: "in quotation marks",
      body: `"${keyAuthorization}"`,
      words: `${keyAuthorization.length + 2} octets of something else`,
    },
    { why: "BOM", body: `\ufeff${keyAuthorization}`, words: "a byte order mark before its text" },
    {
      why: "UTF-16",
      body: Buffer.from(`\ufeff${keyAuthorization}`, "utf16le"),
      words: "a byte order mark before its text",
    },
    { why: "gzip", body: gzipSync(keyAuthorization), words: "a compressed body" },
    { why: "gzip bomb", body: gzipSync(Buffer.alloc(700_000)), words: "a compressed body" },
    { why: "an HTML page", body: "\n<!DOCTYPE html><title>Welcome</title>", words: "an HTML page" },
    {
      why: "one octet more than the limit",
      body: keyAuthorization.padEnd(1025),
      words: "more than 1024 octets",
    },
    {
      why: "token of another account",
      body: `${token}.${thumbprint.toLowerCase()}`,
      type: "unauthorized",
      words: "the right token but the thumbprint of another account key",
    },
  ])("case 100: $why", async ({ body, type = "incorrectResponse", words }) => {
    const target = await laboratory.open(
      startTcpTarget((socket) => void socket.end(httpResponse(200, body))),
    );
    expect(await validate(target)).toEqual({
      outcome: "invalid",
      problem: { type, status: 403, detail: `${subjectOf(target)} answered with ${words}; ${expectation}` },
    });
  });

  test.each<{ why: string; respond: (socket: Socket) => void }>([
    {
      why: "of known length",
      respond: (socket) =>
        pour(socket, "HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n", "a".repeat(4096)),
    },
    {
      why: "of unknown length",
      respond: (socket) => pour(socket, "HTTP/1.1 200 OK\r\n\r\n", "a".repeat(4096)),
    },
    {
      why: "in chunks",
      respond: (socket) =>
        pour(
          socket,
          "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
          "1000\r\n".concat("a".repeat(4096), "\r\n"),
        ),
    },
  ])("case 100: endless, $why", async ({ respond }) => {
    const target = await laboratory.open(startTcpTarget(respond));
    expect(await validate(target)).toMatchObject({
      outcome: "invalid",
      problem: {
        type: "incorrectResponse",
        detail: `${subjectOf(target)} answered with more than 1024 octets; ${expectation}`,
      },
    });
  });

  test.each<{ why: string; respond: (socket: Socket) => void }>([
    { why: "no response at all", respond: () => undefined },
    { why: "half a head", respond: (socket) => void socket.write("HTTP/1.1 200 OK\r\nserver: x") },
    { why: "half a body", respond: (socket) => void socket.write(proof.subarray(0, -1)) },
    { why: "an octet now and then", respond: (socket) => drip(socket, proof) },
  ])("case 100: slow, $why", async ({ respond }) => {
    const target = await laboratory.open(startTcpTarget(respond));
    expect(await validate(target, { timeout: "80ms" })).toEqual({
      outcome: "retry",
      problem: {
        type: "connection",
        status: 400,
        detail: `example.test at 127.0.0.1 port ${target.port} did not answer in time`,
      },
    });
  });

  test("case 107: control characters, HTML and ANSI sequences never come back", async () => {
    const hostile = "\u001b[31m<script>alert('owned')</script>\u0007\r\nX-Injected: owned\u202e";
    const headers = { "content-type": hostile.replace(/[\r\n\u202e]/g, ""), server: "owned" };
    const target = await laboratory.open(
      startTcpTarget((socket) => void socket.end(httpResponse(200, hostile, headers))),
    );
    const result = await validate(target);
    expect(result).toMatchObject({ problem: { detail: expect.stringMatching(/^[\x20-\x7e]{1,400}$/) } });
    expect(JSON.stringify(result)).not.toContain("owned");
  });

  test("case 107: neither does a status line", async () => {
    const target = await laboratory.open(
      startTcpTarget(
        (socket) => void socket.end("HTTP/1.1 404 \u001b[31mowned\r\nlocation: owned\r\n\r\nowned"),
      ),
    );
    expect(JSON.stringify(await validate(target))).not.toContain("owned");
  });
});

describe("responses that prove nothing", () => {
  test.each([
    { status: 404, outcome: "retry" },
    { status: 408, outcome: "retry" },
    { status: 425, outcome: "retry" },
    { status: 429, outcome: "retry" },
    { status: 500, outcome: "retry" },
    { status: 503, outcome: "retry" },
    { status: 201, outcome: "invalid" },
    { status: 204, outcome: "invalid" },
    { status: 206, outcome: "invalid" },
    { status: 300, outcome: "invalid" },
    { status: 304, outcome: "invalid" },
    { status: 401, outcome: "invalid" },
    { status: 403, outcome: "invalid" },
    { status: 410, outcome: "invalid" },
  ])("A-140: status $status with the right body is unauthorized: $outcome", async ({ status, outcome }) => {
    const target = await laboratory.open(
      startTcpTarget((socket) => void socket.end(httpResponse(status, keyAuthorization))),
    );
    expect(await validate(target)).toEqual({
      outcome,
      problem: {
        type: "unauthorized",
        status: 403,
        detail: `${subjectOf(target)} answered with status ${status}; ${expectation}`,
      },
    });
  });

  test.each<{ why: string; respond: (socket: Socket) => void; outcome: string; words: string }>([
    {
      why: "closes at once",
      respond: (socket) => void socket.end(),
      outcome: "retry",
      words: "closed the connection before it had answered",
    },
    {
      why: "resets",
      respond: (socket) => void socket.resetAndDestroy(),
      outcome: "retry",
      words: "closed the connection before it had answered",
    },
    {
      why: "closes within the body",
      respond: (socket) => void socket.end(proof.subarray(0, -1)),
      outcome: "retry",
      words: "closed the connection before it had answered",
    },
    {
      why: "speaks SSH",
      respond: (socket) => void socket.end("SSH-2.0-OpenSSH_9.9\r\n"),
      outcome: "invalid",
      words: "answered with something other than HTTP/1.1",
    },
    {
      why: "has two lengths",
      respond: (socket) =>
        void socket.end(
          `HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 87\r\n\r\n${keyAuthorization}`,
        ),
      outcome: "invalid",
      words: "answered with something other than HTTP/1.1",
    },
    {
      why: "sends a long head",
      respond: (socket) =>
        void socket.end(httpResponse(200, keyAuthorization, { "x-long": "a".repeat(9000) })),
      outcome: "invalid",
      words: "sent a response head that is too long",
    },
    {
      why: "sends heads without end",
      respond: (socket) => pour(socket, "", "HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n".repeat(100)),
      outcome: "invalid",
      words: "sent more than 131072 octets",
    },
  ])("a target that $why: $outcome", async ({ respond, outcome, words }) => {
    const target = await laboratory.open(startTcpTarget(respond));
    expect(await validate(target)).toEqual({
      outcome,
      problem: {
        type: "connection",
        status: 400,
        detail: `example.test at 127.0.0.1 port ${target.port} ${words}`,
      },
    });
  });

  test("a protocol that the target switches to is not followed", async () => {
    const upgrade = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
    const target = await laboratory.open(startTcpTarget((socket) => void socket.write(upgrade)));
    expect(await validate(target)).toMatchObject({ outcome: "retry", problem: { type: "connection" } });
  });

  test("nothing listening is worth another attempt", async () => {
    const target = await startTcpTarget(() => undefined);
    await target.close();
    expect(await validate(target)).toEqual({
      outcome: "retry",
      problem: {
        type: "connection",
        status: 400,
        detail: `example.test: 127.0.0.1 port ${target.port} refused the connection`,
      },
    });
  });

  test("a name that does not resolve is a problem of dns", async () => {
    const result = await http01({ network: networkFor({}) }).validate(
      challengeFor("example.test"),
      neverAborted(),
    );
    expect(result).toEqual({
      outcome: "retry",
      problem: {
        type: "dns",
        status: 400,
        detail: "no address was found for example.test: no DNS server is configured for it",
      },
    });
  });

  test("a resolver that never answers and ignores the signal is given up", async () => {
    const forever = new Promise<never>(() => undefined);
    const resolver = { resolveTxt: () => forever, resolveAddresses: () => forever };
    const validator = http01({ network: createOutboundNetwork({ resolver }), timeout: "20ms" });
    expect(await validator.validate(challengeFor("example.test"), neverAborted())).toEqual({
      outcome: "retry",
      problem: {
        type: "dns",
        status: 400,
        detail:
          "no address was found for example.test: DNS had not answered when the time for the attempt was over",
      },
    });
  });

  test("an attempt that runs out of time while connecting says so", async () => {
    const connect = (_target: unknown, signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(reasonOf(signal))));
    const validator = http01({ network: { connect }, timeout: "20ms" });
    expect(await validator.validate(challengeFor("example.test"), neverAborted())).toEqual({
      outcome: "retry",
      problem: {
        type: "connection",
        status: 400,
        detail: `GET http://example.test${path} was not finished after 20 ms`,
      },
    });
  });

  test("E-006: a token that could leave its place is a fault of the server", async () => {
    const challenge = { ...challengeFor("example.test"), token: "x HTTP/1.1\r\nhost: other.test\r\n\r\n" };
    await expect(http01({ network: networkFor({}) }).validate(challenge, neverAborted())).rejects.toThrow(
      TypeError,
    );
  });

  test("case 105: a fault of ours rejects", async () => {
    const fault = new TypeError("a fault of ours");
    const validator = http01({ network: { connect: () => Promise.reject(fault) } });
    await expect(validator.validate(challengeFor("example.test"), neverAborted())).rejects.toBe(fault);
  });

  test("case 105: an abort of the worker rejects with its reason", async () => {
    const controller = new AbortController();
    const reason = new Error("the worker stops");
    const target = await laboratory.open(startTcpTarget(() => controller.abort(reason)));
    const validator = http01({ network: networkFor({ "example.test": ["127.0.0.1"] }), port: target.port });
    await expect(validator.validate(challengeFor("example.test"), controller.signal)).rejects.toBe(reason);
  });
});

const expectation = `expected status 200 and the key authorization ${keyAuthorization}`;

function subjectOf({ port }: TcpTarget): string {
  return `http://example.test:${port}${path} at 127.0.0.1 port ${port}`;
}

function networkFor(hosts: Readonly<Record<string, readonly string[]>>) {
  return createOutboundNetwork({
    resolver: createResolver({ servers: [], hosts }),
    allow: ["127.0.0.0/29", "::1"],
  });
}

function validate({ port }: { readonly port: number }, options: { readonly timeout?: string } = {}) {
  const network = networkFor({ "example.test": ["127.0.0.1"] });
  return http01({ network, port, ...options }).validate(challengeFor("example.test"), neverAborted());
}

function chunked(chunks: readonly string[]): string {
  const body = [...chunks, ""].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("");
  return `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body}`;
}

/** Sends a beginning and then the same again and again, as fast as it is taken. */
function pour(socket: Socket, beginning: string, portion: string): void {
  socket.write(beginning);
  const more = () => void (socket.writable && socket.write(portion, () => setImmediate(more)));
  more();
}

/** Sends one octet at a time, so slowly that the end is never reached within an attempt. */
function drip(socket: Socket, octets: Uint8Array): void {
  let sent = 0;
  const timer = setInterval(() => void socket.write(octets.subarray(sent, ++sent)), 10);
  socket.on("close", () => clearInterval(timer));
}

import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { type ClientHttp2Session, connect, createServer as createHttp2Server } from "node:http2";
import { createServer as createHttpsServer, request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { createTestAuthority } from "@chancery/core/testing";
import { afterEach, describe, expect, test } from "vitest";
import { listen } from "./conformance/listen.ts";
import type { FetchHandler } from "./connection-facts.ts";
import { createNodeListener, type NodeListenerOptions } from "./node-listener.ts";

const baseUrl = "https://ca.example.test";
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close();
});

describe("createNodeListener on node:https", async () => {
  const authority = await createTestAuthority();
  const { chainPem: cert, keyPem: key } = await authority.issueServerCertificate({
    identifiers: ["localhost"],
  });
  const client = await authority.issueClientCertificate({ identifiers: ["client.example.test"] });
  const stranger = await createTestAuthority();
  const foreign = await stranger.issueClientCertificate({ identifiers: ["client.example.test"] });

  const tellFacts: FetchHandler = (_, { secure, remoteAddress, clientCertificate }) =>
    Response.json({
      secure,
      remoteAddress,
      certificate: clientCertificate && Buffer.from(clientCertificate).toString("hex"),
    });

  async function readFacts(identity: object): Promise<unknown> {
    const options = { cert, key, ca: authority.trustAnchorPem, requestCert: true, rejectUnauthorized: false };
    const server = createHttpsServer(options, createNodeListener(tellFacts, { baseUrl }));
    const { origin, close } = await listen(server);
    opened.push({ close });
    const { port } = new URL(origin);
    const target = {
      host: "127.0.0.1",
      port,
      servername: "localhost",
      ca: authority.trustAnchorPem,
      agent: false,
    };
    const request = httpsRequest({ ...target, ...identity });
    const [response] = await once(request.end(), "response");
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    return JSON.parse(text);
  }

  test.each([
    { whose: "of the authority", identity: client },
    { whose: "of a stranger, which is the handler's to judge", identity: foreign },
  ])("tells the client certificate $whose", async ({ identity: { certificatePem, chainPem, keyPem } }) => {
    expect(await readFacts({ cert: chainPem, key: keyPem })).toEqual({
      secure: true,
      remoteAddress: "127.0.0.1",
      certificate: new X509Certificate(certificatePem).raw.toString("hex"),
    });
  });

  test("tells that a client has no certificate", async () => {
    expect(await readFacts({})).toEqual({ secure: true, remoteAddress: "127.0.0.1" });
  });
});

describe("createNodeListener on node:http2", () => {
  async function open(
    handler: FetchHandler,
    options: Partial<NodeListenerOptions> = {},
  ): Promise<ClientHttp2Session> {
    const server = createHttp2Server(createNodeListener(handler, { baseUrl, ...options }));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    opened.push({
      close: async () => {
        session.destroy();
        server.close();
        await once(server, "close");
      },
    });
    return session;
  }

  async function exchange(
    session: ClientHttp2Session,
    headers: Record<string, string>,
    body?: Uint8Array,
  ): Promise<{ status: number; headers: Record<string, unknown>; body: Uint8Array }> {
    const stream = session.request(headers, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    const [answer] = await once(stream, "response");
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return { status: answer[":status"], headers: answer, body: new Uint8Array(Buffer.concat(chunks)) };
  }

  const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);

  test("carries bodies and fields both ways", async () => {
    const session = await open(async (request, { remoteAddress, secure }) => {
      const headers = new Headers({ "x-url": request.url, "x-facts": `${remoteAddress} ${secure}` });
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      return new Response(await request.bytes(), { status: 201, headers });
    });
    const request = { ":method": "POST", ":path": "/a%2Fb?c", ":authority": "evil.example" };
    const { status, headers, body } = await exchange(session, request, everyByte);
    expect([status, body]).toEqual([201, everyByte]);
    expect(headers).toMatchObject({
      "x-url": "https://ca.example.test/a%2Fb?c",
      "x-facts": "127.0.0.1 false",
      "set-cookie": ["a=1", "b=2"],
    });
  });

  test("answers HEAD and requests without a body", async () => {
    const session = await open(async (request) => new Response(`${request.method} ${await request.text()}`));
    expect((await exchange(session, { ":method": "HEAD", ":path": "/" })).body).toHaveLength(0);
    const { body } = await exchange(session, { ":method": "POST", ":path": "/" });
    expect(new TextDecoder().decode(body)).toBe("POST ");
  });

  test("limits the size of a body and the time for it (cases 3 and 5)", async () => {
    const small = await open(() => expect.unreachable(), { maxBodyBytes: 100 });
    expect((await exchange(small, { ":method": "POST", ":path": "/" }, everyByte)).status).toBe(413);
    const hasty = await open(() => expect.unreachable(), { bodyTimeout: 20 });
    const slow = hasty.request({ ":method": "POST", ":path": "/" }, { endStream: false });
    slow.write("{");
    const [answer] = await once(slow, "response");
    expect(answer[":status"]).toBe(408);
    slow.destroy();
  });

  test("aborts request.signal when the client resets the stream", async () => {
    const called = Promise.withResolvers<AbortSignal>();
    const session = await open(async ({ signal }) => {
      called.resolve(signal);
      await once(signal, "abort");
      signal.throwIfAborted();
      return new Response();
    });
    const stream = session.request({ ":path": "/" });
    const signal = await called.promise;
    stream.close();
    await once(signal, "abort");
  });
});

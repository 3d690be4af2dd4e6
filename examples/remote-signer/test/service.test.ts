import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { createLocalSigner } from "@chancery/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keyIdOf } from "../src/protocol.ts";
import type { SigningService } from "../src/service.ts";
import { connect, createIdentities, createIssuing, type Identities, startService } from "./support.ts";

let identities: Identities;
let service: SigningService;
let signPath = "";

beforeAll(async () => {
  identities = await createIdentities();
  const { privateKey } = await createIssuing();
  service = await startService(identities, createLocalSigner(privateKey));
  signPath = `/keys/${keyIdOf(privateKey.publicKey)}/sign`;
});
afterAll(() => service.close());

describe("the signing service", () => {
  const octets = { "content-type": "application/octet-stream" };

  test.each([
    { method: "GET", path: "/", headers: {}, body: "", status: 404 },
    { method: "GET", path: "/key?x", headers: {}, body: "", status: 404 },
    { method: "POST", path: "/key", headers: octets, body: "x", status: 405 },
    { method: "POST", path: `/keys/${"0".repeat(64)}/sign`, headers: octets, body: "x", status: 404 },
    { method: "GET", path: "sign", headers: {}, body: "", status: 405 },
    { method: "POST", path: "sign", headers: { "content-type": "text/plain" }, body: "x", status: 415 },
    { method: "POST", path: "sign", headers: {}, body: "x", status: 415 },
    { method: "POST", path: "sign", headers: octets, body: "", status: 413 },
    { method: "POST", path: "sign", headers: octets, body: "x".repeat(65_537), status: 413 },
    { method: "POST", path: "sign", headers: octets, body: "x".repeat(65_536), status: 200 },
    {
      method: "POST",
      path: "sign",
      headers: { ...octets, "transfer-encoding": "chunked" },
      body: "x",
      status: 413,
    },
    { method: "GET", path: "/key", headers: {}, body: "", status: 200 },
  ])("answers $status to $method $path with $headers", async ({ method, path, headers, body, status }) => {
    const target = path === "sign" ? signPath : path;
    expect(await statusOf(method, target, headers, body, identities.client)).toBe(status);
  });

  test("answers 403 to a client that its authority knows by another name", async () => {
    expect(await statusOf("POST", signPath, octets, "x", identities.stranger)).toBe(403);
    await expect(connect(identities, service.url, { tls: identities.stranger })).rejects.toThrow(
      /answers 403: this client may not use this key$/,
    );
  });

  test.each([
    { who: "without a certificate", tls: async (): Promise<object> => ({ ca: identities.client.ca }) },
    {
      who: "of another authority",
      tls: async (): Promise<object> => ({ ...(await createIdentities()).client, ca: identities.client.ca }),
    },
    {
      who: "with an older TLS",
      tls: async (): Promise<object> => ({ ...identities.client, maxVersion: "TLSv1.2" }),
    },
  ])("does not talk to a client $who", async ({ tls }) => {
    await expect(statusOf("GET", "/key", {}, "", await tls())).rejects.toMatchObject({
      code: expect.stringMatching(/^(ERR_SSL_|ECONNRESET|EPIPE|EPROTO)/),
    });
  });
});

/** The status of the answer to one request on a connection of its own. */
async function statusOf(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string,
  tls: object,
): Promise<number | undefined> {
  const outgoing = request(new URL(path, service.url), { method, headers, agent: new Agent(tls) });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  incoming.resume();
  return incoming.statusCode;
}

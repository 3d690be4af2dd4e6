import { describe, expect, test } from "vitest";
import { createClient } from "../support/client.ts";
import { baseUrl, placeOrder } from "../support/directory.ts";
import { buildLaboratory, type HostileCase, testHostileCases } from "../support/laboratory.ts";

const newOrder = `${baseUrl}/new-order`;
const id = "A".repeat(22);
const malformed = { type: "malformed" } as const;

const body = (octets: number) => new Blob([new Uint8Array(octets)]).stream();

const contentTypes: readonly HostileCase[] = [
  "application/json",
  "",
  "application/jose",
  "application/jose+jsonx",
  "application/jose+json, application/jose+json",
  "text/plain;application/jose+json",
].map((type) => ({
  id: "case 1",
  why: `POST with Content-Type "${type}" (A-031)`,
  send: ({ attacker }) => attacker.post(newOrder, {}, { headers: { "content-type": type } }),
  ...malformed,
  status: 415,
}));

const methods: readonly HostileCase[] = ["GET", "PUT", "DELETE", "PATCH"].flatMap((method) =>
  ["new-account", "new-order", "revoke-cert", `order/${id}`].map((path) => ({
    id: "case 2",
    why: `${method} /${path} (A-012)`,
    send: async ({ attacker }) => {
      const answer = await attacker.send(`${baseUrl}/${path}`, { method });
      expect(answer.headers.get("allow")).toBe("POST");
      return answer;
    },
    ...malformed,
    status: 405,
  })),
);

const paths: readonly HostileCase[] = [
  "",
  "nothing",
  "new-authz",
  "key-change",
  "renewal-info",
  "order/x",
  `order/${id}/finalize/x`,
  `order/${"A".repeat(10_000)}`,
  `order/${id.slice(3)}%00`,
  `order/${id.slice(3)}%2f`,
  `order/${id}/%2e%2e/%2e%2e/%2e%2e/etc/passwd`,
  `order/..%2f..%2fetc%2fpasswd`,
].map((path) => ({
  id: "case 6",
  why: `unknown path /${path.slice(0, 60)} (A-011, E-026)`,
  send: ({ attacker }) => attacker.read(new URL(`${baseUrl}/${path}`).href),
  ...malformed,
  status: 404,
}));

const ids: readonly HostileCase[] = [
  `order/${id}`,
  `order/${id}/finalize`,
  `authorization/${id}`,
  `challenge/${id}/http-01`,
  `certificate/00/00`,
].map((path) => ({
  id: "case 6",
  why: `unknown id in /${path}`,
  send: ({ attacker }) =>
    attacker.post(`${baseUrl}/${path}`, path.endsWith("finalize") ? { csr: "MAA" } : ""),
  ...malformed,
  status: 404,
}));

describe("A. HTTP envelope: each answer a problem document with a fresh nonce (A-008, A-051)", () => {
  testHostileCases([
    ...contentTypes,
    ...methods,
    {
      id: "case 3",
      why: "a body one octet over the limit (E-020)",
      send: ({ attacker }) => attacker.postBody(newOrder, new Uint8Array(65_537)),
      ...malformed,
      status: 413,
    },
    {
      id: "case 3",
      why: "a stream over the limit that does not say how long it is",
      send: ({ attacker }) => attacker.postBody(newOrder, body(65_537)),
      ...malformed,
      status: 413,
    },
    {
      id: "case 3",
      why: "a stream over the limit that says it is short",
      send: ({ attacker }) => attacker.postBody(newOrder, body(1_000_000), { "content-length": "2" }),
      ...malformed,
      status: 413,
    },
    {
      id: "case 3",
      why: "a short body that says it is long",
      send: ({ attacker }) => attacker.postBody(newOrder, "{}", { "content-length": "1000000" }),
      ...malformed,
      status: 413,
    },
    ...["gzip", "br", "deflate, gzip"].map((encoding) => ({
      id: "case 4",
      why: `Content-Encoding ${encoding}`,
      send: ({ attacker }: Parameters<HostileCase["send"]>[0]) =>
        attacker.post(newOrder, {}, { headers: { "content-encoding": encoding } }),
      ...malformed,
      status: 415,
    })),
    {
      id: "case 5",
      why: "a body that breaks off (its slowness is for the adapter to end)",
      send: ({ attacker }) => {
        const broken = new ReadableStream({
          pull(controller) {
            controller.error(new Error("connection reset"));
          },
        });
        return attacker.postBody(newOrder, broken);
      },
      ...malformed,
      status: 400,
    },
    ...paths,
    ...ids,
  ]);

  test("case 2: HEAD on a resource that is not for reading", async () => {
    const { attacker } = await buildLaboratory();
    const answer = await attacker.send(newOrder, { method: "HEAD" });
    expect(answer).toMatchObject({ status: 405, text: "" });
    expect(answer.headers.get("allow")).toBe("POST");
  });

  test("case 3: exactly at the limit is read", async () => {
    const { attacker } = await buildLaboratory();
    expect((await attacker.postBody(newOrder, new Uint8Array(65_536))).status).toBe(400);
  });

  test("cases 7 and 8: Host and X-Forwarded-* change nothing (A-061)", async () => {
    const { server, attacker } = await buildLaboratory();
    const spoofed = {
      host: "evil.test",
      "x-forwarded-host": "evil.test",
      "x-forwarded-proto": "http",
      "x-forwarded-for": "203.0.113.9",
      forwarded: "host=evil.test;proto=http",
    };
    const directory = await attacker.send(server.directoryUrl, { headers: spoofed });
    expect(directory.json).toMatchObject({ newOrder });
    const inside = await attacker.send(
      server.directoryUrl.replace("https://ca.test", "http://10.0.0.7:3000"),
    );
    expect(inside.text).toBe(directory.text);
    const order = await attacker.post(
      newOrder,
      { identifiers: [{ type: "dns", value: "b.test" }] },
      { to: "http://evil.test/acme/new-order", headers: spoofed },
    );
    expect(order.status).toBe(201);
    expect(order.headers.get("location")).toMatch(/^https:\/\/ca\.test\/acme\/order\//);
  });

  test("case 9: a Replay-Nonce in the request is ignored", async () => {
    const { attacker } = await buildLaboratory();
    const answer = await attacker.read(attacker.kid ?? "", { headers: { "replay-nonce": "AAAA" } });
    expect(answer.status).toBe(200);
  });

  test("case 10: newNonce answers HEAD, GET and POST-as-GET (A-021), and refuses any other POST", async () => {
    const { attacker } = await buildLaboratory();
    const newNonce = `${baseUrl}/new-nonce`;
    expect((await attacker.send(newNonce, { method: "HEAD" })).status).toBe(200);
    expect((await attacker.send(newNonce)).status).toBe(204);
    expect((await attacker.read(newNonce)).status).toBe(204);
    expect((await attacker.send(newNonce, { method: "POST" })).status).toBe(415);
    expect((await attacker.postBody(newNonce, "")).json.type).toBe("urn:ietf:params:acme:error:malformed");
    expect((await attacker.post(newNonce, {})).json.type).toBe("urn:ietf:params:acme:error:malformed");
  });

  test("a body that something read before is the embedder's mistake, and says so", async () => {
    const { server, attacker, errors } = await buildLaboratory();
    const request = new Request(newOrder, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/jose+json" },
    });
    await request.text();
    expect((await server.fetch(request)).status).toBe(500);
    expect(String(errors[0])).toContain("mount the server in front of body parsers");
    expect((await placeOrder(attacker, ["c.test"])).status).toBe(201);
  });

  test("an error handler that throws does not turn an answer into a rejection", async () => {
    const { another } = await buildLaboratory();
    const store = { findAccountByKey: () => Promise.reject(new Error("secret")) };
    const { store: good } = await buildLaboratory();
    const server = another({
      store: { ...good, ...store },
      onError: () => {
        throw new Error("logger gone");
      },
    });
    const answer = await (await createClient(server)).register();
    expect(answer).toMatchObject({
      status: 500,
      json: { type: "urn:ietf:params:acme:error:serverInternal" },
    });
    expect(answer.text).not.toContain("secret");
  });
});

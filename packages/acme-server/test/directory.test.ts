import { describe, expect, test } from "vitest";
import { createMemoryAcmeStore } from "../src/index.ts";
import { createClient } from "./support/client.ts";
import { baseUrl, createTestDirectory, placeOrder } from "./support/directory.ts";

describe("the directory", () => {
  test("lists what there is and nothing else (A-020, A-024)", async () => {
    const { server } = await createTestDirectory();
    const answer = await (await createClient(server)).send(server.directoryUrl);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.has("link")).toBe(false);
    expect(answer.json).toEqual({
      newNonce: `${baseUrl}/new-nonce`,
      newAccount: `${baseUrl}/new-account`,
      newOrder: `${baseUrl}/new-order`,
      revokeCert: `${baseUrl}/revoke-cert`,
    });
  });

  test("has the configured meta (A-022, A-023)", async () => {
    const { server } = await createTestDirectory({
      termsOfService: "https://elsewhere.test/terms",
      website: "https://elsewhere.test/",
      caaIdentities: ["ca.test"],
    });
    const { json } = await (await createClient(server)).send(server.directoryUrl);
    expect(json.meta).toEqual({
      termsOfService: "https://elsewhere.test/terms",
      website: "https://elsewhere.test/",
      caaIdentities: ["ca.test"],
    });
  });

  test("every URL in it and in the account answers something other than 404 (A-020)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const { json } = await client.send(directory.server.directoryUrl);
    const account = await client.read(client.kid ?? "");
    for (const url of [...Object.values(json as Record<string, string>), account.json.orders as string]) {
      expect((await client.post(url, {})).status).not.toBe(404);
    }
  });

  test("can be read by POST-as-GET, as can newNonce (A-021)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const answer = await client.read(directory.server.directoryUrl);
    expect(answer).toMatchObject({ status: 200, json: { newOrder: `${baseUrl}/new-order` } });
    expect(answer.headers.has("link")).toBe(false);
    expect((await client.read(`${baseUrl}/new-nonce`)).status).toBe(204);
  });

  test("answers HEAD without a body", async () => {
    const { server } = await createTestDirectory();
    const answer = await (await createClient(server)).send(server.directoryUrl, { method: "HEAD" });
    expect(answer).toMatchObject({ status: 200, text: "" });
  });
});

describe("newNonce", () => {
  test.each([
    ["HEAD", 200],
    ["GET", 204],
  ])("answers %s with %i, a nonce, and nothing to cache (A-050, A-006, case 10)", async (method, status) => {
    const { server } = await createTestDirectory();
    const answer = await (await createClient(server)).send(`${baseUrl}/new-nonce`, { method });
    expect(answer).toMatchObject({ status, text: "" });
    expect(answer.headers.get("replay-nonce")).toMatch(/^[A-Za-z0-9_-]{60}$/);
    expect(answer.headers.get("link")).toBe(`<${baseUrl}/directory>;rel="index"`);
  });
});

describe("a browser", () => {
  test.each([
    ["directory", "GET, HEAD, POST"],
    ["new-order", "POST"],
  ])("may ask before it sends to %s (A-003)", async (path, methods) => {
    const { server } = await createTestDirectory();
    const client = await createClient(server);
    const answer = await client.send(`${baseUrl}/${path}`, { method: "OPTIONS" });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-allow-methods")).toBe(methods);
    expect(answer.headers.get("access-control-allow-headers")).toBe("Content-Type");
  });
});

describe("two servers on one store", () => {
  test("with shared nonce keys take each other's nonces, once (A-053, E-055, case 51)", async () => {
    const sharedKeys = [crypto.getRandomValues(new Uint8Array(32))];
    const directory = await createTestDirectory({ nonces: { sharedKeys } });
    const client = await directory.client();
    const replica = directory.another();
    const nonce = await client.nonce();
    const header = { alg: "ES256", nonce, url: client.kid, kid: client.kid };
    const body = await client.sign({ header, payload: "" });
    const send = (server: typeof replica) =>
      server.fetch(
        new Request(client.kid ?? "", {
          method: "POST",
          body,
          headers: { "content-type": "application/jose+json" },
        }),
      );
    const statuses = await Promise.all(
      Array.from({ length: 50 }, (_, index) => send(index % 2 === 0 ? replica : directory.server)),
    );
    expect(statuses.map(({ status }) => status).toSorted()).toEqual([200, ...Array<number>(49).fill(400)]);
  });

  test("without shared keys refuse each other's nonces", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const foreign = await createClient(directory.another());
    const answer = await client.post(client.kid ?? "", "", { header: { nonce: await foreign.nonce() } });
    expect(answer).toMatchObject({ status: 400, json: { type: "urn:ietf:params:acme:error:badNonce" } });
  });

  test("with different ids do not know each other's accounts and orders (E-058)", async () => {
    const directory = await createTestDirectory({ store: createMemoryAcmeStore() });
    const other = directory.another({ id: "other" });
    const client = await directory.client();
    const order = await placeOrder(client, ["a.test"]);

    const stranger = await createClient(other, client.key);
    stranger.kid = client.kid;
    const asStranger = await stranger.read(order.headers.get("location") ?? "");
    expect(asStranger.json.type).toBe("urn:ietf:params:acme:error:accountDoesNotExist");

    const member = await createClient(other, client.key);
    expect((await member.register()).status).toBe(201);
    expect(member.kid).not.toBe(client.kid);
    for (const url of [order.headers.get("location") ?? "", ...(order.json.authorizations ?? [])]) {
      expect((await member.read(url)).status).toBe(404);
    }
  });
});

import { calculateJwkThumbprint } from "jose";
import { describe, expect, test } from "vitest";
import type { TestClient } from "./support/client.ts";
import { createTestDirectory, placeOrder, readyOrder, type TestDirectory } from "./support/directory.ts";

const problem = (token: string) => `urn:ietf:params:acme:error:${token}`;

async function challengeOf(directory: TestDirectory, name = "a.test") {
  const client = await directory.client();
  const order = await placeOrder(client, [name]);
  const authorization = order.json.authorizations?.[0] ?? "";
  const { json } = await client.read(authorization);
  const [http, dns] = (json.challenges ?? []).map(({ url = "" }) => url);
  return { client, order, authorization, http: http ?? "", dns: dns ?? "" };
}

const statusOf = async (client: TestClient, url: string) => (await client.read(url)).json.status;

describe("an authorization", () => {
  test("lists its challenges while it is pending (A-130)", async () => {
    const { client, authorization } = await challengeOf(await createTestDirectory());
    const answer = await client.read(authorization);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      status: "pending",
      identifier: { type: "dns", value: "a.test" },
      expires: "2030-01-02T00:00:00Z",
      challenges: [
        { type: "http-01", status: "pending" },
        { type: "dns-01", status: "pending" },
      ],
    });
    expect(answer.json).not.toHaveProperty("wildcard");
    expect(answer.headers.has("retry-after")).toBe(false);
  });

  test("shows the challenge that passed and when (A-132)", async () => {
    const directory = await createTestDirectory({ authorizationLifetime: "PT48H" });
    const { client, authorization, http } = await challengeOf(directory);
    await client.post(http, {});
    directory.clock.advance(5000);
    await directory.server.tick();
    expect((await client.read(authorization)).json).toMatchObject({
      status: "valid",
      expires: "2030-01-03T00:00:05Z",
      challenges: [{ type: "http-01", status: "valid", validated: "2030-01-01T00:00:05Z" }],
    });
  });

  test("keeps showing the challenge that failed and why (A-132, A-135)", async () => {
    const directory = await createTestDirectory();
    directory.script.validate = () => ({
      outcome: "invalid",
      problem: { type: "incorrectResponse", detail: "the answer is not the key authorization", status: 400 },
    });
    const { client, authorization, http } = await challengeOf(directory);
    await client.post(http, {});
    await directory.server.tick();
    expect((await client.read(authorization)).json).toMatchObject({
      status: "invalid",
      challenges: [{ type: "http-01", status: "invalid", error: { type: problem("incorrectResponse") } }],
    });
  });

  test("that is deactivated does not suffice any more (A-137, case 116)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const order = await readyOrder(directory, client, ["a.test", "b.test"]);
    const url = order.json.authorizations?.[1] ?? "";
    expect(await client.post(url, { status: "deactivated" })).toMatchObject({
      status: 200,
      json: { status: "deactivated" },
    });
    expect((await client.post(url, { status: "deactivated" })).json.status).toBe("deactivated");
    expect((await client.read(order.url)).json).toMatchObject({
      status: "invalid",
      error: { type: problem("unauthorized") },
    });
  });

  test("can be deactivated while it is pending; its challenges are then over (A-131)", async () => {
    const directory = await createTestDirectory();
    const { client, authorization, http } = await challengeOf(directory);
    await client.post(http, {});
    await client.post(authorization, { status: "deactivated" });
    expect(await directory.server.tick()).toBe(0);
    expect(await statusOf(client, http)).toBe("invalid");
  });

  test.each([{}, { status: "valid" }, { status: 5 }, { status: "Deactivated" }])(
    "takes no other change: %j (A-042, A-137)",
    async (payload) => {
      const { client, authorization } = await challengeOf(await createTestDirectory());
      expect(await client.post(authorization, payload)).toMatchObject({
        status: 400,
        json: { type: problem("malformed") },
      });
      expect(await statusOf(client, authorization)).toBe("pending");
    },
  );

  test("that has failed cannot be deactivated", async () => {
    const directory = await createTestDirectory();
    directory.script.validate = () => ({
      outcome: "invalid",
      problem: { type: "dns", detail: "no", status: 400 },
    });
    const { client, authorization, http } = await challengeOf(directory);
    await client.post(http, {});
    await directory.server.tick();
    const answer = await client.post(authorization, { status: "deactivated" });
    expect(answer).toMatchObject({ status: 400, json: { type: problem("malformed") } });
  });
});

describe("a challenge", () => {
  test("is accepted by {}, processed by the worker and never by the request (A-133, A-007)", async () => {
    const directory = await createTestDirectory();
    const { client, authorization, http } = await challengeOf(directory);
    const answer = await client.post(http, {});
    expect(answer).toMatchObject({ status: 200, json: { type: "http-01", url: http, status: "processing" } });
    expect(answer.headers.get("link")).toContain(`<${authorization}>;rel="up"`);
    expect(answer.headers.get("retry-after")).toBe("1");
    expect((await client.read(authorization)).headers.get("retry-after")).toBe("1");
    expect(directory.script.asked).toEqual([]);
    expect(await directory.server.tick()).toBe(1);
    const done = await client.read(http);
    expect(done.json.status).toBe("valid");
    expect(done.headers.has("retry-after")).toBe(false);
  });

  test("is not accepted by POST-as-GET (A-042, case 93)", async () => {
    const directory = await createTestDirectory();
    const { client, http } = await challengeOf(directory);
    expect(await client.read(http)).toMatchObject({ status: 200, json: { status: "pending" } });
    expect(await directory.server.tick()).toBe(0);
  });

  test("ignores members it does not know (A-133)", async () => {
    const { client, http } = await challengeOf(await createTestDirectory());
    const answer = await client.post(http, { keyAuthorization: "old habit", resource: "challenge" });
    expect(answer.json.status).toBe("processing");
  });

  test("shows the latest failure while it is still processing (A-134)", async () => {
    const directory = await createTestDirectory();
    directory.script.validate = () => ({
      outcome: "retry",
      problem: { type: "connection", detail: "nobody listens at a.test", status: 400 },
    });
    const { client, http } = await challengeOf(directory);
    await client.post(http, {});
    await directory.server.tick();
    const answer = await client.read(http);
    expect(answer.json).toMatchObject({ status: "processing", error: { type: problem("connection") } });
    expect(answer.headers.get("retry-after")).toBe("1");
  });

  test("is told the key authorization of the account key (RFC 8555 section 8.1)", async () => {
    const directory = await createTestDirectory();
    const { client, http } = await challengeOf(directory);
    const { json } = await client.post(http, {});
    await directory.server.tick();
    const keyAuthorization = `${json.token}.${await calculateJwkThumbprint(client.key.jwk)}`;
    expect(directory.script.asked).toMatchObject([{ type: "http-01", token: json.token, keyAuthorization }]);
  });

  test("that is not offered does not exist", async () => {
    const { client, http } = await challengeOf(await createTestDirectory());
    const answer = await client.post(http.replace("http-01", "tls-alpn-01"), {});
    expect(answer).toMatchObject({ status: 404, json: { type: problem("malformed") } });
  });

  test("wakes a worker that was started in the same process", async () => {
    const directory = await createTestDirectory();
    directory.server.start();
    const { client, authorization, http } = await challengeOf(directory);
    await client.post(http, {});
    await new Promise((resolve) => setImmediate(resolve));
    expect(await statusOf(client, authorization)).toBe("valid");
    await directory.server.close();
  });
});

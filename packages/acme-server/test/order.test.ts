import { allowDns, definePolicy, deny } from "@chancery/core";
import { describe, expect, test } from "vitest";
import { makeCsr } from "./support/csr.ts";
import {
  baseUrl,
  createTestDirectory,
  finalize,
  obtain,
  placeOrder,
  readyOrder,
  respondToAll,
} from "./support/directory.ts";

const problem = (token: string) => `urn:ietf:params:acme:error:${token}`;
const hour = 3_600_000;

describe("newOrder", () => {
  test("normalises names before anything else sees them (A-113)", async () => {
    const directory = await createTestDirectory();
    const order = await placeOrder(await directory.client(), ["A.Test"]);
    expect(order.json.identifiers).toEqual([{ type: "dns", value: "a.test" }]);
  });

  test("makes an authorization of its own for a wildcard and for the name below it (A-115, A-116, case 87)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const order = await placeOrder(client, ["a.test", "*.a.test", "10.1.2.3"]);
    expect(order.json.identifiers?.map(({ value }) => value)).toEqual(["a.test", "*.a.test", "10.1.2.3"]);
    const authorizations = await Promise.all(
      (order.json.authorizations ?? []).map((url) => client.read(url)),
    );
    const types = authorizations.map(({ json }) => json.challenges?.map(({ type }) => type));
    expect(types).toEqual([["http-01", "dns-01"], ["dns-01"], ["http-01"]]);
    expect(authorizations.map(({ json }) => json.identifier)).toEqual([
      { type: "dns", value: "a.test" },
      { type: "dns", value: "a.test" },
      { type: "ip", value: "10.1.2.3" },
    ]);
    expect(authorizations.map(({ json }) => json.wildcard)).toEqual([undefined, true, undefined]);
  });

  test("gives every challenge a token of its own (A-136)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const order = await placeOrder(client, ["a.test", "b.test"]);
    const authorizations = await Promise.all(
      (order.json.authorizations ?? []).map((url) => client.read(url)),
    );
    const tokens = authorizations.flatMap(({ json }) => json.challenges?.map(({ token }) => token));
    expect(new Set(tokens).size).toBe(4);
    for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test("refuses what policy will not grant, with a subproblem for each name (A-114, case 81)", async () => {
    const directory = await createTestDirectory({ policies: [allowDns("**.lab.test")] });
    const client = await directory.client();
    const answer = await placeOrder(client, ["a.test", "b.lab.test", "c.test"]);
    expect(answer).toMatchObject({
      status: 403,
      json: {
        type: problem("rejectedIdentifier"),
        detail: "dns:a.test, dns:c.test: no policy allows this name",
      },
    });
    expect(answer.json.subproblems).toMatchObject([
      { type: problem("rejectedIdentifier"), identifier: { type: "dns", value: "a.test" } },
      { type: problem("rejectedIdentifier"), identifier: { type: "dns", value: "c.test" } },
    ]);
    expect(
      await directory.store.listOrders({ accountId: client.kid?.split("/").at(-1) ?? "", limit: 10 }),
    ).toEqual([]);
  });

  test("refuses the whole order when policy says so without naming names", async () => {
    const closed = definePolicy("closed", () => deny("closed for the holidays"));
    const directory = await createTestDirectory({ policies: [allowDns("**.test"), closed] });
    const answer = await placeOrder(await directory.client(), ["a.test"]);
    expect(answer).toMatchObject({
      status: 403,
      json: { type: problem("rejectedIdentifier"), detail: "closed for the holidays" },
    });
    expect(answer.json).not.toHaveProperty("subproblems");
  });

  test("tells the operator, and not the client, when policy cannot be evaluated (E-100)", async () => {
    const failure = new Error("inventory at 10.0.0.7 is down");
    const broken = definePolicy("inventory", () => Promise.reject(failure));
    const directory = await createTestDirectory({ policies: [allowDns("**.test"), broken] });
    const answer = await placeOrder(await directory.client(), ["a.test"]);
    expect(answer).toMatchObject({ status: 500, json: { type: problem("serverInternal") } });
    expect(answer.text).not.toContain("10.0.0.7");
    expect(directory.errors).toMatchObject([{ code: "ERR_POLICY_FAILED", cause: failure }]);
  });

  test("echoes the validity that was asked for, and the certificate has exactly that (A-111, A-112)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const wish = { notBefore: "2030-01-01T01:00:00+01:00", notAfter: "2030-01-15T00:00:00Z" };
    const order = await placeOrder(client, ["a.test"], wish);
    expect(order.json).toMatchObject({ notBefore: "2030-01-01T00:00:00Z", notAfter: "2030-01-15T00:00:00Z" });
    await respondToAll(client, order);
    await directory.server.tick();
    expect((await finalize(client, order, await makeCsr({ names: ["a.test"] }))).json.status).toBe("valid");
    const [issued] = await directory.authority.ca.list({ limit: 1 });
    expect(issued?.notBefore.toISOString()).toBe("2030-01-01T00:00:00.000Z");
    expect(issued?.notAfter.toISOString()).toBe("2030-01-15T00:00:00.000Z");
  });

  test("that may begin at once can be finalized after a wait (A-111)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const order = await placeOrder(client, ["a.test"], {
      notBefore: new Date(directory.clock.now()).toISOString(),
    });
    await respondToAll(client, order);
    directory.clock.advance(10 * 60_000);
    await directory.server.tick();
    expect((await finalize(client, order, await makeCsr({ names: ["a.test"] }))).json.status).toBe("valid");
  });

  test("refuses a choice of profile, because there is none (A-111, case 83)", async () => {
    const directory = await createTestDirectory();
    const answer = await placeOrder(await directory.client(), ["a.test"], { profile: "tlsClient" });
    expect(answer).toMatchObject({ status: 400, json: { type: problem("invalidProfile") } });
  });

  test("issues with the profile of the directory (A-232)", async () => {
    const directory = await createTestDirectory({ profile: "tlsClient" });
    await obtain(directory, await directory.client(), ["a.test"]);
    const [issued] = await directory.authority.ca.list({ limit: 1 });
    expect(issued?.profile).toBe("tlsClient");
  });

  test("reuses no authorization unless told to", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const first = await readyOrder(directory, client, ["a.test"]);
    const second = await placeOrder(client, ["a.test"]);
    expect(second.json.status).toBe("pending");
    expect(second.json.authorizations).not.toEqual(first.json.authorizations);
  });
});

describe("newOrder with reuseAuthorizations", () => {
  test("takes over valid authorizations and is ready when all are (A-118, A-139)", async () => {
    const directory = await createTestDirectory({ reuseAuthorizations: true });
    const client = await directory.client();
    const first = await readyOrder(directory, client, ["a.test", "*.a.test"]);
    const second = await placeOrder(client, ["*.a.test", "a.test"]);
    expect(second.json.status).toBe("ready");
    expect(second.json.authorizations).toEqual(first.json.authorizations?.toReversed());
    const mixed = await placeOrder(client, ["a.test", "b.test"]);
    expect(mixed.json.status).toBe("pending");
    expect(mixed.json.authorizations?.[0]).toBe(first.json.authorizations?.[0]);
  });

  test("does not take a name for its wildcard, nor another account's (E-093)", async () => {
    const directory = await createTestDirectory({ reuseAuthorizations: true });
    const client = await directory.client();
    await readyOrder(directory, client, ["a.test"]);
    expect((await placeOrder(client, ["*.a.test"])).json.status).toBe("pending");
    expect((await placeOrder(await directory.client(), ["a.test"])).json.status).toBe("pending");
  });

  test("never lets an order outlive its authorizations, nor begin one that is about to end", async () => {
    const directory = await createTestDirectory({ reuseAuthorizations: true });
    const client = await directory.client();
    await readyOrder(directory, client, ["a.test"]);
    directory.clock.advance(22 * hour);
    expect((await placeOrder(client, ["a.test"])).json).toMatchObject({
      status: "ready",
      expires: "2030-01-02T00:00:00Z",
    });
    directory.clock.advance(hour + 1);
    expect((await placeOrder(client, ["a.test"])).json).toMatchObject({ status: "pending" });
  });

  test("places new authorizations when one is taken away at the same moment", async () => {
    const directory = await createTestDirectory({ reuseAuthorizations: true });
    const client = await directory.client();
    const first = await readyOrder(directory, client, ["a.test"]);
    const taken = await placeOrder(client, ["a.test"]);
    expect(taken.json.status).toBe("ready");
    const racing = placeOrder(client, ["a.test"]);
    await client.post(first.json.authorizations?.[0] ?? "", { status: "deactivated" });
    expect((await racing).status).toBe(201);
  });
});

describe("an order", () => {
  test("is invalid from the instant it expires, though nobody looked (A-120, E-060)", async () => {
    const directory = await createTestDirectory({ orderLifetime: "PT1H" });
    const client = await directory.client();
    const order = await placeOrder(client, ["a.test"]);
    const url = order.headers.get("location") ?? "";
    directory.clock.advance(hour - 1);
    expect((await client.read(url)).json.status).toBe("pending");
    directory.clock.advance(1);
    expect((await client.read(url)).json.status).toBe("invalid");
    expect((await client.read(order.json.authorizations?.[0] ?? "")).json.status).toBe("invalid");
  });

  test("shows why it is invalid (A-127)", async () => {
    const directory = await createTestDirectory();
    directory.script.validate = () => ({
      outcome: "invalid",
      problem: { type: "dns", detail: "there is no record for a.test", status: 400 },
    });
    const client = await directory.client();
    const order = await placeOrder(client, ["a.test"]);
    await respondToAll(client, order);
    await directory.server.tick();
    expect((await client.read(order.headers.get("location") ?? "")).json).toMatchObject({
      status: "invalid",
      error: { type: problem("dns"), detail: "there is no record for a.test", status: 400 },
    });
  });

  test("has ids that cannot be guessed: 80 random bits after the time (A-062)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { headers } = await placeOrder(client, ["a.test"]);
        return Buffer.from(headers.get("location")?.split("/").at(-1) ?? "", "base64url");
      }),
    );
    expect(new Set(ids.map((id) => id.subarray(0, 6).toString("hex"))).size).toBe(1);
    expect(new Set(ids.map((id) => id.subarray(6).toString("hex"))).size).toBe(20);
  });
});

describe("the orders list", () => {
  test("has the newest first, also pending ones, in pages that hang together (A-079)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const placed: string[] = [];
    for (let index = 0; index < 120; index += 1) {
      placed.unshift((await placeOrder(client, [`n${index}.test`])).headers.get("location") ?? "");
      directory.clock.advance(1);
    }
    const seen: string[] = [];
    let pages = 0;
    for (let url: string | undefined = `${client.kid}/orders`; url !== undefined; pages += 1) {
      const page = await client.read(url);
      seen.push(...(page.json.orders as string[]));
      url = /<([^>]+)>;rel="next"/.exec(page.headers.get("link") ?? "")?.[1];
    }
    expect(pages).toBe(3);
    expect(seen).toEqual(placed);
  });

  test("leaves out orders that are invalid, stored or by the clock", async () => {
    const directory = await createTestDirectory({ orderLifetime: "PT1H", authorizationLifetime: "PT1H" });
    const client = await directory.client();
    await placeOrder(client, ["expired.test"]);
    directory.clock.advance(hour);
    const dropped = await placeOrder(client, ["dropped.test"]);
    await client.post(dropped.json.authorizations?.[0] ?? "", { status: "deactivated" });
    const kept = await placeOrder(client, ["kept.test"]);
    const { json } = await client.read(`${client.kid}/orders`);
    expect(json.orders).toEqual([kept.headers.get("location")]);
  });

  test("is empty for a new account", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const answer = await client.read(`${client.kid}/orders`);
    expect(answer.json).toEqual({ orders: [] });
    expect(answer.headers.get("link")).toBe(`<${baseUrl}/directory>;rel="index"`);
  });

  test("has no page that begins with an invented order, or another account's (case 89)", async () => {
    const directory = await createTestDirectory();
    const [client, other] = [await directory.client(), await directory.client()];
    const foreign = (await placeOrder(other, ["a.test"])).headers.get("location")?.split("/").at(-1);
    for (const cursor of [foreign, "A".repeat(22), "x", "", "A".repeat(5000), "%00"]) {
      const answer = await client.read(`${client.kid}/orders?after=${cursor}`);
      expect(answer).toMatchObject({ status: 400, json: { type: problem("malformed") } });
    }
  });
});

import { describe, expect, test } from "vitest";
import { createClient } from "./support/client.ts";
import { baseUrl, createTestDirectory, obtain, placeOrder } from "./support/directory.ts";
import { algorithms, generateSigningKey } from "./support/keys.ts";

const newAccount = `${baseUrl}/new-account`;
const terms = "https://elsewhere.test/terms";
const problem = (token: string) => `urn:ietf:params:acme:error:${token}`;

describe("newAccount", () => {
  test("creates an account and reflects only what it is (A-070, case 62)", async () => {
    const { server } = await createTestDirectory();
    const client = await createClient(server);
    const answer = await client.register({
      contact: ["mailto:admin@a.test"],
      termsOfServiceAgreed: true,
      onlyReturnExisting: false,
      status: "revoked",
      orders: "https://elsewhere.test/orders",
      id: "mine",
      createdAt: 5,
      externalAccountBinding: { protected: "e30", payload: "e30", signature: "AA" },
    });
    expect(answer.status).toBe(201);
    expect(client.kid).toMatch(/^https:\/\/ca\.test\/acme\/account\/[A-Za-z0-9_-]{22}$/);
    expect(answer.json).toEqual({
      status: "valid",
      contact: ["mailto:admin@a.test"],
      termsOfServiceAgreed: true,
      orders: `${client.kid}/orders`,
    });
  });

  test.each(algorithms)("takes a key of %s, which then signs requests (A-034)", async (alg) => {
    const { server } = await createTestDirectory();
    const client = await createClient(server, await generateSigningKey(alg));
    expect((await client.register()).status).toBe(201);
    expect((await client.read(client.kid ?? "")).status).toBe(200);
  });

  test("finds the account of a key again and changes nothing in it (A-071, case 57)", async () => {
    const { server } = await createTestDirectory({ termsOfService: terms });
    const client = await createClient(server);
    await client.register({ contact: ["mailto:a@a.test"], termsOfServiceAgreed: true });
    const again = await createClient(server, client.key);
    const answer = await again.register({ contact: ["tel:1"] });
    expect(answer).toMatchObject({ status: 200, json: { contact: ["mailto:a@a.test"] } });
    expect(again.kid).toBe(client.kid);
  });

  test("knows a key by its numbers, however its JWK is spelled (A-040, case 44)", async () => {
    const { server } = await createTestDirectory();
    const client = await createClient(server);
    await client.register();
    const { x, y } = client.key.jwk;
    const jwk = { y, kid: "other", x5c: [], x, alg: "ES256", kty: "EC", use: "sig", crv: "P-256" };
    const answer = await client.post(newAccount, {}, { header: { jwk, kid: undefined } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("location")).toBe(client.kid);
  });

  test("16 at once with one key make one account (A-071, case 58)", async () => {
    const { server } = await createTestDirectory();
    const key = await generateSigningKey();
    const clients = await Promise.all(Array.from({ length: 16 }, () => createClient(server, key)));
    const answers = await Promise.all(clients.map((client) => client.register()));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array<number>(15).fill(200), 201]);
    expect(new Set(clients.map(({ kid }) => kid)).size).toBe(1);
  });

  test("with onlyReturnExisting creates nothing, and needs no agreement (A-072, case 56)", async () => {
    const { server } = await createTestDirectory({ termsOfService: terms });
    const client = await createClient(server);
    const ask = () =>
      client.post(
        newAccount,
        { onlyReturnExisting: true },
        { header: { jwk: client.key.jwk, kid: undefined } },
      );
    for (let round = 0; round < 2; round += 1) {
      expect(await ask()).toMatchObject({ status: 400, json: { type: problem("accountDoesNotExist") } });
    }
    await client.register({ termsOfServiceAgreed: true });
    expect(await ask()).toMatchObject({ status: 200, json: { status: "valid" } });
  });

  test("points to terms in ASCII, whatever letters they were configured with (A-073)", async () => {
    const { server } = await createTestDirectory({ termsOfService: "https://elsewhere.test/条款\n" });
    const answer = await (await createClient(server)).register({});
    expect(answer).toMatchObject({ status: 403, json: { type: problem("userActionRequired") } });
    expect(answer.headers.get("link")).toContain("<https://elsewhere.test/%E6%9D%A1%E6%AC%BE>");
  });

  test.each([undefined, false, "true", 1])(
    "with terms not agreed to (%s) says where to go (A-073, A-074, case 59)",
    async (agreed) => {
      const { server } = await createTestDirectory({ termsOfService: terms });
      const client = await createClient(server);
      const answer = await client.register({ termsOfServiceAgreed: agreed });
      expect(answer).toMatchObject({
        status: 403,
        json: { type: problem("userActionRequired"), instance: terms },
      });
      expect(answer.headers.get("link")).toBe(
        `<${baseUrl}/directory>;rel="index", <${terms}>;rel="terms-of-service"`,
      );
    },
  );

  test.each([
    { contact: ["tel:+123"], type: "unsupportedContact" },
    { contact: ["http://a.test"], type: "unsupportedContact" },
    { contact: ["mailto:a@a.test?subject=hi"], type: "invalidContact" },
    { contact: ["mailto:a@a.test,b@b.test"], type: "invalidContact" },
    { contact: ["mailto:a@a.test\r\nBcc: b@b.test"], type: "invalidContact" },
    { contact: ["mailto:a\u0000@a.test"], type: "invalidContact" },
    { contact: ["mailto:"], type: "invalidContact" },
    { contact: ["mailto:a"], type: "invalidContact" },
    { contact: [""], type: "invalidContact" },
    { contact: ["admin@a.test"], type: "invalidContact" },
    { contact: Array<string>(11).fill("mailto:a@a.test"), type: "invalidContact" },
    { contact: "mailto:a@a.test", type: "malformed" },
    { contact: [5], type: "malformed" },
  ])("refuses contact $contact with $type (A-075, cases 60 and 61)", async ({ contact, type }) => {
    const { server } = await createTestDirectory();
    const client = await createClient(server);
    expect(await client.register({ contact })).toMatchObject({ status: 400, json: { type: problem(type) } });
    expect((await client.register({ onlyReturnExisting: true })).status).toBe(400);
  });

  test.each(["", "[]", '"x"', "null"])("refuses the payload %j (case 55)", async (payload) => {
    const { server } = await createTestDirectory();
    const client = await createClient(server);
    expect(await client.post(newAccount, payload)).toMatchObject({
      status: 400,
      json: { type: problem("malformed") },
    });
  });
});

describe("an account", () => {
  test("can be read and given other contacts; what else is sent is ignored (A-076, case 62)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const url = client.kid ?? "";
    const update = {
      contact: ["MAILTO:b@b.test"],
      status: "valid",
      orders: "x",
      termsOfServiceAgreed: false,
      more: 1,
    };
    const updated = {
      status: "valid",
      contact: ["MAILTO:b@b.test"],
      termsOfServiceAgreed: true,
      orders: `${url}/orders`,
    };
    expect((await client.post(url, update)).json).toEqual(updated);
    expect((await client.read(url)).json).toEqual(updated);
    expect((await client.post(url, {})).json).toEqual(updated);
    expect((await client.post(url, { contact: [] })).json.contact).toEqual([]);
  });

  test("keeps its contacts when a change is refused", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const url = client.kid ?? "";
    expect((await client.post(url, { contact: ["tel:1"] })).json.type).toBe(problem("unsupportedContact"));
    expect((await client.read(url)).json.contact).toEqual([]);
  });

  test("is nobody else's business, nor is its list of orders (A-043, case 88)", async () => {
    const directory = await createTestDirectory();
    const [owner, other] = [await directory.client(), await directory.client()];
    for (const url of [owner.kid ?? "", `${owner.kid}/orders`, `${baseUrl}/account/${"A".repeat(22)}`]) {
      expect(await other.read(url)).toMatchObject({ status: 403, json: { type: problem("unauthorized") } });
    }
    const takeover = await other.post(owner.kid ?? "", { status: "deactivated" });
    expect(takeover.status).toBe(403);
    expect((await owner.read(owner.kid ?? "")).json.status).toBe("valid");
  });

  test("that is deactivated can do nothing more, and its key cannot come back (A-077, E-056, cases 43 and 63)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const order = await placeOrder(client, ["a.test"]);
    const { url: certificate } = await obtain(directory, client, ["b.test"]);
    const url = client.kid ?? "";
    expect(await client.post(url, { status: "deactivated", contact: ["tel:1"] })).toMatchObject({
      status: 200,
      json: { status: "deactivated" },
    });
    const location = order.headers.get("location") ?? "";
    for (const target of [
      url,
      `${url}/orders`,
      location,
      certificate,
      order.json.authorizations?.[0] ?? "",
    ]) {
      expect(await client.read(target)).toMatchObject({
        status: 401,
        json: { type: problem("unauthorized") },
      });
    }
    expect((await client.post(url, { status: "valid" })).status).toBe(401);
    expect((await placeOrder(client, ["a.test"])).status).toBe(401);
    const comeback = await client.post(newAccount, {}, { header: { jwk: client.key.jwk, kid: undefined } });
    expect(comeback).toMatchObject({ status: 401, json: { type: problem("unauthorized") } });
    const [issued] = await directory.authority.ca.list({ limit: 10 });
    expect(issued?.revocation).toBeUndefined();
    const orderId = location.split("/").at(-1) ?? "";
    expect(await directory.store.findOrder("test", orderId)).toMatchObject({
      state: "invalid",
      error: { type: "unauthorized" },
    });
  });
});

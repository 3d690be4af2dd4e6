import { StoreError } from "@chancery/core";
import { describe, expect, test } from "vitest";
import { baseUrl, clientAt } from "../support/directory.ts";
import { generateSigningKey } from "../support/keys.ts";
import { buildLaboratory, type HostileCase, testHostileCases } from "../support/laboratory.ts";

const newOrder = `${baseUrl}/new-order`;
const payload = { identifiers: [{ type: "dns", value: "b.test" }] };
const sharedKeys = [new Uint8Array(32).fill(7)];

const withHeader = (
  id: string,
  why: string,
  header: Readonly<Record<string, unknown>>,
  expected: Pick<HostileCase, "options" | "status" | "type">,
): HostileCase => ({
  id,
  why,
  send: ({ attacker }) => attacker.post(newOrder, payload, { header }),
  ...expected,
});

const badNonce = { type: "badNonce", status: 400 } as const;
const malformed = { type: "malformed", status: 400 } as const;
const unauthorized = { type: "unauthorized", status: 403 } as const;

describe("D. URL and nonce", () => {
  testHostileCases([
    withHeader("case 45", "no url (A-032)", { url: undefined }, malformed),
    withHeader("case 45", "url that is no string", { url: [newOrder] }, malformed),
    ...[
      ["another resource", `${baseUrl}/revoke-cert`],
      ["another scheme", "http://ca.test/acme/new-order"],
      ["another host", "https://other.test/acme/new-order"],
      ["the host in upper case", "https://CA.test/acme/new-order"],
      ["the default port", "https://ca.test:443/acme/new-order"],
      ["another port", "https://ca.test:8443/acme/new-order"],
      ["a slash behind it", `${newOrder}/`],
      ["a query", `${newOrder}?x=1`],
      ["an empty query", `${newOrder}?`],
      ["a fragment", `${newOrder}#x`],
      ["a percent-encoded letter", `${baseUrl}/new-orde%72`],
      ["no base", "/acme/new-order"],
      ["nothing", ""],
    ].map(([why, url]) => withHeader("case 46", `url with ${why} (A-060)`, { url }, unauthorized)),
    withHeader("case 47", "no nonce (A-032)", { nonce: undefined }, badNonce),
    withHeader("case 47", "an empty nonce", { nonce: "" }, badNonce),
    withHeader("case 48", "a nonce with a path in it (A-054)", { nonce: "../../../etc/passwd" }, malformed),
    withHeader("case 48", "a nonce with padding (A-054)", { nonce: "AAA=" }, malformed),
    withHeader("case 48", "a nonce that is no string (A-054)", { nonce: 5 }, malformed),
    withHeader("case 48", "a nonce of 20 000 characters (A-054)", { nonce: "A".repeat(20_000) }, malformed),
    withHeader(
      "case 49",
      "an invented nonce (A-053)",
      { nonce: Buffer.alloc(45, 1).toString("base64url") },
      badNonce,
    ),
    {
      id: "case 49",
      why: "a nonce of another directory under the same key (A-053)",
      send: async ({ attacker, another }) => {
        const other = await clientAt(another({ id: "other" }), attacker);
        return attacker.post(newOrder, payload, { header: { nonce: await other.nonce() } });
      },
      ...badNonce,
      options: { nonces: { sharedKeys } },
    },
    {
      id: "case 49",
      why: "a nonce that has expired (A-053)",
      send: async ({ attacker, clock }) => {
        const nonce = await attacker.nonce();
        clock.advance(3_600_000);
        return attacker.post(newOrder, payload, { header: { nonce } });
      },
      ...badNonce,
    },
    {
      id: "case 50",
      why: "a nonce that was used (A-053)",
      send: async ({ attacker, writes }) => {
        const nonce = await attacker.nonce();
        expect((await attacker.post(newOrder, payload, { header: { nonce } })).status).toBe(201);
        writes.length = 0;
        return attacker.post(newOrder, payload, { header: { nonce } });
      },
      ...badNonce,
    },
    {
      id: "case 50",
      why: "a nonce whose request failed afterwards (A-055)",
      send: async ({ attacker }) => {
        const nonce = await attacker.nonce();
        expect((await attacker.post(newOrder, {}, { header: { nonce } })).json.type).toContain("malformed");
        return attacker.post(newOrder, payload, { header: { nonce } });
      },
      ...badNonce,
    },
  ]);

  test("case 46: the url of the request itself is the one that counts", async () => {
    const { attacker } = await buildLaboratory();
    const answer = await attacker.post(newOrder, payload, { to: `${baseUrl}/revoke-cert` });
    expect(answer).toMatchObject({ status: 403, json: { type: "urn:ietf:params:acme:error:unauthorized" } });
  });

  test("case 48: a nonce that is not one never reaches the store", async () => {
    const { attacker, nonces } = await buildLaboratory({ nonces: { sharedKeys } });
    nonces.length = 0;
    for (const nonce of ["../../x", "AAAA", Buffer.alloc(45, 1).toString("base64url")]) {
      await attacker.post(newOrder, payload, { header: { nonce } });
    }
    expect(nonces).toEqual([]);
  });

  test("case 49: the previous key still counts during rotation, a retired one does not", async () => {
    const [first, second, third] = [1, 2, 3].map((octet) => new Uint8Array(32).fill(octet)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const laboratory = await buildLaboratory({ nonces: { sharedKeys: [first] } });
    const { attacker, another } = laboratory;
    const rotated = await clientAt(another({ nonces: { sharedKeys: [second, first] } }), attacker);
    expect(
      (await rotated.post(newOrder, payload, { header: { nonce: await attacker.nonce() } })).status,
    ).toBe(201);
    const retired = await clientAt(another({ nonces: { sharedKeys: [third, second] } }), attacker);
    const answer = await retired.post(newOrder, payload, { header: { nonce: await attacker.nonce() } });
    expect(answer.json.type).toBe("urn:ietf:params:acme:error:badNonce");
  });

  test.each([undefined, { sharedKeys }])(
    "case 50: of 6 uses at once one succeeds (A-053; %j)",
    async (nonces) => {
      const { attacker } = await buildLaboratory(nonces === undefined ? {} : { nonces });
      const nonce = await attacker.nonce();
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => attacker.post(newOrder, payload, { header: { nonce } })),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array<number>(5).fill(400)]);
    },
  );

  test("case 51: a nonce of one replica is used at another, once", async () => {
    const { attacker, another } = await buildLaboratory({ nonces: { sharedKeys } });
    const replica = await clientAt(another(), attacker);
    const nonce = await attacker.nonce();
    expect((await replica.post(newOrder, payload, { header: { nonce } })).status).toBe(201);
    expect((await attacker.post(newOrder, payload, { header: { nonce } })).status).toBe(400);
  });

  test.each([undefined, { sharedKeys }])("case 52: a forged request burns no nonce (%j)", async (nonces) => {
    const { attacker } = await buildLaboratory(nonces === undefined ? {} : { nonces });
    const nonce = await attacker.nonce();
    const forged = await attacker.post(newOrder, payload, {
      header: { nonce },
      key: await generateSigningKey(),
    });
    expect(forged).toMatchObject({ status: 403, json: { type: "urn:ietf:params:acme:error:unauthorized" } });
    expect((await attacker.post(newOrder, payload, { header: { nonce } })).status).toBe(201);
  });

  test("case 53: asking for nonces writes nothing, however often (A-056, E-090)", async () => {
    const { server, nonces, writes } = await buildLaboratory({ nonces: { sharedKeys } });
    nonces.length = 0;
    writes.length = 0;
    for (let round = 0; round < 10_000; round += 1) {
      await server.fetch(new Request(`${baseUrl}/new-nonce`, { method: "HEAD" }));
    }
    expect([...nonces, ...writes]).toEqual([]);
  });

  test("case 54: when nobody can tell whether a nonce was used, the request is put off", async () => {
    const { attacker, another, store, errors } = await buildLaboratory({ nonces: { sharedKeys } });
    const outage = new StoreError("ERR_STORE_TRANSIENT", "locked");
    const server = another({ store: { ...store, consumeNonce: () => Promise.reject(outage) } });
    const answer = await (await clientAt(server, attacker)).post(newOrder, payload);
    expect(answer).toMatchObject({
      status: 503,
      json: { type: "urn:ietf:params:acme:error:serverInternal" },
    });
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(errors).toEqual([outage]);
  });
});

import { StoreError } from "@chancery/core";
import { describe, expect, test } from "vitest";
import { createClient } from "../support/client.ts";
import { makeCsr } from "../support/csr.ts";
import {
  baseUrl,
  clientAt,
  createTestDirectory,
  finalize,
  obtain,
  placeOrder,
  readyOrder,
} from "../support/directory.ts";
import { buildLaboratory } from "../support/laboratory.ts";

const revokeCert = `${baseUrl}/revoke-cert`;
const b64 = (octets: Uint8Array) => Buffer.from(octets).toString("base64url");
const urn = (type: string) => `urn:ietf:params:acme:error:${type}`;
const csr = await makeCsr({ names: ["b.test"] });
const day = 86_400_000;

describe("H. Revocation", () => {
  test.each([
    { why: "no certificate", payload: {}, status: 400 },
    { why: "a certificate that is no string", payload: { certificate: 5 }, status: 400 },
    { why: "plain base64", payload: { certificate: "AA==" }, status: 400 },
    {
      why: "octets that are no certificate",
      payload: { certificate: b64(Buffer.from("hello")) },
      status: 404,
    },
  ])("case 119: $why (A-203)", async ({ payload, status }) => {
    const { attacker } = await buildLaboratory();
    expect(await attacker.post(revokeCert, payload)).toMatchObject({
      status,
      json: { type: urn("malformed") },
    });
  });

  test("case 119: a certificate of another authority (A-201)", async () => {
    const { attacker } = await buildLaboratory();
    const stranger = await createTestDirectory();
    const { der } = await obtain(stranger, await stranger.client(), ["b.test"]);
    const answer = await attacker.post(revokeCert, { certificate: b64(der) });
    expect(answer).toMatchObject({ status: 404, json: { type: urn("malformed") } });
  });

  test("case 119: a certificate with our serial number that we did not sign is not ours (A-201)", async () => {
    const laboratory = await buildLaboratory();
    const { der } = await obtain(laboratory, laboratory.attacker, ["b.test"]);
    const forged = Buffer.from(der);
    forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1);
    const answer = await laboratory.attacker.post(revokeCert, { certificate: b64(forged) });
    expect(answer).toMatchObject({ status: 404, json: { type: urn("malformed") } });
  });

  test("case 120: revocation by those who may not (A-200)", async () => {
    const laboratory = await buildLaboratory();
    const { der } = await obtain(laboratory, laboratory.attacker, ["b.test", "c.test", "*.c.test"]);
    const partial = await laboratory.client();
    await readyOrder(laboratory, partial, ["b.test", "c.test"]);
    const wrongKey = await createClient(laboratory.server);
    for (const client of [partial, await laboratory.client(), wrongKey]) {
      const answer = await client.post(revokeCert, { certificate: b64(der) });
      expect(answer).toMatchObject({ status: 403, json: { type: urn("unauthorized") } });
    }
  });

  test.each([7, 11, -1, 1.5, "1", 2, 6, 8, 10, null])("case 122: reason %j (A-202)", async (reason) => {
    const laboratory = await buildLaboratory();
    const { der } = await obtain(laboratory, laboratory.attacker, ["b.test"]);
    const answer = await laboratory.attacker.post(revokeCert, { certificate: b64(der), reason });
    expect(answer).toMatchObject({ status: 400, json: { type: urn("badRevocationReason") } });
    expect((await laboratory.authority.ca.list({ limit: 1 }))[0]?.revocation).toBeUndefined();
  });

  test("case 123: of two revocations at once one happens, and it happens once (A-203)", async () => {
    const laboratory = await buildLaboratory();
    const { der } = await obtain(laboratory, laboratory.attacker, ["b.test"]);
    const answers = await Promise.all(
      Array.from({ length: 2 }, () => laboratory.attacker.post(revokeCert, { certificate: b64(der) })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
    expect(answers.find(({ status }) => status === 400)?.json.type).toBe(urn("alreadyRevoked"));
    const audit = await laboratory.authority.store.listAudit({ limit: 10 });
    expect(audit.filter(({ type }) => type === "certificate.revoked")).toHaveLength(1);
  });
});

describe("H. Time and outages", () => {
  test.each([
    ["ahead", 3_600_000],
    ["back", -3_600_000],
  ])("case 127: a nonce is refused after the clock jumps an hour %s", async (_, jump) => {
    const { attacker, clock } = await buildLaboratory();
    const nonce = await attacker.nonce();
    clock.advance(jump);
    const answer = await attacker.post(`${baseUrl}/new-order`, {}, { header: { nonce } });
    expect(answer).toMatchObject({ status: 400, json: { type: urn("badNonce") } });
  });

  test("case 127: an order that expires between read and finalize", async () => {
    const laboratory = await buildLaboratory();
    const order = await readyOrder(laboratory, laboratory.attacker, ["b.test"]);
    laboratory.clock.advance(day);
    const answer = await finalize(laboratory.attacker, order, csr);
    expect(answer).toMatchObject({ status: 403, json: { type: urn("orderNotReady") } });
  });

  test.each(["findAccount", "createOrder", "findOrder", "acceptChallenge", "beginFinalization"] as const)(
    "case 128: the store is away in %s: 503, when to come back, and nothing done",
    async (method) => {
      const laboratory = await buildLaboratory();
      const { attacker, order, challenges, store, writes } = laboratory;
      const ready = await readyOrder(laboratory, attacker, ["b.test"]);
      const outage = new StoreError("ERR_STORE_TRANSIENT", "database is locked at /var/lib/secret.db");
      const server = laboratory.another({ store: { ...store, [method]: () => Promise.reject(outage) } });
      const client = await clientAt(server, attacker);
      writes.length = 0;
      const send = {
        findAccount: () => client.read(order.url),
        createOrder: () => placeOrder(client, ["d.test"]),
        findOrder: () => client.read(order.url),
        acceptChallenge: () => client.post(challenges[0] ?? "", {}),
        beginFinalization: () => finalize(client, ready, csr),
      }[method];
      const answer = await send();
      expect(answer).toMatchObject({ status: 503, json: { type: urn("serverInternal") } });
      expect(answer.headers.get("retry-after")).toBe("5");
      expect(answer.text).not.toContain("secret");
      expect(writes).toEqual([]);
      expect(laboratory.errors).toEqual([outage]);
      expect((await attacker.read(ready.url)).json.status).toBe("ready");
    },
  );
});

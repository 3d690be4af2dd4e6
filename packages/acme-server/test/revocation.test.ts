import { exportJWK } from "jose";
import { describe, expect, test } from "vitest";
import { createClient, type TestClient } from "./support/client.ts";
import { generateCertificateKey } from "./support/csr.ts";
import { baseUrl, createTestDirectory, obtain, readyOrder, type TestDirectory } from "./support/directory.ts";
import type { Answer } from "./support/invariants.ts";
import type { SigningKey } from "./support/keys.ts";

const revokeCert = `${baseUrl}/revoke-cert`;
const problem = (token: string) => `urn:ietf:params:acme:error:${token}`;
const b64 = (der: Uint8Array) => Buffer.from(der).toString("base64url");

const revoke = (client: TestClient, der: Uint8Array, more: object = {}): Promise<Answer> =>
  client.post(revokeCert, { certificate: b64(der), ...more });

const revocationOf = async ({ authority }: TestDirectory) =>
  (await authority.ca.list({ limit: 10 })).map(({ revocation }) => revocation);

/** A client that signs with the key of a certificate. */
async function certificateHolder({
  server,
}: TestDirectory): Promise<{ keys: CryptoKeyPair; holder: TestClient }> {
  const keys = await generateCertificateKey();
  const key: SigningKey = { alg: "ES256", ...keys, jwk: await exportJWK(keys.publicKey) };
  return { keys, holder: await createClient(server, key) };
}

describe("revokeCert", () => {
  test("by the account that it was issued to (A-200, A-203)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const { der, url, chainPem } = await obtain(directory, client, ["a.test"]);
    const answer = await revoke(client, der);
    expect(answer).toMatchObject({ status: 200, text: "" });
    expect(await revocationOf(directory)).toEqual([{ revokedAt: directory.clock.now() }]);
    expect((await client.read(url)).text).toBe(chainPem);
  });

  test("by the key of the certificate, without any account (A-200, A-201, case 121)", async () => {
    const directory = await createTestDirectory();
    const { keys, holder } = await certificateHolder(directory);
    const { der } = await obtain(directory, await directory.client(), ["a.test"], keys);
    expect((await revoke(holder, der, { reason: 1 })).status).toBe(200);
    expect(await revocationOf(directory)).toMatchObject([{ reason: "keyCompromise" }]);
    const audit = await directory.authority.store.listAudit({ limit: 10 });
    expect(audit.at(-1)?.actor).toMatch(/^acme:key:[A-Za-z0-9_-]{43}$/);
  });

  test("by an account with valid authorizations for all names, wildcards included (A-200)", async () => {
    const directory = await createTestDirectory();
    const { der } = await obtain(directory, await directory.client(), ["a.test", "*.a.test", "10.1.2.3"]);
    const other = await directory.client();
    await readyOrder(directory, other, ["a.test", "*.a.test", "10.1.2.3"]);
    expect((await revoke(other, der, { reason: 5 })).status).toBe(200);
    expect(await revocationOf(directory)).toMatchObject([{ reason: "cessationOfOperation" }]);
  });

  test.each([
    { why: "lacks one of three names", names: ["a.test", "b.test"] },
    { why: "has the name but not its wildcard", names: ["a.test", "b.test", "c.test"] },
    { why: "has nothing", names: [] },
  ])("not by an account that $why (A-200, case 120)", async ({ names }) => {
    const directory = await createTestDirectory();
    const { der } = await obtain(directory, await directory.client(), ["a.test", "b.test", "*.c.test"]);
    const other = await directory.client();
    if (names.length > 0) await readyOrder(directory, other, names);
    expect(await revoke(other, der)).toMatchObject({ status: 403, json: { type: problem("unauthorized") } });
    expect(await revocationOf(directory)).toEqual([undefined]);
  });

  test("not by an account whose authorization has expired or was given up (case 120)", async () => {
    const directory = await createTestDirectory({ authorizationLifetime: "PT48H" });
    const { der } = await obtain(directory, await directory.client(), ["a.test"]);
    const [late, sorry] = [await directory.client(), await directory.client()];
    const order = await readyOrder(directory, sorry, ["a.test"]);
    await sorry.post(order.json.authorizations?.[0] ?? "", { status: "deactivated" });
    await readyOrder(directory, late, ["a.test"]);
    directory.clock.advance(48 * 3_600_000);
    for (const client of [late, sorry]) expect((await revoke(client, der)).status).toBe(403);
  });

  test("not by just any key, nor by just any account for a certificate without names (case 120)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const { der } = await obtain(directory, client, ["a.test"]);
    const stranger = await createClient(directory.server);
    expect(await revoke(stranger, der)).toMatchObject({
      status: 403,
      json: { type: problem("unauthorized") },
    });

    const { ca } = directory.authority;
    const [issued] = await ca.list({ limit: 1 });
    const nameless = directory.another({
      ca: {
        ...ca,
        find: async () => issued && { ...issued, identifiers: [], requester: { kind: "operator", id: "x" } },
      },
    });
    const other = await createClient(nameless);
    await other.register();
    expect(await revoke(other, der)).toMatchObject({ status: 403, json: { type: problem("unauthorized") } });
  });

  test("not with the certificate's key named by kid (case 121)", async () => {
    const directory = await createTestDirectory();
    const { keys, holder } = await certificateHolder(directory);
    const { der } = await obtain(directory, await directory.client(), ["a.test"], keys);
    holder.kid = `${baseUrl}/certificate/key`;
    expect(await revoke(holder, der)).toMatchObject({ status: 400, json: { type: problem("malformed") } });
  });

  test("for somebody else only for a reason that an outsider can know", async () => {
    const directory = await createTestDirectory();
    const { der } = await obtain(directory, await directory.client(), ["a.test"]);
    const other = await directory.client();
    await readyOrder(directory, other, ["a.test"]);
    expect(await revoke(other, der, { reason: 1 })).toMatchObject({
      status: 400,
      json: { type: problem("badRevocationReason") },
    });
  });

  test.each([
    [undefined, undefined],
    [0, undefined],
    [1, "keyCompromise"],
    [3, "affiliationChanged"],
    [4, "superseded"],
    [5, "cessationOfOperation"],
    [9, "privilegeWithdrawn"],
  ])("with reason %s records %s (A-202)", async (number, name) => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const { der } = await obtain(directory, client, ["a.test"]);
    expect((await revoke(client, der, number === undefined ? {} : { reason: number })).status).toBe(200);
    expect((await revocationOf(directory))[0]?.reason).toBe(name);
  });

  test.each([2, 6, 7, 8, 10, 11, -1, 1.5, "1", null, true, [1]])(
    "refuses reason %j and lists the others (A-202, case 122)",
    async (reason) => {
      const directory = await createTestDirectory();
      const client = await directory.client();
      const { der } = await obtain(directory, client, ["a.test"]);
      const answer = await revoke(client, der, { reason });
      expect(answer).toMatchObject({ status: 400, json: { type: problem("badRevocationReason") } });
      expect(answer.json.detail).toContain("0, 1, 3, 4, 5, 9");
      expect(await revocationOf(directory)).toEqual([undefined]);
    },
  );

  test("happens once: of two at once, and later (A-203, case 123)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const { der } = await obtain(directory, client, ["a.test"]);
    const answers = await Promise.all([revoke(client, der), revoke(client, der)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
    directory.clock.advance(1000);
    expect(await revoke(client, der)).toMatchObject({
      status: 400,
      json: { type: problem("alreadyRevoked") },
    });
    const audit = await directory.authority.store.listAudit({ limit: 10 });
    expect(audit.filter(({ type }) => type === "certificate.revoked")).toHaveLength(1);
  });

  test("does not know what it did not issue, byte by byte (A-201, A-203, case 119)", async () => {
    const directory = await createTestDirectory();
    const stranger = await createTestDirectory();
    const client = await directory.client();
    const { der } = await obtain(directory, client, ["a.test"]);
    const foreign = await obtain(stranger, await stranger.client(), ["a.test"]);
    const altered = der.slice();
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    for (const octets of [
      foreign.der,
      altered,
      Uint8Array.of(...der, 0),
      Uint8Array.of(1, 2, 3),
      new Uint8Array(),
    ]) {
      expect(await revoke(client, octets)).toMatchObject({
        status: 404,
        json: { type: problem("malformed") },
      });
    }
  });

  test.each([{}, { certificate: 5 }, { certificate: "AA==" }, { certificate: "+/+/" }])(
    "refuses the payload %j (case 119)",
    async (payload) => {
      const directory = await createTestDirectory();
      const client = await directory.client();
      expect(await client.post(revokeCert, payload)).toMatchObject({
        status: 400,
        json: { type: problem("malformed") },
      });
    },
  );

  test("refuses a certificate that has expired anyway (A-204)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const { der } = await obtain(directory, client, ["a.test"]);
    directory.clock.advance(31 * 86_400_000);
    const answer = await revoke(client, der);
    expect(answer).toMatchObject({ status: 400, json: { type: problem("malformed") } });
    expect(answer.json.detail).toContain("expired");
  });
});

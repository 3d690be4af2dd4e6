import { type CertificateAuthority, definePolicy, SignerError, StoreError } from "@chancery/core";
import { describe, expect, test } from "vitest";
import type { AcmeStore } from "../src/index.ts";
import { makeCsr } from "./support/csr.ts";
import {
  clientAt,
  createTestDirectory,
  finalize,
  obtain,
  placeOrder,
  readyOrder,
  respondToAll,
  type TestDirectory,
} from "./support/directory.ts";

const problem = (token: string) => `urn:ietf:params:acme:error:${token}`;
const issuedBy = ({ authority }: TestDirectory) => authority.ca.list({ limit: 10 });
const csr = await makeCsr({ names: ["a.test"] });
const otherCsr = await makeCsr({ names: ["a.test"] });

/** An authority of which one method does something else. */
function changed(directory: TestDirectory, issue: CertificateAuthority["issue"]): CertificateAuthority {
  return { ...directory.authority.ca, issue };
}

describe("finalize", () => {
  test("takes the names in any order and case, and a commonName among them (A-122)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const order = await readyOrder(directory, client, ["a.test", "*.b.test", "10.1.2.3", "2001:db8::1"]);
    const names = ["2001:db8::1", "10.1.2.3", "*.B.test", "A.TEST"];
    const answer = await finalize(client, order, await makeCsr({ names, subject: "CN=A.test" }));
    expect(answer).toMatchObject({ status: 200, json: { status: "valid" } });
  });

  test("takes a name from the commonName alone (A-122)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const order = await readyOrder(directory, client, ["a.test"]);
    expect(
      (await finalize(client, order, await makeCsr({ names: [], subject: "CN=a.test" }))).json.status,
    ).toBe("valid");
  });

  test("stays ready after a request that is not the order, for one that is (A-123)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const order = await readyOrder(directory, client, ["a.test", "b.test"]);
    const wrong = await finalize(client, order, csr);
    expect(wrong).toMatchObject({ status: 400, json: { type: problem("badCSR") } });
    expect((await client.read(order.url)).json.status).toBe("ready");
    const right = await finalize(client, order, await makeCsr({ names: ["b.test", "a.test"] }));
    expect(right.json.status).toBe("valid");
  });

  test("refuses the key of any account, not only of the one that asks (A-124, case 110)", async () => {
    const directory = await createTestDirectory();
    const [client, other] = [await directory.client(), await directory.client()];
    const order = await readyOrder(directory, client, ["a.test"]);
    for (const { key } of [client, other]) {
      const answer = await finalize(client, order, await makeCsr({ names: ["a.test"], keys: key }));
      expect(answer).toMatchObject({ status: 400, json: { type: problem("badCSR") } });
    }
  });

  test("names a weak key of the request badCSR: badPublicKey is for the JWS (case 110)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const order = await readyOrder(directory, client, ["a.test"]);
    const parameters = {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 1024,
      publicExponent: Uint8Array.of(1, 0, 1),
      hash: "SHA-256",
    };
    const keys = await crypto.subtle.generateKey(parameters, true, ["sign", "verify"]);
    const answer = await finalize(
      client,
      order,
      await makeCsr({ names: ["a.test"], keys, algorithm: parameters }),
    );
    expect(answer).toMatchObject({ status: 400, json: { type: problem("badCSR") } });
    expect(answer.json.detail).toContain("1024");
  });

  test.each(["pending", "invalid", "expired", "valid"])(
    "refuses an order that is %s (A-121, case 108)",
    async (state) => {
      const directory = await createTestDirectory();
      const client = await directory.client();
      const order = await placeOrder(client, ["a.test"]);
      if (state === "expired") directory.clock.advance(86_400_000);
      if (state === "invalid")
        await client.post(order.json.authorizations?.[0] ?? "", { status: "deactivated" });
      if (state === "valid") {
        await respondToAll(client, order);
        await directory.server.tick();
        expect((await finalize(client, order, csr)).json.status).toBe("valid");
      }
      const answer = await finalize(client, order, otherCsr);
      expect(answer).toMatchObject({ status: 403, json: { type: problem("orderNotReady") } });
    },
  );

  test("answers the same request again with the order", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const order = await readyOrder(directory, client, ["a.test"]);
    const first = await finalize(client, order, csr);
    const again = await finalize(client, order, csr);
    expect(again).toMatchObject({ status: 200, json: first.json });
    expect(await issuedBy(directory)).toHaveLength(1);
  });

  test("refuses when an authorization is taken away at the last moment (E-051, case 116)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const order = await readyOrder(directory, client, ["a.test"]);
    const [authorization = ""] = order.json.authorizations ?? [];
    const { store } = directory;
    const beginFinalization: AcmeStore["beginFinalization"] = async (input) => {
      await store.deactivateAuthorization(authorization.split("/").at(-1) ?? "", {
        type: "unauthorized",
        detail: "gone",
        status: 403,
      });
      return store.beginFinalization(input);
    };
    const racing = directory.another({ store: { ...store, beginFinalization } });
    const same = await clientAt(racing, client);
    expect(await finalize(same, order, csr)).toMatchObject({
      status: 403,
      json: { type: problem("orderNotReady") },
    });
    expect(await issuedBy(directory)).toEqual([]);
  });

  test("goes back to ready when policy refuses the final request (A-123)", async () => {
    let open = true;
    const policy = definePolicy("changing", () =>
      open ? { verdict: "allow", reason: "open" } : { verdict: "deny", reason: "closed since this morning" },
    );
    const directory = await createTestDirectory({ policies: [policy] });
    const client = await directory.client();
    const order = await readyOrder(directory, client, ["a.test"]);
    open = false;
    const refused = await finalize(client, order, csr);
    expect(refused).toMatchObject({ status: 403, json: { type: problem("rejectedIdentifier") } });
    expect(refused.json.detail).toContain("closed since this morning");
    expect((await client.read(order.url)).json.status).toBe("ready");
    open = true;
    expect((await finalize(client, order, csr)).json.status).toBe("valid");
  });

  test.each([
    { what: "the signer", error: new SignerError("token gone") },
    { what: "the store", error: new StoreError("ERR_STORE_TRANSIENT", "locked") },
    { what: "something unknown", error: new Error("password is hunter2") },
  ])(
    "stays processing while $what is away, and the worker finishes it (A-126, case 128)",
    async ({ error }) => {
      const directory = await createTestDirectory();
      const client = await directory.client();
      const order = await readyOrder(directory, client, ["a.test"]);
      let away = true;
      const ca = changed(directory, (request) =>
        away ? Promise.reject(error) : directory.authority.ca.issue(request),
      );
      const server = directory.another({ ca });
      const same = await clientAt(server, client);
      const answer = await finalize(same, order, csr);
      expect(answer).toMatchObject({ status: 200, json: { status: "processing" } });
      expect(answer.headers.get("retry-after")).toBe("1");
      expect(answer.text).not.toContain("hunter2");
      expect(directory.errors).toEqual([error]);
      expect((await same.read(order.url)).headers.get("retry-after")).toBe("1");
      away = false;
      directory.clock.advance(10_000);
      expect(await server.tick()).toBe(1);
      expect((await same.read(order.url)).json.status).toBe("valid");
      expect(await issuedBy(directory)).toHaveLength(1);
    },
  );
});

describe("a certificate", () => {
  test("comes as PEM, end entity first, nothing between the blocks (A-190, A-191)", async () => {
    const directory = await createTestDirectory();
    const { chainPem } = await obtain(directory, await directory.client(), ["a.test"]);
    expect(chainPem).toMatch(
      /^(?:-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/=]{1,64}\n)+-----END CERTIFICATE-----\n)+$/,
    );
    const [issued] = await issuedBy(directory);
    expect(chainPem.startsWith(issued?.chainPem ?? "none")).toBe(true);
  });

  test("comes with its trust anchor only when it would be alone (certbot takes no chain of one)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const { url, chainPem } = await obtain(directory, client, ["a.test"]);
    expect(chainPem.endsWith(directory.authority.trustAnchorPem)).toBe(true);

    const { ca } = directory.authority;
    const chained = { chain: [new Uint8Array(1), new Uint8Array(1)], chainPem: "two certificates" };
    const find: typeof ca.find = async (key) => {
      const issued = await ca.find(key);
      return issued && { ...issued, ...chained };
    };
    const same = await clientAt(directory.another({ ca: { ...ca, find } }), client);
    expect((await same.read(url)).text).toBe("two certificates");
  });

  test("is its owner's only, and absent ones are not found (A-043, case 88)", async () => {
    const directory = await createTestDirectory();
    const [client, other] = [await directory.client(), await directory.client()];
    const { url } = await obtain(directory, client, ["a.test"]);
    expect(await other.read(url)).toMatchObject({ status: 403, json: { type: problem("unauthorized") } });
    const absent = url.replace(/[0-9a-f]{2}$/, "00");
    expect(await client.read(absent)).toMatchObject({ status: 404, json: { type: problem("malformed") } });
  });

  test("that was issued to somebody outside ACME is not served", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const { url } = await obtain(directory, client, ["a.test"]);
    const { certificate } = await directory.authority.issueServerCertificate({ identifiers: ["b.test"] });
    expect((await client.read(url.replace(/[^/]+$/, certificate.serialNumber))).status).toBe(403);
  });

  test.each([
    [undefined, 200],
    ["application/pem-certificate-chain", 200],
    ["*/*", 200],
    ["application/json", 200],
    ["application/pkix-cert, */*;q=0.1", 200],
    ["application/pkix-cert", 406],
    ["application/pkcs7-mime", 406],
  ])("to Accept: %s is answered with %i (A-193, case 118)", async (accept, status) => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const { url } = await obtain(directory, client, ["a.test"]);
    const answer = await client.read(url, { headers: accept === undefined ? {} : { accept } });
    expect(answer.status).toBe(status);
  });

  test("has no alternates (case 118)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();
    const { url } = await obtain(directory, client, ["a.test"]);
    expect(await client.read(`${url}/1`)).toMatchObject({
      status: 404,
      json: { type: problem("malformed") },
    });
  });
});

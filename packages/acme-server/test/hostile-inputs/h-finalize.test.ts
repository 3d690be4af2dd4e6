import { describe, expect, test } from "vitest";
import {
  BasicConstraintsExtension,
  type CsrContents,
  Extension,
  generateCertificateKey,
  KeyUsageFlags,
  KeyUsagesExtension,
  makeCsr,
  SubjectAlternativeNameExtension,
} from "../support/csr.ts";
import { clientAt, finalize, obtain, readyOrder } from "../support/directory.ts";
import { buildLaboratory, type HostileCase, testHostileCases } from "../support/laboratory.ts";

const b64 = (octets: Uint8Array) => Buffer.from(octets).toString("base64url");
const urn = (type: string) => `urn:ietf:params:acme:error:${type}`;
const csr = await makeCsr({ names: ["b.test"] });
const day = 86_400_000;

/** Finalizes an order that is ready, and forgets what it took to get there. */
const finalizeReady = (
  id: string,
  why: string,
  payload: () => object | Promise<object>,
  type: "badCSR" | "malformed" = "badCSR",
): HostileCase => ({
  id,
  why,
  send: async (laboratory) => {
    const order = await readyOrder(laboratory, laboratory.attacker, ["b.test"]);
    laboratory.writes.length = 0;
    const answer = await laboratory.attacker.post(order.json.finalize ?? "", await payload());
    expect((await laboratory.attacker.read(order.url)).json.status).toBe("ready");
    return answer;
  },
  type,
  status: 400,
});

const badRequest = (id: string, why: string, contents: CsrContents): HostileCase =>
  finalizeReady(id, why, async () => ({ csr: b64(await makeCsr(contents)) }));

const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(csr).toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;

describe("H. Finalize", () => {
  testHostileCases([
    {
      id: "case 108",
      why: "an order that is pending (A-121)",
      send: ({ attacker, order }) => attacker.post(order.json.finalize ?? "", { csr: b64(csr) }),
      type: "orderNotReady",
      status: 403,
    },
    {
      id: "case 108",
      why: "an order that is invalid (A-121)",
      send: async ({ attacker, order, authorization, writes }) => {
        await attacker.post(authorization, { status: "deactivated" });
        writes.length = 0;
        return attacker.post(order.json.finalize ?? "", { csr: b64(csr) });
      },
      type: "orderNotReady",
      status: 403,
    },
    {
      id: "case 108",
      why: "an order that has expired (A-121)",
      send: async (laboratory) => {
        const order = await readyOrder(laboratory, laboratory.attacker, ["b.test"]);
        laboratory.clock.advance(day);
        laboratory.writes.length = 0;
        return laboratory.attacker.post(order.json.finalize ?? "", { csr: b64(csr) });
      },
      type: "orderNotReady",
      status: 403,
    },
    finalizeReady("case 109", "no csr", () => ({}), "malformed"),
    finalizeReady("case 109", "csr that is no string", () => ({ csr: [b64(csr)] }), "malformed"),
    finalizeReady("case 109", "csr in plain base64", () => ({ csr: `${b64(csr)}=` }), "malformed"),
    finalizeReady("case 109", "csr in PEM", () => ({ csr: pem }), "malformed"),
    finalizeReady("case 109", "PEM in base64url", () => ({ csr: b64(Buffer.from(pem)) })),
    finalizeReady("case 109", "octets that are no DER", () => ({ csr: b64(Buffer.from("hello")) })),
    finalizeReady("case 109", "octets behind the DER", () => ({ csr: b64(Uint8Array.of(...csr, 0)) })),
    finalizeReady("case 109", "an indefinite length", () => ({
      csr: b64(Uint8Array.of(0x30, 0x80, ...csr.subarray(4), 0, 0)),
    })),
    finalizeReady("case 109", "nothing", () => ({ csr: "" })),
    finalizeReady("case 110", "a wrong signature (A-125)", () => ({
      csr: b64(csr.with(csr.length - 1, (csr.at(-1) ?? 0) ^ 1)),
    })),
    {
      id: "case 110",
      why: "the key of the account (A-124)",
      send: async (laboratory) => {
        const order = await readyOrder(laboratory, laboratory.attacker, ["b.test"]);
        laboratory.writes.length = 0;
        return finalize(
          laboratory.attacker,
          order,
          await makeCsr({ names: ["b.test"], keys: laboratory.attacker.key }),
        );
      },
      type: "badCSR",
      status: 400,
    },
    badRequest("case 111", "a name more (A-122)", { names: ["b.test", "c.test"] }),
    badRequest("case 111", "another name (A-122)", { names: ["c.test"] }),
    badRequest("case 111", "no name (A-122)", { names: [] }),
    badRequest("case 111", "a commonName outside the names (A-122)", {
      names: ["b.test"],
      subject: "CN=c.test",
    }),
    badRequest("case 111", "an address in the commonName (A-122)", {
      names: ["b.test"],
      subject: "CN=10.1.2.3",
    }),
    badRequest("case 111", "a URI (A-122)", { names: ["b.test", { type: "url", value: "https://b.test/" }] }),
    badRequest("case 111", "an email address (A-122)", {
      names: ["b.test", { type: "email", value: "a@b.test" }],
    }),
    badRequest("case 111", "a directory name (A-122)", {
      names: ["b.test", { type: "dn", value: "CN=b.test" }],
    }),
    badRequest("case 111", "a registered id (A-122)", {
      names: ["b.test", { type: "id", value: "1.2.3.4" }],
    }),
    badRequest("case 111", "two subjectAltNames", {
      names: ["b.test"],
      extensions: [new SubjectAlternativeNameExtension([{ type: "dns", value: "b.test" }])],
    }),
    badRequest("case 112", "cA (A-125)", {
      names: ["b.test"],
      extensions: [new BasicConstraintsExtension(true, 0, true)],
    }),
    badRequest("case 112", "keyCertSign (A-125)", {
      names: ["b.test"],
      extensions: [new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true)],
    }),
    badRequest("case 112", "name constraints (A-125)", {
      names: ["b.test"],
      extensions: [new Extension("2.5.29.30", true, Uint8Array.of(0x30, 0))],
    }),
    badRequest("case 112", "a wildcard that was not ordered", { names: ["*.b.test"] }),
    badRequest("case 112", "NUL in the commonName", {
      names: ["b.test"],
      subject: "CN=b.test\u0000.evil.test",
    }),
  ]);

  test("case 109: a request of a megabyte is too large to be read", async () => {
    const { attacker, order } = await buildLaboratory();
    const answer = await attacker.post(order.json.finalize ?? "", { csr: "A".repeat(1_000_000) });
    expect(answer).toMatchObject({ status: 413, json: { type: urn("malformed") } });
  });

  test("case 113: 8 at once with one request are one issuance, and all see the order (E-050)", async () => {
    const laboratory = await buildLaboratory();
    const order = await readyOrder(laboratory, laboratory.attacker, ["b.test"]);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => finalize(laboratory.attacker, order, csr)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(8).fill(200));
    expect(await laboratory.authority.ca.list({ limit: 10 })).toHaveLength(1);
  });

  test("case 114: 8 at once with 8 requests have one winner (E-050)", async () => {
    const laboratory = await buildLaboratory();
    const order = await readyOrder(laboratory, laboratory.attacker, ["b.test"]);
    const requests = await Promise.all(Array.from({ length: 8 }, () => makeCsr({ names: ["b.test"] })));
    const answers = await Promise.all(
      requests.map((request) => finalize(laboratory.attacker, order, request)),
    );
    const losers = answers.filter(({ status }) => status !== 200);
    expect(losers).toHaveLength(7);
    for (const { status, json } of losers) expect([status, json.type]).toEqual([403, urn("orderNotReady")]);
    expect(await laboratory.authority.ca.list({ limit: 10 })).toHaveLength(1);
  });

  test("case 115: dying between signature and publication ends in the same certificate (E-052)", async () => {
    const laboratory = await buildLaboratory();
    const order = await readyOrder(laboratory, laboratory.attacker, ["b.test"]);
    const dying = laboratory.another({
      store: { ...laboratory.store, completeFinalization: () => new Promise(() => undefined) },
    });
    void finalize(await clientAt(dying, laboratory.attacker), order, csr);
    while ((await laboratory.authority.ca.list({ limit: 10 })).length === 0)
      await new Promise((resolve) => setImmediate(resolve));
    expect((await laboratory.attacker.read(order.url)).json.status).toBe("processing");

    const restarted = await clientAt(laboratory.another(), laboratory.attacker);
    expect(await finalize(restarted, order, csr)).toMatchObject({
      status: 200,
      json: { status: "processing" },
    });
    laboratory.clock.advance(10_000);
    expect(await laboratory.server.tick()).toBe(1);
    const { json } = await restarted.read(order.url);
    const [issued, ...others] = await laboratory.authority.ca.list({ limit: 10 });
    expect(others).toEqual([]);
    expect(json.certificate).toContain(issued?.serialNumber ?? "none");
  });

  test("case 116: an authorization given up, or expired, between ready and finalize (E-051)", async () => {
    const laboratory = await buildLaboratory();
    const { attacker, clock } = laboratory;
    const first = await readyOrder(laboratory, attacker, ["b.test"]);
    await attacker.post(first.json.authorizations?.[0] ?? "", { status: "deactivated" });
    expect(await finalize(attacker, first, csr)).toMatchObject({
      status: 403,
      json: { type: urn("orderNotReady") },
    });
    const second = await readyOrder(laboratory, attacker, ["b.test"]);
    clock.advance(day);
    expect(await finalize(attacker, second, csr)).toMatchObject({
      status: 403,
      json: { type: urn("orderNotReady") },
    });
    expect(await laboratory.authority.ca.list({ limit: 10 })).toEqual([]);
  });

  test.each(["key", "names"])("case 117: a certificate with other %s is never served", async (what) => {
    const laboratory = await buildLaboratory();
    const order = await readyOrder(laboratory, laboratory.attacker, ["b.test"]);
    const { ca } = laboratory.authority;
    const keys = await generateCertificateKey();
    const ordered = await makeCsr({ names: ["b.test"], keys });
    const foreign = await makeCsr(what === "names" ? { names: ["evil.test"], keys } : { names: ["b.test"] });
    const server = laboratory.another({
      // What it says of the certificate is what was ordered; what the certificate says is not.
      ca: {
        ...ca,
        issue: async (request) => ({
          ...(await ca.issue({ csr: foreign, requester: request.requester })),
          identifiers: [{ type: "dns", value: "b.test" }],
        }),
      },
    });
    const answer = await finalize(await clientAt(server, laboratory.attacker), order, ordered);
    expect(answer.json).toMatchObject({ status: "invalid", error: { type: urn("serverInternal") } });
    expect(answer.json).not.toHaveProperty("certificate");
    expect(laboratory.errors).toHaveLength(1);
  });

  test("case 118: a form that is not offered, and an alternate that does not exist (A-193)", async () => {
    const laboratory = await buildLaboratory();
    const { url } = await obtain(laboratory, laboratory.attacker, ["b.test"]);
    const other = await laboratory.attacker.read(url, { headers: { accept: "application/pkcs7-mime" } });
    expect(other).toMatchObject({ status: 406, json: { type: urn("malformed") } });
    expect(await laboratory.attacker.read(`${url}/1`)).toMatchObject({
      status: 404,
      json: { type: urn("malformed") },
    });
  });
});

import { describe, expect, test } from "vitest";
import type { TestClient } from "../support/client.ts";
import { baseUrl } from "../support/directory.ts";
import { buildLaboratory, type HostileCase, testHostileCases } from "../support/laboratory.ts";

const newOrder = `${baseUrl}/new-order`;
const payload = { identifiers: [{ type: "dns", value: "b.test" }] };
const malformed = { type: "malformed", status: 400 } as const;

/** A request that would be accepted, as the members of its body. */
async function goodJws(client: TestClient, changes: object = {}): Promise<Record<string, string>> {
  const header = { alg: "ES256", nonce: await client.nonce(), url: newOrder, kid: client.kid, ...changes };
  return JSON.parse(await client.sign({ header, payload })) as Record<string, string>;
}

const raw = (id: string, why: string, bytes: BodyInit): HostileCase => ({
  id,
  why,
  send: ({ attacker }) => attacker.postBody(newOrder, bytes),
  ...malformed,
});

const outer = (id: string, why: string, change: (jws: Record<string, string>) => unknown): HostileCase => ({
  id,
  why,
  send: async ({ attacker }) => {
    const changed = change(await goodJws(attacker));
    return attacker.postBody(newOrder, typeof changed === "string" ? changed : JSON.stringify(changed));
  },
  ...malformed,
});

/** A signed request whose protected header is text of the test's making. */
const header = (id: string, why: string, write: (good: string) => string): HostileCase => ({
  id,
  why,
  send: async ({ attacker }) => {
    const good = JSON.stringify({
      alg: "ES256",
      nonce: await attacker.nonce(),
      url: newOrder,
      kid: attacker.kid,
    });
    return attacker.postBody(newOrder, await attacker.sign({ header: write(good), payload }));
  },
  ...malformed,
});

const signedPayload = (id: string, why: string, text: string): HostileCase => ({
  id,
  why,
  send: ({ attacker }) => attacker.post(newOrder, text),
  ...malformed,
});

const member = (good: string, more: string): string => good.replace(/\}$/, `,${more}}`);

describe("B. JSON and JWS container", () => {
  testHostileCases([
    ...["", "null", "[]", "7", "true", '"x"'].map((text) =>
      raw("case 11", `body ${JSON.stringify(text)}`, text),
    ),
    raw("case 11", "invalid UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)),
    outer("case 11", "a byte order mark", (jws) => `\ufeff${JSON.stringify(jws)}`),
    outer("case 11", "a lone surrogate", (jws) =>
      JSON.stringify(jws).replace('"payload"', String.raw`"\ud800":"","payload"`),
    ),
    signedPayload("case 11", "a payload with invalid UTF-8 escapes", String.raw`{"identifiers":"\udfff"}`),
    outer("case 12", "bytes after the object", (jws) => `${JSON.stringify(jws)}x`),
    outer("case 12", "two objects", (jws) => `${JSON.stringify(jws)}${JSON.stringify(jws)}`),
    signedPayload("case 12", "bytes after the payload's object", `${JSON.stringify(payload)} {}`),
    outer("case 13", "payload twice", (jws) =>
      JSON.stringify(jws).replace('"payload"', '"payload":"e30","payload"'),
    ),
    header("case 14", "url twice in the protected header", (good) => member(good, `"url":"${newOrder}"`)),
    header("case 14", "alg twice in the protected header", (good) => member(good, '"alg":"ES256"')),
    signedPayload(
      "case 14",
      "identifiers twice in the payload",
      '{"identifiers":[],"identifiers":[{"type":"dns","value":"b.test"}]}',
    ),
    raw("case 15", "60 000 levels", "[".repeat(60_000)),
    raw("case 15", "30 000 levels of objects", '{"":'.repeat(16_000)),
    signedPayload("case 15", "20 000 levels in the payload", `{"identifiers":${"[".repeat(20_000)}}`),
    { ...raw("case 15", "a million members", `{${'"a":1,'.repeat(1_000_000)}"b":1}`), status: 413 },
    {
      ...raw("case 15", "a megabyte of string", JSON.stringify({ payload: "A".repeat(1_000_000) })),
      status: 413,
    },
    outer("case 16", "__proto__ in the body", (jws) =>
      JSON.stringify(jws).replace("{", '{"__proto__":{"payload":""},'),
    ),
    outer("case 16", "constructor in the body", (jws) => ({ ...jws, constructor: "x" })),
    signedPayload(
      "case 16",
      "identifiers in the prototype only",
      '{"__proto__":{"identifiers":[{"type":"dns","value":"b.test"}]}}',
    ),
    header("case 16", "kid in the prototype only", (good) =>
      good.replace(/"kid":("[^"]+")/, '"__proto__":{"kid":$1}'),
    ),
    outer(
      "case 17",
      "a compact serialization",
      (jws) => `${jws["protected"]}.${jws["payload"]}.${jws["signature"]}`,
    ),
    outer(
      "case 17",
      "a compact serialization as JSON string",
      (jws) => `"${jws["protected"]}.${jws["payload"]}.${jws["signature"]}"`,
    ),
    outer("case 18", "a general serialization with one signature", ({ payload: content, ...one }) => ({
      payload: content,
      signatures: [one],
    })),
    outer("case 18", "a general serialization with two signatures", ({ payload: content, ...one }) => ({
      payload: content,
      signatures: [one, one],
    })),
    outer("case 19", "an unprotected header", (jws) => ({ ...jws, header: { kid: "x" } })),
    outer("case 19", "an empty unprotected header", (jws) => ({ ...jws, header: {} })),
    outer("case 20", "another member", (jws) => ({ ...jws, extra: "" })),
    ...["protected", "payload", "signature"].flatMap((name) => [
      outer("case 21", `no ${name}`, (jws) => ({ ...jws, [name]: undefined })),
      outer("case 21", `${name} that is an object`, (jws) => ({ ...jws, [name]: {} })),
      outer("case 21", `${name} that is null`, (jws) => ({ ...jws, [name]: null })),
      outer("case 22", `padding in ${name} (A-005)`, (jws) => ({ ...jws, [name]: `${jws[name]}=` })),
      outer("case 22", `+ and / in ${name} (A-005)`, (jws) => ({ ...jws, [name]: `${jws[name]}+/+/` })),
      outer("case 22", `white space in ${name} (A-005)`, (jws) => ({ ...jws, [name]: ` ${jws[name]}` })),
      outer("case 22", `a line feed in ${name} (A-005)`, (jws) => ({ ...jws, [name]: `${jws[name]}\n` })),
    ]),
    outer("case 22", "bits beyond the last octet of the signature (A-005)", (jws) => ({
      ...jws,
      signature: loosen(jws["signature"] ?? ""),
    })),
    outer("case 22", "a signature of 4n + 1 characters (A-005)", (jws) => ({
      ...jws,
      signature: jws["signature"]?.slice(0, 85),
    })),
    header("case 23", "an empty protected header", () => ""),
    ...["[]", "null", "1", '"x"', "{"].map((text) =>
      header("case 23", `a protected header that is ${text}`, () => text),
    ),
    ...["[]", '["b64"]', '["exp"]', "null"].map((crit) =>
      header("case 24", `crit ${crit} (A-033)`, (good) => member(good, `"crit":${crit},"exp":1`)),
    ),
    ...["true", "false"].map((value) =>
      header("case 25", `b64 ${value} (A-033)`, (good) => member(good, `"b64":${value}`)),
    ),
  ]);

  test("case 16: the prototype of objects stays as it was", () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { payload?: string; identifiers?: string }).payload).toBeUndefined();
    expect(({} as { payload?: string; identifiers?: string }).identifiers).toBeUndefined();
  });

  test("the request that all of these are changed from is accepted", async () => {
    const { attacker } = await buildLaboratory();
    const answer = await attacker.postBody(newOrder, JSON.stringify(await goodJws(attacker)));
    expect(answer.status).toBe(201);
  });
});

/** Sets the lowest of the four bits that the last of 86 characters has to spare. */
function loosen(signature: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return signature.slice(0, -1) + alphabet[alphabet.indexOf(signature.at(-1) ?? "") + 1];
}

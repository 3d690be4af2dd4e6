import { X509Certificate } from "node:crypto";
import { createTestAuthority } from "@chancery/core/testing";
import { describe, expect, test } from "vitest";
import { createRepositoryHandler } from "./repository-handler.ts";

const baseUrl = "https://ca.example.test/pki/";
const connection = { secure: true };
const authority = await createTestAuthority();
const handler = createRepositoryHandler({ ca: authority.ca, baseUrl });

async function send(path: string, init?: RequestInit): Promise<Response> {
  return handler(new Request(`https://ca.example.test${path}`, init), connection);
}

describe("GET /roots.pem", () => {
  test("holds all trust anchors, each in a block of its own", async () => {
    const other = await createTestAuthority();
    const trustAnchors = [authority.issuer.trustAnchor, other.issuer.trustAnchor];
    const both = createRepositoryHandler({ ca: { health: authority.ca.health, trustAnchors }, baseUrl });
    const response = await both(new Request("https://ca.example.test/pki/roots.pem"), connection);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/x-pem-file");
    const blocks = (await response.text()).match(
      /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g,
    );
    expect(blocks?.map((pem) => new Uint8Array(new X509Certificate(pem).raw))).toEqual(trustAnchors);
  });

  test("is cacheable, and answers 304 to whoever has it", async () => {
    const first = await send("/pki/roots.pem");
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    expect(first.headers.get("cache-control")).toBe("public, max-age=3600");
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await send("/pki/roots.pem", { headers: { "if-none-match": tags } });
      expect([again.status, again.headers.get("etag"), await again.text()]).toEqual([304, etag, ""]);
    }
    expect((await send("/pki/roots.pem", { headers: { "if-none-match": '"other"' } })).status).toBe(200);
  });

  test("changes its entity tag with the trust anchors", async () => {
    const { ca } = await createTestAuthority();
    const response = await createRepositoryHandler({ ca, baseUrl })(
      new Request("https://ca.example.test/pki/roots.pem"),
      connection,
    );
    expect(response.headers.get("etag")).not.toBe((await send("/pki/roots.pem")).headers.get("etag"));
  });
});

describe("GET /health", () => {
  test("tells the health of the authority, uncached", async () => {
    const response = await send("/pki/health");
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(authority.ca.health())));
  });

  test("answers 503 when the authority cannot issue", async () => {
    const expired = { ...authority.ca.health(), ok: false, warnings: ["the issuer has expired"] };
    const ca = { health: () => expired, trustAnchors: [] };
    const response = await createRepositoryHandler({ ca, baseUrl })(
      new Request("https://ca.example.test/pki/health"),
      connection,
    );
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ ok: false, warnings: ["the issuer has expired"] });
  });
});

describe("createRepositoryHandler", () => {
  test.each(["/pki/roots.pem", "/pki/health"])(
    "answers HEAD %s with the length of the body",
    async (path) => {
      const [get, head] = [await send(path), await send(path, { method: "HEAD" })];
      expect(head.status).toBe(200);
      expect(head.headers.get("content-length")).toBe(String((await get.bytes()).length));
    },
  );

  test.each(["POST", "PUT", "DELETE"])("answers %s with 405", async (method) => {
    const response = await send("/pki/roots.pem", { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  test.each(["/", "/roots.pem", "/pki", "/pki/", "/pki/roots.pem/", "/pki/crl", "/pki/pki/roots.pem"])(
    "answers %s with 404",
    async (path) => {
      expect((await send(path)).status).toBe(404);
    },
  );

  test("refuses a base URL that is none", () => {
    expect(() => createRepositoryHandler({ ca: authority.ca, baseUrl: "ca.example.test" })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });
});

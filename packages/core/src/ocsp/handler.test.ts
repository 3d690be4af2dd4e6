import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createClock, now } from "../../test/support/authority.ts";
import { encodeCertId, encodeOcspRequest } from "../../test/support/ocsp.ts";
import { readOcspResponse, readResponseStatus } from "../../test/support/ocsp-response.ts";
import { encodeBase64 } from "../encoding/base64.ts";
import { createRoot } from "../issuer/create.ts";
import { maximumRequestOctets } from "./ocsp-request.ts";
import { createOcspResponder } from "./responder.ts";

const { issuer } = await createRoot({ commonName: "Lab Root", clock: () => now });
const { clock, advance } = createClock(new Date(now.getTime() + 500));
const common = { issuers: [issuer], clock, status: async () => ({}) };
const responder = await createOcspResponder({ ...common, baseUrl: "http://ca.example.test/pki/ocsp/" });
const url = "http://ca.example.test/pki/ocsp";

const request = (serialNumber: string, nonce?: Uint8Array): Uint8Array =>
  encodeOcspRequest([encodeCertId(issuer, serialNumber)], nonce);

/** A request whose base64 has `/`, `//`, `+` and `=`; which serial numbers it takes is chance. */
const awkwardText = encodeBase64(findAwkward());
const escapedText = encodeURIComponent(awkwardText);

function findAwkward(): Uint8Array {
  for (let number = 1; ; number += 1) {
    const octets = request(
      number.toString(16).padStart(12, "0"),
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xfb, 0xe0),
    );
    const text = encodeBase64(octets);
    if (text.includes("//") && text.includes("+") && text.endsWith("=")) return octets;
  }
}

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  responder.fetch(new Request(`${url}${path}`, { headers }));

const post = (body: BodyInit | null, headers: Record<string, string> = {}): Promise<Response> =>
  responder.fetch(
    new Request(url, {
      method: "POST",
      body,
      headers: { "content-type": "application/ocsp-request", ...headers },
    }),
  );

async function statusIn(response: Response): Promise<number> {
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/ocsp-response"]);
  return readResponseStatus(await response.bytes());
}

describe("POST", () => {
  test("B-184: the body is the request, the answer has a media type and a length", async () => {
    const response = await post(Uint8Array.from(request("0a")));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/ocsp-response");
    const body = await response.bytes();
    expect(response.headers.get("content-length")).toBe(String(body.length));
    expect(readOcspResponse(body).responses).toMatchObject([{ status: "good" }]);
  });

  test("B-184: the URL may end with a slash, the media type have parameters", async () => {
    const init = {
      method: "POST",
      body: Uint8Array.from(request("0a")),
      headers: { "content-type": "Application/OCSP-Request; charset=binary" },
    };
    expect(await statusIn(await responder.fetch(new Request(`${url}/`, init)))).toBe(0);
  });

  test.each([
    "application/octet-stream",
    "",
    "application/ocsp-request, text/plain",
    "application/ocsp-request2",
  ])("B-184: answers %j with 415", async (type) => {
    expect((await post(Uint8Array.from(request("0a")), { "content-type": type })).status).toBe(415);
  });

  test("B-184: octets that are no request are malformed, in a response of status 200", async () => {
    expect(await statusIn(await post("no request"))).toBe(1);
    expect(await statusIn(await post(null))).toBe(1);
  });

  test("B-186: reads up to the limit and no further", async () => {
    expect(await statusIn(await post(new Uint8Array(maximumRequestOctets)))).toBe(1);
    expect((await post(new Uint8Array(maximumRequestOctets + 1))).status).toBe(413);
  });

  test("B-186: believes a length that is too large, and reads nothing", async () => {
    const declared = (length: number): Promise<Response> =>
      post(Uint8Array.from(request("0a")), { "content-length": String(length) });
    expect((await declared(maximumRequestOctets + 1)).status).toBe(413);
    expect((await declared(maximumRequestOctets)).status).toBe(200);
  });

  test("B-186: stops reading a body without a length at the limit", async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1024));
      },
    });
    const init = { method: "POST", body: endless, duplex: "half" };
    const streamed = new Request(url, { ...init, headers: { "content-type": "application/ocsp-request" } });
    expect((await responder.fetch(streamed)).status).toBe(413);
    expect(pulled).toBeLessThan(20);
  });

  test("answers a body that breaks off with 400", async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error("gone"));
      },
    });
    const init = { method: "POST", body: broken, duplex: "half" };
    const streamed = new Request(url, { ...init, headers: { "content-type": "application/ocsp-request" } });
    expect((await responder.fetch(streamed)).status).toBe(400);
  });

  test("says who is to blame for a body that was read before", async () => {
    const read = new Request(url, {
      method: "POST",
      body: "x",
      headers: { "content-type": "application/ocsp-request" },
    });
    await read.text();
    await expect(responder.fetch(read)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
  });
});

describe("GET", () => {
  test.each([
    { why: "every reserved character escaped", path: `/${escapedText}` },
    { why: "escapes in lower case", path: `/${escapedText.replace(/%../g, (code) => code.toLowerCase())}` },
    { why: "literal slashes, pluses and equals signs", path: `/${awkwardText}` },
    { why: "literal slashes alone", path: `/${escapedText.replaceAll("%2F", "/")}` },
    { why: "a slash that the URL had already", path: `//${escapedText}` },
    { why: "two slashes too many, and literal ones", path: `///${awkwardText}` },
  ])("B-184: reads a request with $why", async ({ path }) => {
    const response = await get(path);
    expect(await statusIn(response)).toBe(0);
  });

  test("B-184: any request comes through, escaped or not", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 20 }),
        fc.boolean(),
        async (serial, escaped) => {
          const serialNumber = Buffer.from(serial).toString("hex");
          const text = encodeBase64(request(serialNumber));
          const response = await get(`/${escaped ? encodeURIComponent(text) : text}`);
          const certId = Buffer.from(encodeCertId(issuer, serialNumber)).toString("hex");
          expect(readOcspResponse(await response.bytes()).responses).toMatchObject([{ certId }]);
        },
      ),
    );
  });

  test("B-184: answers at the root of a host too", async () => {
    const atRoot = await createOcspResponder(common);
    for (const path of [`/${awkwardText}`, `//${escapedText}`]) {
      expect(await statusIn(await atRoot.fetch(new Request(`http://ocsp.example.test${path}`)))).toBe(0);
    }
  });

  test.each(["", "/", "/no%20base64", "/%", "/%ff", "/TQ", `/${escapedText}%00`])(
    "B-184: answers %j as malformed",
    async (path) => {
      expect(await statusIn(await get(path))).toBe(1);
    },
  );

  test("B-186: answers a path that is too long with 414", async () => {
    expect((await get(`/${"A".repeat(maximumRequestOctets * 4 + 100)}`)).status).toBe(414);
  });
});

describe("headers", () => {
  test("B-185: of a response for everybody agree with it", async () => {
    advance("PT1H");
    const response = await get(`/${encodeURIComponent(encodeBase64(request("0b")))}`);
    const body = await response.bytes();
    expect(Object.fromEntries(response.headers)).toEqual({
      date: "Tue, 01 Jan 2030 01:00:00 GMT",
      "last-modified": "Tue, 01 Jan 2030 01:00:00 GMT",
      expires: "Tue, 01 Jan 2030 13:00:00 GMT",
      etag: `"${createHash("sha256").update(body).digest("hex")}"`,
      "cache-control": "max-age=43199, public, no-transform, must-revalidate",
      "content-type": "application/ocsp-response",
      "content-length": String(body.length),
    });
    const [{ thisUpdate, nextUpdate } = { thisUpdate: "", nextUpdate: "" }] =
      readOcspResponse(body).responses;
    expect(Date.parse(thisUpdate)).toBe(Date.parse(response.headers.get("last-modified") ?? ""));
    expect(Date.parse(nextUpdate ?? "")).toBeGreaterThan(Date.parse(response.headers.get("expires") ?? ""));
  });

  test("B-185: of a kept response count down to its end", async () => {
    advance("PT2H");
    const response = await get(`/${encodeURIComponent(encodeBase64(request("0b")))}`);
    expect(response.headers.get("date")).toBe("Tue, 01 Jan 2030 03:00:00 GMT");
    expect(response.headers.get("last-modified")).toBe("Tue, 01 Jan 2030 01:00:00 GMT");
    expect(response.headers.get("cache-control")).toMatch(/^max-age=35999, /);
  });

  test("B-185: forbid to store what answers a nonce", async () => {
    const response = await post(Uint8Array.from(request("0a", new Uint8Array(16))));
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(["etag", "expires", "last-modified"].map((name) => response.headers.get(name))).toEqual([
      null,
      null,
      null,
    ]);
  });

  test.each([
    { why: "a malformed request", send: () => get("/x") },
    { why: "another path", send: () => responder.fetch(new Request("http://ca.example.test/")) },
    { why: "another media type", send: () => post("x", { "content-type": "text/plain" }) },
  ])("B-185: forbid to store the answer to $why", async ({ send }) => {
    expect((await send()).headers.get("cache-control")).toBe("no-store");
  });

  test("B-185: let a cache ask whether its copy is still good", async () => {
    const path = `/${encodeURIComponent(encodeBase64(request("0e")))}`;
    const etag = (await get(path)).headers.get("etag") ?? "";
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await get(path, { "if-none-match": tags });
      expect([again.status, again.headers.get("etag"), await again.text()]).toEqual([304, etag, ""]);
      expect(again.headers.get("cache-control")).toContain("max-age=");
    }
    expect((await get(path, { "if-none-match": '"other"' })).status).toBe(200);
  });

  test("B-185: of POST are no answer to a cache", async () => {
    expect((await post(Uint8Array.from(request("0a")), { "if-none-match": "*" })).status).toBe(200);
  });

  test("B-185: HEAD has those of GET", async () => {
    const path = `${url}/${encodeURIComponent(encodeBase64(request("0f")))}`;
    const [head, got] = [
      await responder.fetch(new Request(path, { method: "HEAD" })),
      await responder.fetch(new Request(path)),
    ];
    expect([head.status, ...head.headers]).toEqual([200, ...got.headers]);
  });
});

test.each(["PUT", "DELETE", "PATCH", "OPTIONS"])("B-184: answers %s with 405", async (method) => {
  const response = await responder.fetch(new Request(url, { method }));
  expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
});

test.each(["/", "/pki", "/pki/ocspx", `/${awkwardText}`, `/pki/OCSP/${awkwardText}`])(
  "answers GET %s with 404",
  async (path) => {
    expect((await responder.fetch(new Request(`http://ca.example.test${path}`))).status).toBe(404);
  },
);

test("answers POST below its own path with 404", async () => {
  const init = { method: "POST", body: "x", headers: { "content-type": "application/ocsp-request" } };
  expect((await responder.fetch(new Request(`${url}/more`, init))).status).toBe(404);
});

import { createServer } from "node:http";
import type { FetchHandler } from "@chancery/http";
import { listen, type MountedAdapter } from "@chancery/http/conformance";
import express, { type Express } from "express";
import { afterEach, describe, expect, test } from "vitest";
import { toExpress } from "./index.ts";

const baseUrl = "https://ca.example.test/pki/acme";
const echo: FetchHandler = async (request) => Response.json({ url: request.url, body: await request.text() });
const jws = '{ "payload":"" }';

let mounted: MountedAdapter | undefined;

afterEach(async () => {
  await mounted?.close();
  mounted = undefined;
});

async function start(app: Express): Promise<string> {
  mounted = await listen(createServer(app));
  return mounted.origin;
}

function post(url: string, type: string): Promise<Response> {
  return fetch(url, { method: "POST", headers: { "content-type": type }, body: jws });
}

describe("toExpress", () => {
  test.each(["/", "/pki", "/pki/acme"])("sees the whole path when mounted at %s", async (path) => {
    const app = express().use(path, toExpress(echo, { baseUrl }));
    const response = await fetch(`${await start(app)}/pki/acme/directory?a=%20`);
    expect(await response.json()).toEqual({ url: `${baseUrl}/directory?a=%20`, body: "" });
  });

  test.each(["/", "/pki", "/pki/acmeter", "/pki/acm", "/PKI/acme/directory"])(
    "passes %s, which is not below the base URL, on to the application",
    async (path) => {
      const app = express().use(toExpress(echo, { baseUrl }));
      app.use((_, response) => void response.send("the application"));
      expect(await (await fetch((await start(app)) + path)).text()).toBe("the application");
    },
  );

  test.each(["", "/", "/directory", "?a=1"])("answers the base URL followed by %j", async (rest) => {
    const app = express().use(toExpress(echo, { baseUrl }));
    const response = await fetch(`${await start(app)}/pki/acme${rest}`);
    expect(await response.json()).toEqual({ url: baseUrl + rest, body: "" });
  });

  test("answers every path where the base URL has none", async () => {
    const app = express().use(toExpress(echo, { baseUrl: "https://ca.example.test" }));
    const response = await fetch(`${await start(app)}/anything`);
    expect(await response.json()).toEqual({ url: "https://ca.example.test/anything", body: "" });
  });

  test("leaves the application's own JSON routes alone", async () => {
    const app = express().use(express.json());
    app.use(toExpress(echo, { baseUrl }));
    app.post("/api", (request, response) => void response.send(request.body));
    const origin = await start(app);
    expect(await (await post(`${origin}/api`, "application/json")).json()).toEqual({ payload: "" });
    expect(await (await post(`${origin}/pki/acme/new-order`, "application/jose+json")).json()).toEqual({
      url: `${baseUrl}/new-order`,
      body: jws,
    });
  });

  test("uses the bytes that express.raw() kept", async () => {
    const app = express().use(express.raw({ type: "application/jose+json" }));
    app.use(toExpress(echo, { baseUrl }));
    const response = await post(`${await start(app)}/pki/acme/new-order`, "application/jose+json");
    expect(await response.json()).toEqual({ url: `${baseUrl}/new-order`, body: jws });
  });

  test.each([
    { parser: "express.json()", mount: express.json({ type: "*/*" }) },
    { parser: "express.text()", mount: express.text({ type: "*/*" }) },
  ])("names the order of middleware when $parser took the bytes", async ({ mount }) => {
    const errors: unknown[] = [];
    const app = express().use(mount);
    app.use(toExpress(echo, { baseUrl, onError: (error) => void errors.push(error) }));
    const origin = await start(app);
    for (const _ of [1, 2]) {
      const response = await post(`${origin}/pki/acme/new-order`, "application/jose+json");
      expect(response.status).toBe(500);
      expect(await response.text()).toContain("mount the handler before express.json()");
    }
    expect(errors).toEqual([expect.objectContaining({ code: "ERR_OPTION_INVALID" })]);
  });

  test("keeps what it answers out of Express's error handling", async () => {
    const app = express().use(toExpress(() => Promise.reject(new Error("secret")), { baseUrl }));
    app.use((_error: Error, _request: unknown, response: express.Response, _next: unknown) => {
      response.status(418).end();
    });
    expect((await fetch(`${await start(app)}/pki/acme/directory`)).status).toBe(500);
  });

  test("keeps the header fields that earlier middleware set", async () => {
    const app = express().use((_, response, next) => {
      response.set("strict-transport-security", "max-age=1");
      next();
    });
    app.use(toExpress(echo, { baseUrl }));
    const response = await fetch(`${await start(app)}/pki/acme/directory`);
    expect(response.headers.get("strict-transport-security")).toBe("max-age=1");
  });

  test("refuses a base URL that it cannot use", () => {
    expect(() => toExpress(echo, { baseUrl: "/pki" })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });
});

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRoot } from "@chancery/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../src/app.ts";

const directory = mkdtempSync(join(tmpdir(), "chancery-express-"));
let origin = "";
let close = (): void => undefined;

beforeAll(async () => {
  const { issuer } = await createRoot({ commonName: "Corp Root" });
  const server = createServer(await createApp(issuer, join(directory, "ca.db"))).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => server.close();
});

afterAll(() => {
  close();
  rmSync(directory, { recursive: true, force: true });
});

describe("the example application", () => {
  test("serves the directory under its base URL, whatever Host says (A-061, case 7)", async () => {
    const answer = await fetch(`${origin}/acme/directory`, {
      headers: { "x-forwarded-host": "evil.example" },
    });
    const json = (await answer.json()) as Record<string, string>;
    expect(answer.status).toBe(200);
    expect(json["newOrder"]).toBe("https://ops.corp.example/acme/new-order");
  });

  test("leaves every other path to the application", async () => {
    expect(await (await fetch(`${origin}/hello`)).text()).toContain("your application");
    expect((await fetch(`${origin}/acmes`)).status).toBe(404);
  });

  test("answers rubbish with a problem document and a nonce", async () => {
    const answer = await fetch(`${origin}/acme/new-order`, {
      method: "POST",
      headers: { "content-type": "application/jose+json" },
      body: "{}",
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("replay-nonce")).toMatch(/^[\w-]+$/);
  });

  test("is the code that the README shows", () => {
    const code = readFileSync(join(import.meta.dirname, "../src/app.ts"), "utf8");
    const readme = readFileSync(join(import.meta.dirname, "../../../README.md"), "utf8");
    expect(readme).toContain(`\`\`\`ts\n${code}\`\`\``);
  });
});

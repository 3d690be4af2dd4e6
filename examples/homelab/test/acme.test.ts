import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type acme from "acme-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ChallengeResponder, createClient, obtain, startResponder } from "./support/acme.ts";
import { fetchOver } from "./support/https.ts";
import { type RunningServer, startServer } from "./support/program.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

const execute = promisify(execFile);

let workspace: Workspace;
let responder: ChallengeResponder;
let server: RunningServer;
let client: acme.Client;
let rootPem: string;
beforeAll(async () => {
  responder = await startResponder();
  workspace = await createWorkspace({
    profiles: {
      tlsServer: { preset: "tlsServer" },
      devices: { preset: "tlsClient", commonName: true, claims: { defaultValidity: "P7D" } },
    },
    acme: [
      { id: "home", challenges: ["http-01"] },
      { id: "devices", profile: "devices", challenges: ["http-01"], website: "https://home.arpa/" },
    ],
    policy: { allow: { dns: ["**.home.arpa"] }, deny: { dns: ["router.home.arpa"] } },
    validation: {
      resolvers: [],
      hosts: { "web.home.arpa": ["127.0.0.1"], "far.home.arpa": ["10.0.0.1"] },
      networks: ["127.0.0.0/8"],
      httpPort: responder.port,
    },
  });
  server = await startServer(workspace.configFile);
  rootPem = await readFile(join(workspace.dataDirectory, "authority", "root.pem"), "utf8");
  client = await createClient(server.directoryUrl, rootPem);
});
afterAll(async () => {
  await server.stop();
  responder.close();
  await workspace.remove();
});

describe("an ACME client", () => {
  test("gets a certificate that openssl accepts strictly", async () => {
    const chain = join(workspace.directory, "chain.pem");
    const chainPem = await obtain(client, responder, "web.home.arpa");
    await writeFile(chain, chainPem);
    const root = join(workspace.dataDirectory, "authority", "root.pem");
    const rules = ["-x509_strict", "-purpose", "sslserver", "-verify_hostname", "web.home.arpa"];
    const { stdout } = await execute("openssl", [
      "verify",
      ...rules,
      "-CAfile",
      root,
      "-untrusted",
      chain,
      chain,
    ]);
    expect(stdout).toBe(`${chain}: OK\n`);
    const daysLeft = (Date.parse(new X509Certificate(chainPem).validTo) - Date.now()) / 86_400_000;
    expect(Math.ceil(daysLeft)).toBe(90);
  });

  test("leaves the issuance in the log, with account, names and serial number", async () => {
    await server.program.logged("challenge.valid");
    const issued = logLines().find(
      ({ event, profile }) => event === "certificate.issued" && profile === "tlsServer",
    );
    expect(issued).toMatchObject({
      identifiers: ["dns:web.home.arpa"],
      requester: expect.stringMatching(/^acme:[\w-]+$/),
      serialNumber: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  test("gets from another directory what the profile of that one says", async () => {
    const directoryUrl = server.directoryUrl.replace("/home/", "/devices/");
    const devices = await createClient(directoryUrl, rootPem);
    const certificate = new X509Certificate(await obtain(devices, responder, "web.home.arpa"));
    // clientAuth: RFC 5280 section 4.2.1.12.
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(certificate.subject).toBe("CN=web.home.arpa");
    const now = Date.now();
    expect(Date.parse(certificate.validTo) - now).toBeLessThan(7 * 86_400_000);
    expect(Date.parse(certificate.validTo) - now).toBeGreaterThan(6 * 86_400_000);
    const directory = await fetchOver(directoryUrl, rootPem);
    expect(JSON.parse(directory.body)).toMatchObject({ meta: { website: "https://home.arpa/" } });
  });

  test("is refused a name that the policy denies, and the log says by which rule", async () => {
    const identifiers = [{ type: "dns", value: "router.home.arpa" }];
    await expect(client.createOrder({ identifiers })).rejects.toThrow("router.home.arpa");
    expect(await server.program.logged("order.refused")).toMatchObject({
      level: "warn",
      identifiers: ["dns:router.home.arpa"],
      reasons: ["dns:router.home.arpa: denied by router.home.arpa (deny dns)"],
    });
  });

  test("E-001: is refused a target in a network that is not allowed", async () => {
    await expect(obtain(client, responder, "far.home.arpa")).rejects.toThrow();
    expect(await server.program.logged("challenge.failed")).toMatchObject({
      type: "http-01",
      identifier: "dns:far.home.arpa",
      outcome: "invalid",
      detail: expect.stringContaining("10.0.0.1"),
    });
  });

  test("E-005: is told what went wrong with a target, and the log does not repeat the key authorization", async () => {
    responder.answerWith(() => "something else");
    await expect(obtain(client, responder, "web.home.arpa")).rejects.toThrow();
    const failed = logLines().filter(({ event }) => event === "challenge.failed");
    expect(failed.at(-1)).toMatchObject({
      identifier: "dns:web.home.arpa",
      detail: expect.stringContaining("[key authorization]"),
    });
  });
});

describe("the log", () => {
  test("has a line for each request", () => {
    const requests = logLines().filter(({ event }) => event === "request");
    expect(requests).toContainEqual({
      time: expect.any(String),
      level: "info",
      event: "request",
      method: "POST",
      path: "/acme/home/new-order",
      status: 201,
      ms: expect.any(Number),
      remoteAddress: "127.0.0.1",
    });
  });

  test("E-070: holds no passphrase, no private key and no key authorization", async () => {
    const passphrase = (await readFile(join(workspace.dataDirectory, "passphrase"), "utf8")).trim();
    const output = server.program.output();
    expect(passphrase).toHaveLength(43);
    expect(responder.published.length).toBeGreaterThan(1);
    for (const secret of [passphrase, "-----BEGIN", ...responder.published])
      expect(output).not.toContain(secret);
  });
});

function logLines(): readonly Record<string, unknown>[] {
  const lines = server.program.output().split("\n");
  return lines.filter((line) => line !== "").map((line): Record<string, unknown> => JSON.parse(line));
}

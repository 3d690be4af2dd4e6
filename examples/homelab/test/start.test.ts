import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchOver, peerCertificate } from "./support/https.ts";
import { type Exit, type RunningServer, startServer } from "./support/program.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

const execute = promisify(execFile);

let workspace: Workspace;
let server: RunningServer;
let rootPem: string;
beforeAll(async () => {
  workspace = await createWorkspace();
  server = await startServer(workspace.configFile);
  rootPem = await readFile(join(workspace.dataDirectory, "authority", "root.pem"), "utf8");
});
afterAll(async () => {
  await server.stop();
  await workspace.remove();
});

describe("the first start", () => {
  test("serves HTTPS that is trusted with the root alone", async () => {
    const certificate = await peerCertificate(Number(new URL(server.baseUrl).port), rootPem);
    expect(certificate.subjectaltname).toBe("DNS:localhost, IP Address:127.0.0.1");
    expect(certificate.issuer).toEqual({ O: "Test", CN: "Chancery Intermediate" });
  });

  test("serves the root, whose fingerprint the log names as openssl prints it", async () => {
    const { status, body } = await fetchOver(`${server.baseUrl}/roots.pem`, rootPem);
    expect([status, body]).toEqual([200, rootPem]);
    const path = join(workspace.dataDirectory, "authority", "root.pem");
    const { stdout } = await execute("openssl", ["x509", "-in", path, "-noout", "-sha256", "-fingerprint"]);
    expect(stdout.trim().split("=")[1]).toBe(server.rootFingerprint);
  });

  test("answers about its health", async () => {
    const { status, body } = await fetchOver(`${server.baseUrl}/health`, rootPem);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      ok: true,
      issuers: [
        { subject: "O=Test, CN=Chancery Intermediate", activeFor: ["tlsServer", "homelab.endpoint"] },
      ],
    });
  });

  test("E-026: builds its URLs from the configuration, whatever Host and forwarding headers say", async () => {
    const { status, body } = await fetchOver(server.directoryUrl, rootPem, {
      headers: {
        host: "evil.example",
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "http",
        forwarded: "host=evil.example",
      },
    });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ newOrder: `${server.baseUrl}/acme/home/new-order` });
    expect(body).not.toContain("evil");
  });

  test.each([
    { path: "/", status: 404 },
    { path: "/acme/other/directory", status: 404 },
    { path: "/authority/root.key.pem", status: 404 },
  ])("answers $path with $status", async ({ path, status }) => {
    expect((await fetchOver(server.baseUrl + path, rootPem)).status).toBe(status);
  });

  test("E-071: keeps every file to its owner, in a directory that is its owner's too", async () => {
    const modes = await modesBelow(workspace.dataDirectory);
    expect(modes.get("authority")).toBe("700");
    expect([...modes].filter(([, mode]) => mode !== "600")).toEqual([["authority", "700"]]);
    expect(((await stat(workspace.dataDirectory)).mode & 0o777).toString(8)).toBe("700");
    expect([...modes.keys()]).toEqual(
      expect.arrayContaining(["passphrase", "chancery.db", "authority/intermediate.key.pem"]),
    );
  });

  test("E-071: encrypts the private keys with PBES2, and openssl opens them with the passphrase", async () => {
    for (const name of ["root", "intermediate"]) {
      const path = join(workspace.dataDirectory, "authority", `${name}.key.pem`);
      expect(await readFile(path, "utf8")).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
      const passphrase = `file:${join(workspace.dataDirectory, "passphrase")}`;
      const key = await execute("openssl", ["pkey", "-in", path, "-passin", passphrase, "-pubout"]);
      const certificate = join(workspace.dataDirectory, "authority", `${name}.pem`);
      const { stdout } = await execute("openssl", ["x509", "-in", certificate, "-noout", "-pubkey"]);
      expect(stdout).toBe(key.stdout);
    }
  });

  test("names the commands to go on with", async () => {
    const { commands } = await server.program.logged("server.started");
    expect(commands).toEqual([
      `curl --insecure --output roots.pem ${server.baseUrl}/roots.pem`,
      "openssl x509 -in roots.pem -noout -sha256 -fingerprint",
      expect.stringContaining(`certbot certonly --standalone`),
      expect.stringContaining(`lego --server ${server.directoryUrl}`),
    ]);
  });
});

describe("a later start", () => {
  let exit: Exit;
  let again: RunningServer;
  beforeAll(async () => {
    exit = await server.stop();
    // Taking the root's key away is what the README advises.
    await execute("mv", [join(workspace.dataDirectory, "authority", "root.key.pem"), workspace.directory]);
    await workspace.configure({
      authority: { createIfMissing: false },
      server: {
        names: ["localhost"],
        listen: "127.0.0.1:0",
        plainListen: "127.0.0.1:0",
      },
    });
  });

  test("comes after a clean stop", () => {
    expect(exit).toMatchObject({ code: 0, signal: null, stderr: "" });
    expect(exit.stdout.trimEnd().split("\n").at(-1)).toContain('"event":"server.stopped"');
  });

  test("loads the same authority, without the root's key", async () => {
    again = await startServer(workspace.configFile);
    expect(again.rootFingerprint).toBe(server.rootFingerprint);
    expect(await again.program.logged("authority.loaded")).toMatchObject({
      issuer: "O=Test, CN=Chancery Intermediate",
    });
    await peerCertificate(Number(new URL(again.baseUrl).port), rootPem);
  });

  test("serves the roots, and nothing else, on plain HTTP where that is configured", async () => {
    const { rootsUrl } = await again.program.logged("plain.listening");
    const url = String(rootsUrl).replace("localhost", "127.0.0.1");
    expect(await (await fetch(url)).text()).toBe(rootPem);
    for (const path of ["/health", "/acme/home/directory", "/"]) {
      expect((await fetch(new URL(path, url))).status).toBe(404);
    }
    expect(await again.stop()).toMatchObject({ code: 0 });
  });

  test("leaves no lock, no process id and no log of the database behind", async () => {
    expect((await readdir(workspace.dataDirectory)).toSorted()).toEqual([
      "authority",
      "chancery.db",
      "lock",
      "passphrase",
    ]);
  });
});

async function modesBelow(directory: string): Promise<Map<string, string>> {
  const names = await readdir(directory, { recursive: true });
  const modes = names.map(async (name): Promise<[string, string]> => {
    const { mode } = await stat(join(directory, name));
    return [name, (mode & 0o777).toString(8)];
  });
  return new Map(await Promise.all(modes));
}

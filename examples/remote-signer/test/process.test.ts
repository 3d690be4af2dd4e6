import { type ChildProcess, spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { encryptPrivateKeyPem } from "@chancery/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RemoteSigner } from "../src/remote-signer.ts";
import {
  clientName,
  connect,
  createAuthority,
  createIdentities,
  createIssuing,
  type Identities,
  type Issuing,
  issue,
} from "./support.ts";

const folder = mkdtempSync(join(tmpdir(), "chancery-remote-signer-"));
const passphrase = "only the service knows";
let identities: Identities;
let issuing: Issuing;
let service: ChildProcess | undefined;
let signer: RemoteSigner | undefined;

beforeAll(async () => {
  identities = await createIdentities();
  issuing = await createIssuing();
  const files = {
    "key.pem": await encryptPrivateKeyPem(issuing.privateKey, passphrase),
    "tls.pem": identities.service.cert,
    "tls-key.pem": identities.service.key,
    "clients.pem": identities.service.ca,
    "clients.txt": `${clientName}\n`,
  };
  for (const [name, contents] of Object.entries(files))
    writeFileSync(join(folder, name), contents, { mode: 0o600 });
});

afterAll(async () => {
  signer?.close();
  await kill();
  rmSync(folder, { recursive: true, force: true });
});

test("D-003: an issuer whose key is in another process; when that dies, the same requestId completes after its return", async () => {
  const url = await start();
  signer = await connect(identities, url);
  const ca = await createAuthority(issuing, signer);
  const [issuerPem = ""] = issuing.chainPem.split(/(?<=-----END CERTIFICATE-----\n)/);
  const issuerKey = new X509Certificate(issuerPem).publicKey;
  const first = await issue(ca, "first.lab.example");
  expect(new X509Certificate(Buffer.from(first.certificate)).verify(issuerKey)).toBe(true);

  await kill();
  for (const _ of [1, 2]) {
    await expect(issue(ca, "second.lab.example", "request-2")).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
      cause: expect.objectContaining({ message: `the signing service ${url} cannot be reached` }),
    });
  }

  expect(await start(new URL(url).port)).toBe(url);
  const second = await issue(ca, "second.lab.example", "request-2");
  expect(new X509Certificate(Buffer.from(second.certificate)).verify(issuerKey)).toBe(true);
  expect((await issue(ca, "second.lab.example", "request-2")).serialNumber).toBe(second.serialNumber);
});

/** Starts the service as a process; answers its URL. */
async function start(port = "0"): Promise<string> {
  const main = join(import.meta.dirname, "../src/main.ts");
  const child = spawn(
    process.execPath,
    ["--conditions=@chancery/source", "--no-warnings", main, folder, port],
    {
      env: { ...process.env, SIGNER_PASSPHRASE: passphrase },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  service = child;
  const [url] = (await once(createInterface(child.stdout), "line")) as [string];
  return url;
}

/** Ends the service as a crash would. */
async function kill(): Promise<void> {
  if (service === undefined || service.exitCode !== null || service.signalCode !== null) return;
  service.kill("SIGKILL");
  await once(service, "exit");
}

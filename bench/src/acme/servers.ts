import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createTestAuthority } from "@chancery/core/testing";

/** An ACME server under load: a child process of this one. */
export interface ServerUnderTest {
  readonly name: string;
  readonly directoryUrl: string;
  /** PEM that its TLS certificate chains to. */
  readonly ca: string;
  /** CPU time since its start, user and system of all threads, in milliseconds. */
  cpu(): Promise<number>;
  /** Resident memory now, in MiB. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

/** What both servers are told: where names resolve and where http-01 is answered. */
export interface Surroundings {
  readonly directory: string;
  readonly dnsPort: number;
  readonly challengePort: number;
}

/** Starts the homelab server on SQLite, as its example configuration has it but for ports and names. */
export async function startChancery({
  directory,
  dnsPort,
  challengePort,
}: Surroundings): Promise<ServerUnderTest> {
  const port = await freePort();
  const home = join(directory, "chancery");
  await mkdir(home, { recursive: true });
  const config = join(home, "chancery.yaml");
  await writeFile(config, homelabConfig({ home, port, dnsPort, challengePort }));
  const main = fileURLToPath(import.meta.resolve("@chancery/homelab/package.json")).replace(
    "package.json",
    "src/main.ts",
  );
  const child = launch(process.execPath, ["--conditions=@chancery/source", main, "--config", config]);
  const origin = `https://localhost:${port}`;
  await answers(`${origin}/health`);
  const ca = await insecureText(`${origin}/roots.pem`);
  return underTest("chancery", `${origin}/acme/bench/directory`, ca, child);
}

/** JSON, which is YAML. */
function homelabConfig(options: {
  home: string;
  port: number;
  dnsPort: number;
  challengePort: number;
}): string {
  return JSON.stringify({
    server: { names: ["localhost"], listen: `127.0.0.1:${options.port}` },
    dataDirectory: join(options.home, "data"),
    authority: { createIfMissing: true },
    policy: { allow: { dns: ["localhost", "**.bench.test"] } },
    acme: [{ id: "bench" }],
    validation: {
      resolvers: [`127.0.0.1:${options.dnsPort}`],
      networks: ["127.0.0.0/8"],
      httpPort: options.challengePort,
    },
    log: { level: "warn" },
  });
}

/** Starts Pebble without its deliberate delays and refusals. */
export async function startPebble({
  directory,
  dnsPort,
  challengePort,
}: Surroundings): Promise<ServerUnderTest> {
  const home = join(directory, "pebble");
  await mkdir(home, { recursive: true });
  const authority = await createTestAuthority();
  const { chainPem, keyPem } = await authority.issueServerCertificate({
    identifiers: ["localhost", "127.0.0.1"],
  });
  await writeFile(join(home, "cert.pem"), chainPem);
  await writeFile(join(home, "key.pem"), keyPem);
  const [port, managementPort] = [await freePort(), await freePort()];
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: join(home, "cert.pem"),
    privateKey: join(home, "key.pem"),
    httpPort: challengePort,
    tlsPort: challengePort,
    ocspResponderURL: "",
    externalAccountBindingRequired: false,
  };
  const config = join(home, "pebble.json");
  await writeFile(config, JSON.stringify({ pebble }));
  const child = launch("pebble", ["-config", config, "-dnsserver", `127.0.0.1:${dnsPort}`], {
    PEBBLE_VA_NOSLEEP: "1",
    PEBBLE_WFE_NONCEREJECT: "0",
    PEBBLE_AUTHZREUSE: "0",
  });
  const directoryUrl = `https://localhost:${port}/dir`;
  await answers(directoryUrl);
  return underTest("pebble", directoryUrl, authority.trustAnchorPem, child);
}

function launch(command: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...env },
  });
  child.on("error", (error) => {
    throw new Error(`${command} cannot be started: ${error.message}`);
  });
  return child;
}

function underTest(name: string, directoryUrl: string, ca: string, child: ChildProcess): ServerUnderTest {
  return {
    name,
    directoryUrl,
    ca,
    async cpu() {
      const stat = await readFile(`/proc/${child.pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return (Number(fields[11]) + Number(fields[12])) * clockTick;
    },
    async memory() {
      const [, resident] = (await readFile(`/proc/${child.pid}/statm`, "utf8")).split(" ");
      return (Number(resident) * 4096) / 2 ** 20;
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

/** Linux counts CPU time in hundredths of a second for user space, whatever the kernel does inside. */
const clockTick = 10;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Waits until a URL answers, whoever signed its certificate. */
async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const status = await insecureText(url).catch(() => undefined);
    if (status !== undefined) return;
    await wait(100);
  }
  throw new Error(`${url} does not answer`);
}

function insecureText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { rejectUnauthorized: false, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += String(chunk);
      });
      response.on("end", () => resolve(text));
    }).on("error", reject);
  });
}

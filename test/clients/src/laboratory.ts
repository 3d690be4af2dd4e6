import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "./free-port.ts";
import { type HomelabProcess, spawnHomelab } from "./homelab-process.ts";
import { type CertificateRecord, readCertificateRecords } from "./inventory.ts";
import { type NameServer, startNameServer } from "./name-server.ts";
import { createTextRecords, type TextRecords } from "./text-records.ts";
import { createZone } from "./zone.ts";

/** The zone in which everything happens; the server's policy allows all names in it. */
export const apex = "clients.test";

/** A homelab server with everything around it that a client needs, in a temporary directory of its own. */
export interface Laboratory {
  /** Removed when the laboratory closes. */
  readonly directory: string;
  readonly directoryUrl: string;
  /** PEM file of the root, there from the first start on. */
  readonly rootFile: string;
  readonly databaseFile: string;
  readonly authorityDirectory: string;
  readonly passphraseFile: string;
  /** Where the server looks for http-01 and tls-alpn-01. */
  readonly httpPort: number;
  readonly tlsPort: number;
  readonly nameServer: NameServer;
  readonly textRecords: TextRecords;
  /** Spawns the server without waiting for it. */
  spawn(): HomelabProcess;
  /** Starts the server and waits until it answers; after an end it goes on with what it had. */
  start(): Promise<HomelabProcess>;
  /** The certificates of the authority, for all ACME accounts, as its database has them. */
  certificates(): readonly CertificateRecord[];
  /** The one with this serial number. @throws {Error} There is none. */
  recordOf(serialNumber: string): CertificateRecord;
  /** Ends everything. @throws {Error} The server has logged an error in one of its runs. */
  close(): Promise<void>;
}

/** Prepares a laboratory; the server does not run yet. */
export async function createLaboratory(): Promise<Laboratory> {
  const directory = mkdtempSync(join(tmpdir(), "chancery-clients-"));
  const textRecords = createTextRecords(join(directory, "txt-records"));
  const nameServer = await startNameServer(createZone(apex, textRecords));
  const [port, httpPort, tlsPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
  const serverDirectory = join(directory, "server");
  const dataDirectory = join(serverDirectory, "data");
  const configurationFile = join(serverDirectory, "chancery.yaml");
  mkdirSync(serverDirectory);
  // YAML contains JSON.
  const configuration = configure({ port, httpPort, tlsPort, dnsPort: nameServer.port });
  writeFileSync(configurationFile, JSON.stringify(configuration, null, 2));

  const runs: HomelabProcess[] = [];
  const spawn = (): HomelabProcess => {
    const run = spawnHomelab(configurationFile, serverDirectory);
    runs.push(run);
    return run;
  };
  const databaseFile = join(dataDirectory, "chancery.db");
  const certificates = (): readonly CertificateRecord[] => readCertificateRecords(databaseFile);
  return Object.freeze<Laboratory>({
    directory,
    directoryUrl: `https://localhost:${port}/acme/${directoryId}/directory`,
    rootFile: join(dataDirectory, "authority", "root.pem"),
    databaseFile,
    authorityDirectory: join(dataDirectory, "authority"),
    passphraseFile: join(dataDirectory, "passphrase"),
    httpPort,
    tlsPort,
    nameServer,
    textRecords,
    spawn,
    async start() {
      const homelab = spawn();
      await homelab.started;
      return homelab;
    },
    certificates,
    recordOf(serialNumber) {
      const found = certificates().find((record) => record.serialNumber === serialNumber);
      if (found === undefined) throw new Error(`the server has no certificate ${serialNumber}`);
      return found;
    },
    async close() {
      await runs.at(-1)?.kill();
      await nameServer.close();
      rmSync(directory, { recursive: true, force: true });
      const errors = runs.flatMap((run) => run.errors());
      if (errors.length > 0) throw new Error(`the server has logged errors:\n${errors.join("\n")}`);
    },
  });
}

const directoryId = "home";

interface Ports {
  readonly port: number;
  readonly httpPort: number;
  readonly tlsPort: number;
  readonly dnsPort: number;
}

function configure({ port, httpPort, tlsPort, dnsPort }: Ports): object {
  return {
    server: { names: ["localhost", "127.0.0.1"], listen: `127.0.0.1:${port}` },
    dataDirectory: "data",
    authority: { createIfMissing: true },
    policy: { allow: { dns: [apex, `**.${apex}`] } },
    acme: [{ id: directoryId, termsOfService: `https://ca.${apex}/terms` }],
    validation: {
      resolvers: [],
      zones: { [apex]: [`127.0.0.1:${dnsPort}`] },
      networks: ["127.0.0.0/8"],
      httpPort,
      tlsPort,
    },
    log: { level: "info", format: "json" },
  };
}

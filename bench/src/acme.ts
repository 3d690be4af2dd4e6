// ACME orders, http-01, eight in flight, on the homelab server with SQLite and on Pebble: both up at once and driven in turn,
// so that whatever else this machine does meets both. What counts is the median of the rounds' ratios.
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createLoadClient, type KeyAuthorizations, type LoadClient } from "./acme/load-client.ts";
import { startChallengeServer, startNameServer } from "./acme/name-server.ts";
import { type ServerUnderTest, startChancery, startPebble } from "./acme/servers.ts";
import { median } from "./measure.ts";

const rounds = 7;
const perRound = 250;
const warmUp = 800;
const inFlight = 8;

interface Contender {
  readonly server: ServerUnderTest;
  readonly clients: readonly LoadClient[];
  /** CPU milliseconds per order of each round. */
  readonly costs: number[];
}

let serial = 0;

async function runOrders({ clients, server }: Contender, count: number): Promise<void> {
  let left = count;
  const work = async (client: LoadClient): Promise<void> => {
    while (left > 0) {
      left -= 1;
      serial += 1;
      const pem = await client.order(`host-${serial}.bench.test`);
      if (!pem.startsWith("-----BEGIN CERTIFICATE-----"))
        throw new Error(`${server.name} answered no certificate`);
    }
  };
  await Promise.all(clients.map(work));
}

async function runRound(contender: Contender): Promise<number> {
  const before = await contender.server.cpu();
  await runOrders(contender, perRound);
  const cost = ((await contender.server.cpu()) - before) / perRound;
  contender.costs.push(cost);
  return cost;
}

const directory = await mkdtemp(join(tmpdir(), "chancery-bench-"));
const keyAuthorizations: KeyAuthorizations = new Map();
const dns = await startNameServer();
const challenges = await startChallengeServer(keyAuthorizations);
const surroundings = { directory, dnsPort: dns.port, challengePort: challenges.port };
const servers: ServerUnderTest[] = [];
try {
  servers.push(await startChancery(surroundings), await startPebble(surroundings));
  const contenders = await Promise.all(
    servers.map(async (server): Promise<Contender> => {
      const create = () => createLoadClient(server.directoryUrl, server.ca, keyAuthorizations);
      return { server, clients: await Promise.all(Array.from({ length: inFlight }, create)), costs: [] };
    }),
  );
  for (const contender of contenders) await runOrders(contender, warmUp);
  for (let round = 1; round <= rounds; round += 1) {
    const parts: string[] = [];
    for (const contender of contenders)
      parts.push(`${contender.server.name} ${(await runRound(contender)).toFixed(2)}`);
    console.log(`round ${round}: ${parts.join(", ")} CPU-ms an order`);
  }
  for (const { clients } of contenders) for (const client of clients) client.close();
  for (const { server, costs } of contenders) {
    console.log(
      `${server.name}: median ${median(costs).toFixed(2)} CPU-ms an order, ${(await server.memory()).toFixed(0)} MiB resident`,
    );
  }
  const [chancery, pebble] = contenders;
  const ratios = chancery?.costs.map((cost, round) => cost / (pebble?.costs[round] ?? Number.NaN)) ?? [];
  console.log(`node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}, ${inFlight} in flight`);
  console.log(`acme: ${median(ratios).toFixed(2)} x pebble`);
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  dns.close();
  challenges.close();
  await rm(directory, { recursive: true, force: true });
}

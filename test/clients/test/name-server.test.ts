import { Resolver } from "node:dns/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type NameServer, startNameServer } from "../src/name-server.ts";
import { runProgram } from "../src/program.ts";
import { createTextRecords, txtRecordHook } from "../src/text-records.ts";
import { createZone } from "../src/zone.ts";

const directory = mkdtempSync(join(tmpdir(), "chancery-dns-"));
const records = createTextRecords(join(directory, "records"));
const resolver = new Resolver({ timeout: 2000, tries: 1 });
let server: NameServer;

beforeAll(async () => {
  server = await startNameServer(createZone("clients.test", records));
  resolver.setServers([`127.0.0.1:${server.port}`]);
});

afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

test("every name of the zone leads to 127.0.0.1, names outside do not exist", async () => {
  expect(await resolver.resolve4("a.b.Clients.test")).toEqual(["127.0.0.1"]);
  await expect(resolver.resolve6("a.b.clients.test")).rejects.toMatchObject({ code: "ENODATA" });
  await expect(resolver.resolve4("example.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
});

test("a TXT record can be published and withdrawn while the server runs, by a program too", async () => {
  const name = "_acme-challenge.a.clients.test";
  records.add(name, "one");
  await hook("present", `${name}.`, "two");
  expect((await resolver.resolveTxt(name)).flat().toSorted()).toEqual(["one", "two"]);
  records.remove(name, "one");
  await hook("cleanup", `${name}.`, "two");
  await expect(resolver.resolveTxt(name)).rejects.toMatchObject({ code: "ENODATA" });
});

test("an answer that does not fit into a datagram is fetched over TCP", async () => {
  const values = Array.from({ length: 20 }, (_, index) => `${index}`.padStart(60, "0"));
  for (const value of values) records.add("long.clients.test", value);
  expect((await resolver.resolveTxt("long.clients.test")).flat().toSorted()).toEqual(values);
});

function hook(...args: string[]): Promise<string> {
  return runProgram(txtRecordHook, args, { directory, environment: { TXT_RECORDS: records.directory } });
}

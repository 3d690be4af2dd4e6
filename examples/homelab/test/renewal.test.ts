import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Homelab, type Log, parseConfiguration, startHomelab } from "../src/index.ts";
import { peerCertificate } from "./support/https.ts";
import { createManualTime, type ManualTime } from "./support/manual-time.ts";

const day = 86_400_000;
const start = Date.parse("2030-01-01T00:00:00Z");

let directory: string;
let time: ManualTime;
let homelab: Homelab;
let events: ReturnType<typeof listen>;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "chancery-renewal-"));
  time = createManualTime(start);
  events = listen();
  const text = JSON.stringify({
    server: { names: ["localhost"], listen: "127.0.0.1:0", certificateValidity: "P30D" },
    dataDirectory: directory,
    authority: { createIfMissing: true, intermediate: { validity: "P35D" } },
    policy: { allow: { dns: ["**.home.arpa"] } },
    acme: [{ id: "home", challenges: ["http-01"] }],
    validation: { resolvers: [] },
  });
  const configuration = parseConfiguration(text, join(directory, "chancery.yaml"));
  homelab = await startHomelab(configuration, { ...time, log: events.log });
});
afterEach(async () => {
  await homelab.stop();
  await rm(directory, { recursive: true });
});

/** A log that lets a test wait for events. */
function listen() {
  const waiting = new Map<string, () => void>();
  const log: Log = (_level, event) => waiting.get(event)?.();
  return { log, next: (event: string) => new Promise<void>((resolve) => waiting.set(event, resolve)) };
}

/** Serial number and end of the certificate that the server shows in a handshake. */
async function shown(): Promise<{ readonly serialNumber: string; readonly notAfter: number }> {
  const port = Number(new URL(homelab.baseUrl).port);
  // The clock of this test is not that of OpenSSL, which would find everything not yet valid.
  const { serialNumber, valid_to } = await peerCertificate(port, homelab.rootPem, { ignoreTime: true });
  return { serialNumber, notAfter: Date.parse(valid_to) };
}

describe("the server's own certificate", () => {
  test("is replaced at two thirds of its life, while the server runs", async () => {
    const first = await shown();
    expect(first.notAfter).toBe(start + 30 * day - 1000);

    await time.advance(20 * day - 60_000);
    expect(await shown()).toEqual(first);

    const renewed = events.next("endpoint.renewed");
    await time.advance(60_000);
    await renewed;
    const second = await shown();
    expect(second.serialNumber).not.toBe(first.serialNumber);
    // The intermediate ends then, and nothing below may exceed it.
    expect(second.notAfter).toBe(start + 35 * day - 1000);
  });

  test("stays when its issuer can no longer issue, and the log says why", async () => {
    const first = await shown();
    time.setClock(start + 36 * day);
    const failed = events.next("endpoint.renewalFailed");
    await time.advance(3_600_000);
    await failed;
    expect(await shown()).toEqual(first);
  });
});

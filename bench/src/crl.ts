// A CRL of 100,000 entries: what it costs, and how long it keeps others waiting.
import { cpus } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import {
  allowDns,
  type CertificateAuthority,
  type CertificateStore,
  createCertificateAuthority,
  createRoot,
  type RevokedCertificate,
} from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import { median, microseconds } from "./measure.ts";

const entries = 100_000;
const rounds = 9;

const revoked: readonly RevokedCertificate[] = Array.from({ length: entries }, (_, number) => ({
  serialNumber: (0x01b8_0000_0000n + BigInt(number)).toString(16).padStart(12, "0").padEnd(32, "5"),
  revokedAt: 1_900_000_000_000 + number,
  ...(number % 2 === 0 && { reason: "superseded" as const }),
}));

const positions = new Map(revoked.map(({ serialNumber }, index) => [serialNumber, index]));

/** Answers pages of the entries as a store would, so that making the list is all that is measured. */
function createStore(): CertificateStore {
  const store = createMemoryCertificateStore();
  return {
    ...store,
    async listRevoked({ after, limit }) {
      const start = after === undefined ? 0 : (positions.get(after) ?? entries) + 1;
      return revoked.slice(start, start + limit);
    },
  };
}

async function createAuthority(): Promise<CertificateAuthority> {
  const { issuer } = await createRoot({ commonName: "Bench Root" });
  return createCertificateAuthority({
    issuers: [issuer],
    store: createStore(),
    policies: [allowDns("**.example")],
  });
}

async function publish(): Promise<number> {
  const ca = await createAuthority(); // nothing published yet: every entry is new
  return (await microseconds(1, async () => void (await ca.crls.publish({ force: true })))) / 1000;
}

await publish();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const results: number[] = [];
for (let round = 1; round <= rounds; round += 1) {
  const milliseconds = await publish();
  results.push(milliseconds);
  console.log(`round ${round}: ${milliseconds.toFixed(0)} ms of CPU`);
}
delay.disable();
console.log(`node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}, P-256`);
console.log(
  `a CRL of ${entries} entries: ${median(results).toFixed(0)} ms of CPU, event loop delayed ${(delay.percentile(99) / 1e6).toFixed(1)} ms (99th percentile)`,
);

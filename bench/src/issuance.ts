// In-process issuance against the least that any implementation must do: import the subject's key, verify the CSR's
// signature, sign once. Both sides run in one process, in turn, and only their ratio is quoted.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { cpus } from "node:os";
import {
  allowDns,
  type CertificateAuthority,
  createCertificateAuthority,
  createRoot,
  denyDns,
  tlsServer,
} from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import { median, microseconds } from "./measure.ts";
import { createSigningRequest } from "./signing-request.ts";

const rounds = 21;
const perRound = 300;
/** V8 is done with compiling after about fifteen thousand issuances. */
const warmUp = 20_000;

const request = createSigningRequest("bench.example.test");

function floorOnce(): void {
  const key = createPublicKey(request.publicKeyPem);
  if (!verify("sha256", request.signed, key, request.signature)) throw new Error("the CSR does not verify");
  sign("sha256", request.signed, issuerKey);
}

const issuerKey = createPrivateKey(
  generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }),
);

async function createAuthority(): Promise<CertificateAuthority> {
  const { issuer } = await createRoot({ commonName: "Bench Root" });
  return createCertificateAuthority({
    issuers: [issuer],
    store: createMemoryCertificateStore(),
    policies: [denyDns("forbidden.example.test"), allowDns("**.example.test")],
    profiles: [tlsServer()],
  });
}

async function issueOnce(ca: CertificateAuthority): Promise<void> {
  await ca.issue({ csr: request.der, requester: { kind: "application", id: "bench" } });
}

async function measureFloor(times: number): Promise<number> {
  return microseconds(times, async () => {
    for (let index = 0; index < times; index += 1) floorOnce();
  });
}

async function measureIssue(times: number): Promise<number> {
  const ca = await createAuthority(); // a fresh store each round: growth is another benchmark's question
  return microseconds(times, async () => {
    for (let index = 0; index < times; index += 1) await issueOnce(ca);
  });
}

for (let done = 0; done < warmUp; done += perRound) {
  await measureFloor(perRound);
  await measureIssue(perRound);
}
const results: { floor: number; issue: number }[] = [];
for (let round = 1; round <= rounds; round += 1) {
  const result = { floor: await measureFloor(perRound), issue: await measureIssue(perRound) };
  results.push(result);
  console.log(
    `round ${round}: floor ${result.floor.toFixed(1)} us, issue ${result.issue.toFixed(1)} us of CPU`,
  );
}
console.log(
  `node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}, P-256, one request in flight`,
);
console.log(`issuance: ${median(results.map(({ floor, issue }) => issue / floor)).toFixed(2)} x floor`);

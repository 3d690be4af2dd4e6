// Tries to win everything that there is in the database in argv[2], and says what it won.
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { createSqliteAcmeStore } from "../../src/acme.ts";
import { createSqliteCertificateStore, createSqliteDatabase } from "../../src/index.ts";
import { completion, hour, minute, now, reservation } from "../examples.ts";

const [path = "", series = "", count = ""] = process.argv.slice(2);
const database = createSqliteDatabase(new DatabaseSync(path));
const [certificates, acme] = [createSqliteCertificateStore(database), createSqliteAcmeStore(database)];

console.log("ready");
await once(process.stdin, "data");
for (let from = 0; from < Number(count); from += 8) {
  await Promise.all(Array.from({ length: 8 }, (_, index) => compete(from + index)));
}
process.exit(0);

async function compete(number: number): Promise<void> {
  const planned = reservation(number, Number(series), `request-${number}`);
  const [reserved, isFirst, begun, tasks] = await Promise.all([
    certificates.reserve(planned),
    acme.consumeNonce({ nonce: `nonce-${number}`, expiresAt: now + hour, now }),
    finalize(number),
    acme.claimTasks({ directoryId: "directory", now, leaseUntil: now + minute, limit: 1 }),
  ]);
  if (reserved.outcome === "reserved") {
    await certificates.complete(completion(planned));
    console.log(`request ${number}`);
  }
  if (isFirst) console.log(`nonce ${number}`);
  if (begun.outcome === "claimed") console.log(`order ${number}`);
  for (const task of tasks) if (task.kind === "validation") console.log(`task ${task.authorization.id}`);
}

function finalize(number: number): ReturnType<typeof acme.beginFinalization> {
  const times = { now, leaseUntil: now + minute };
  return acme.beginFinalization({
    orderId: `order-${number}`,
    csr: new Uint8Array(300),
    csrHash: "00",
    ...times,
  });
}

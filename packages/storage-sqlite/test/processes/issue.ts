// Issues into the database in argv[2] without end, eight at a time, and says what is done once it is promised.
import { DatabaseSync } from "node:sqlite";
import { createSqliteAcmeStore } from "../../src/acme.ts";
import { createSqliteCertificateStore, createSqliteDatabase } from "../../src/index.ts";
import { authorization, completion, hour, minute, now, order, reservation } from "../examples.ts";

const [path = "", series = ""] = process.argv.slice(2);
const database = createSqliteDatabase(new DatabaseSync(path));
const [certificates, acme] = [createSqliteCertificateStore(database), createSqliteAcmeStore(database)];

let number = 0;
await Promise.all(Array.from({ length: 8 }, issueForever));

async function issueForever(): Promise<void> {
  for (;;) {
    number += 1;
    const id = `${series}-${number}`;
    await acme.consumeNonce({ nonce: `nonce-${id}`, expiresAt: now + hour, now });
    console.log(`used ${id}`);
    const added = { ...authorization(0, "valid"), id: `authorization-${id}` };
    const placed = { ...order(0, [added]), id: `order-${id}` };
    await acme.createOrder({ order: placed, newAuthorizations: [added], now });
    console.log(`ready ${id}`);
    await issueFor(placed.id, id);
  }
}

async function issueFor(orderId: string, id: string): Promise<void> {
  const request = { csr: new Uint8Array(300), csrHash: "00", now, leaseUntil: now + minute };
  const begun = await acme.beginFinalization({ orderId, ...request });
  if (begun.outcome === "refused") throw new Error(`${orderId} is ${begun.order.state}`);
  console.log(`processing ${id}`);
  const planned = reservation(Number(id.split("-")[1]), Number(series), `request-${id}`);
  await certificates.reserve(planned);
  console.log(`reserved ${id}`);
  await certificates.complete(completion(planned));
  console.log(`issued ${id}`);
  const { issuerId, serialNumber } = planned;
  const result = { outcome: "valid", certificate: { issuerId, serialNumber } } as const;
  await acme.completeFinalization({ orderId, fence: begun.fence, result });
  console.log(`valid ${id}`);
}

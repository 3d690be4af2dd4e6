// Revokes, publishes CRLs and chains the audit trail in the database in argv[2] without end, and says what is done once it
// is promised.
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { createSqliteCertificateStore, createSqliteDatabase } from "../../src/index.ts";
import { completion, fact, hour, keyOf, now, reservation } from "../examples.ts";

const [path = "", series = ""] = process.argv.slice(2);
const store = createSqliteCertificateStore(createSqliteDatabase(new DatabaseSync(path)));
const { issuerId } = reservation(0);

let number = 0;
await Promise.all([
  revokeForever(),
  revokeForever(),
  revokeForever(),
  publishForever(),
  publishForever(),
  chainForever(),
]);

async function revokeForever(): Promise<void> {
  for (;;) {
    number += 1;
    const id = `${series}-${number}`;
    const planned = { ...reservation(number, Number(series), id), publicKeyHash: keyOf(id) };
    await store.reserve(planned);
    await store.complete(completion(planned));
    const transition = { issuerId, serialNumber: planned.serialNumber, revokedAt: now };
    const audit = fact("certificate.changed", id);
    await store.revoke({ ...transition, reason: "certificateHold", audit });
    console.log(`held ${id}`);
    await store.release({ ...transition, audit });
    console.log(`released ${id}`);
    await store.revoke({ ...transition, reason: "keyCompromise", blockKey: "compromised", audit });
    console.log(`revoked ${id}`);
  }
}

async function publishForever(): Promise<void> {
  for (;;) {
    const crlNumber = await store.takeCrlNumber({ issuerId, at: now });
    console.log(`taken ${crlNumber}`);
    const outcome = await store.publishCrl({
      issuerId,
      partition: 0,
      kind: "full",
      number: crlNumber,
      thisUpdate: now,
      nextUpdate: now + hour,
      changes: 0,
      crl: new Uint8Array(5000).fill(crlNumber % 256),
      audit: fact("crl.published", `${crlNumber}`),
    });
    if (outcome === "published") console.log(`published ${crlNumber}`);
  }
}

async function chainForever(): Promise<void> {
  for (;;) {
    // Reading takes no turn of the event loop: nobody else would ever have one.
    await setImmediate();
    const head = await store.findAuditHead();
    const entries = await store.listUnchainedAudit({ limit: 3 });
    const links = entries.map(({ sequence }, index) => {
      const position = (head?.position ?? 0) + index + 1;
      return { sequence, position, hash: keyOf(`${series}-${position}`) };
    });
    if (links.length === 0) continue;
    const outcome = await store.chainAudit({ ...(head && { head }), links });
    if (outcome === "chained")
      for (const { position, hash } of links) console.log(`chained ${position} ${hash}`);
  }
}

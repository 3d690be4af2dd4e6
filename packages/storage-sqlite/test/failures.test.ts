import { DatabaseSync } from "node:sqlite";
import type { CertificateStore } from "@chancery/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSqliteAcmeStore } from "../src/acme.ts";
import { createSqliteCertificateStore, createSqliteDatabase, type SqliteDatabase } from "../src/index.ts";
import { openTwice } from "./databases.ts";
import {
  account,
  authorization,
  completion,
  fact,
  hour,
  keyOf,
  now,
  order,
  reservation,
} from "./examples.ts";

const { issuerId } = reservation(0);

// Calls that need more room each time, until there is none.
const growing: readonly {
  what: string;
  call: (store: CertificateStore, number: number) => Promise<unknown>;
}[] = [
  {
    what: "a revocation",
    call: (store, number) =>
      store.revoke({
        issuerId,
        serialNumber: reservation(number).serialNumber,
        revokedAt: now,
        reason: "keyCompromise",
        blockKey: "compromised",
        audit: fact("certificate.revoked", "x".repeat(200)),
      }),
  },
  {
    what: "a CRL",
    call: (store, number) =>
      store.publishCrl({
        issuerId,
        partition: 0,
        kind: "full",
        number,
        thisUpdate: now,
        nextUpdate: now,
        changes: 0,
        crl: new Uint8Array(3000 * number),
        audit: fact("crl.published", `${number}`),
      }),
  },
  {
    what: "an extension of the audit chain",
    call: async (store) => {
      const head = await store.findAuditHead();
      const entries = await store.listUnchainedAudit({ limit: 5 });
      const links = entries.map(({ sequence }, index) => {
        const position = (head?.position ?? 0) + index + 1;
        return { sequence, position, hash: keyOf(`${position}`) };
      });
      return store.chainAudit({ ...(head && { head }), links });
    },
  },
];

describe("a store whose database", () => {
  let opened: Awaited<ReturnType<typeof openTwice>>;
  beforeEach(async () => {
    opened = await openTwice();
  });
  afterEach(() => opened.close());

  test("is locked waits without blocking anyone, and goes on when the lock is gone (E-053)", async () => {
    const { path, two } = opened;
    two.connection.exec("BEGIN IMMEDIATE");
    const pauses: number[] = [];
    const connection = open(path);
    const store = createSqliteCertificateStore(
      createSqliteDatabase(connection, {
        wait: async (milliseconds) => {
          pauses.push(milliseconds);
          expect(await store.list({ limit: 1 })).toEqual([]);
          if (pauses.length === 3) two.connection.exec("COMMIT");
        },
      }),
    );
    expect(await store.reserve(reservation(1))).toEqual({ outcome: "reserved" });
    expect(pauses).toEqual([1, 2, 4]);
    connection.close();
  });

  test("stays locked answers ERR_STORE_TRANSIENT after some 5 seconds (case 128)", async () => {
    const { path, two } = opened;
    two.connection.exec("BEGIN IMMEDIATE");
    let waited = 0;
    const connection = open(path);
    const database = createSqliteDatabase(connection, {
      wait: async (milliseconds) => {
        waited += milliseconds;
      },
    });
    connection.exec("PRAGMA busy_timeout = 0");
    const store = createSqliteCertificateStore(database);
    const attempts = [store.reserve(reservation(1)), store.reserve(reservation(2))];
    for (const attempt of attempts) {
      await expect(attempt).rejects.toMatchObject({
        name: "StoreError",
        code: "ERR_STORE_TRANSIENT",
        message: expect.stringContaining("locked"),
        cause: { errcode: 5 },
      });
    }
    expect(waited).toBeGreaterThan(4500);
    expect(waited).toBeLessThan(5500);
    two.connection.exec("COMMIT");
    expect(await store.reserve(reservation(1))).toEqual({ outcome: "reserved" });
    connection.close();
  });

  test("is read-only goes on reading, and refuses to write with ERR_STORE_TRANSIENT (case 128)", async () => {
    const { path, one } = opened;
    const writer = createSqliteCertificateStore(one);
    await writer.reserve(reservation(1));
    const record = await writer.complete(completion(reservation(1)));
    const connection = open(path, { readOnly: true });
    const store = createSqliteCertificateStore(createSqliteDatabase(connection));
    expect(await store.find(reservation(1))).toEqual(record);
    const attempt = store.reserve(reservation(2));
    await expect(attempt).rejects.toMatchObject({
      code: "ERR_STORE_TRANSIENT",
      message: expect.stringContaining("read-only"),
    });
    connection.close();
  });

  test("is full refuses with ERR_STORE_TRANSIENT, leaves nothing half done and recovers (case 128)", async () => {
    const { one } = opened;
    const [certificates, acme] = [createSqliteCertificateStore(one), createSqliteAcmeStore(one)];
    await acme.createAccount(account(1));
    const pages = Number(one.connection.prepare("PRAGMA page_count").get()?.["page_count"]);
    one.connection.exec(`PRAGMA max_page_count = ${pages + 12}`);

    const acknowledged: number[] = [];
    const refusals: unknown[] = [];
    for (let number = 0; refusals.length === 0 && number < 1000; number += 1) {
      await issueAndOrder(one, number).then(
        () => acknowledged.push(number),
        (error) => refusals.push(error),
      );
    }
    expect(refusals[0]).toMatchObject({
      code: "ERR_STORE_TRANSIENT",
      message: expect.stringContaining("full"),
    });
    expect(acknowledged.length).toBeGreaterThan(3);

    one.connection.exec("PRAGMA max_page_count = 1000000");
    const failed = acknowledged.length;
    expect(await acme.findOrder("directory", `order-${failed}`)).toBeUndefined();
    expect(await acme.findAuthorization("directory", `authorization-${failed}`)).toBeUndefined();
    const listed = await certificates.list({ limit: 1000 });
    const trail = await certificates.listAudit({ limit: 1000 });
    expect(trail.map(({ subject }) => subject)).toEqual(listed.map(({ serialNumber }) => serialNumber));
    await acme.createOrder({
      order: order(failed, [authorization(failed)]),
      newAuthorizations: [authorization(failed)],
      now,
    });
    expect(one.connection.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  });

  test.each(growing)(
    "is full keeps nothing of $what that it refuses, and does it once there is room (case 128)",
    async ({ call }) => {
      const store = createSqliteCertificateStore(opened.one);
      for (let number = 0; number < 300; number += 1) {
        const planned = { ...reservation(number), publicKeyHash: keyOf(`${number}`) };
        await store.reserve(planned);
        await store.complete(completion(planned));
      }
      const { connection } = opened.one;
      const pages = Number(connection.prepare("PRAGMA page_count").get()?.["page_count"]);
      connection.exec(`PRAGMA max_page_count = ${pages + 1}`);

      let [number, before, refusal]: [number, unknown, unknown] = [0, undefined, undefined];
      for (; refusal === undefined && number < 300; number += 1) {
        before = await everythingIn(store, number);
        refusal = await call(store, number).then(
          () => undefined,
          (error: unknown) => error,
        );
      }
      expect(refusal).toMatchObject({
        code: "ERR_STORE_TRANSIENT",
        message: expect.stringContaining("full"),
      });
      number -= 1;
      expect(number).toBeGreaterThan(0);
      expect(await everythingIn(store, number)).toEqual(before);

      connection.exec("PRAGMA max_page_count = 1000000");
      await call(store, number);
      expect(await everythingIn(store, number)).not.toEqual(before);
      expect(connection.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    },
  );

  test("is closed answers ERR_STORE_TRANSIENT to everyone, also to those who wait already", async () => {
    const { one } = opened;
    const store = createSqliteCertificateStore(one);
    const waiting = store.reserve(reservation(1));
    one.connection.close();
    const closed = { code: "ERR_STORE_TRANSIENT", message: "the database is closed" };
    await expect(waiting).rejects.toMatchObject(closed);
    await expect(store.reserve(reservation(1))).rejects.toMatchObject(closed);
    await expect(store.find(reservation(1))).rejects.toMatchObject(closed);
  });

  test("holds the certificate already under another serial number refuses it with ERR_STORE_CONFLICT", async () => {
    const store = createSqliteCertificateStore(opened.one);
    for (const number of [1, 2]) await store.reserve(reservation(number));
    const { fingerprint } = await store.complete(completion(reservation(1)));
    const again = store.complete({ ...completion(reservation(2)), fingerprint });
    await expect(again).rejects.toMatchObject({
      code: "ERR_STORE_CONFLICT",
      message: "a unique value is taken: chancery_certificate.fingerprint",
    });
    expect(await store.listAudit({ limit: 10 })).toHaveLength(1);
  });

  test("has the id of an order or an authorization already refuses the order with ERR_STORE_CONFLICT", async () => {
    const store = createSqliteAcmeStore(opened.one);
    await store.createAccount(account(1));
    const place = (orderNumber: number, number: number): Promise<unknown> =>
      store.createOrder({
        order: order(orderNumber, [authorization(number)]),
        newAuthorizations: [authorization(number)],
        now,
      });
    await place(1, 1);
    await expect(place(1, 2)).rejects.toMatchObject({ code: "ERR_STORE_CONFLICT" });
    await expect(place(2, 1)).rejects.toMatchObject({ code: "ERR_STORE_CONFLICT" });
    expect(await store.findAuthorization("directory", "authorization-2")).toBeUndefined();
    expect(await store.findOrder("directory", "order-2")).toBeUndefined();
  });

  test("was changed by hand still decides by what is stored: a revoked account finalizes nothing (E-050)", async () => {
    const { one, two } = opened;
    const store = createSqliteAcmeStore(one);
    await store.createAccount(account(1));
    const valid = authorization(1, "valid");
    await store.createOrder({ order: order(1, [valid]), newAuthorizations: [valid], now });
    two.connection.exec("UPDATE chancery_acme_account SET status = 'revoked'");
    const request = { csr: new Uint8Array(1), csrHash: "00", now, leaseUntil: now + 1 };
    const answer = await store.beginFinalization({ orderId: "order-1", ...request });
    expect([answer.outcome, answer.order.state]).toEqual(["refused", "ready"]);
  });

  test("does not take a value shows the mistake as it is, and keeps nothing of it", async () => {
    const store = createSqliteCertificateStore(opened.one);
    const tooLong = store.reserve({ ...reservation(1), serialNumber: "01".repeat(21) });
    await expect(tooLong).rejects.toThrow("CHECK constraint failed");
    await expect(store.reserve({ ...reservation(1), issuerId: "no hex" })).rejects.toThrow(TypeError);
    const after = { serialNumber: "00", issuerId };
    await expect(store.list({ order: "expiry", after, limit: 1 })).rejects.toThrow(TypeError);
    await store.appendAudit(fact("policy.denied", "subject"));
    const gap = store.chainAudit({ links: [{ sequence: 1, position: 2, hash: "00" }] });
    await expect(gap).rejects.toThrow(RangeError);
    expect(await store.findAuditHead()).toBeUndefined();
    const partition = store.reserve({ ...reservation(1), crlPartition: 65_536 });
    await expect(partition).rejects.toThrow("CHECK constraint failed");
    const everything = { reservedBefore: Number.MAX_SAFE_INTEGER, limit: 10 };
    expect(await store.listReservations(everything)).toEqual([]);
  });
});

/** What the calls of {@link growing} change. */
async function everythingIn(store: CertificateStore, number: number): Promise<unknown> {
  const partition = { issuerId, partition: 0 };
  return Promise.all([
    store.find(reservation(number)),
    store.listRevoked({ ...partition, notAfterFrom: 0, limit: 1000 }),
    store.countRevocationChanges(partition),
    store.findBlockedKey(keyOf(`${number}`)),
    store.findCrl({ ...partition, kind: "full" }),
    store.listAudit({ limit: 10_000 }),
    store.findAuditHead(),
  ]);
}

async function issueAndOrder(database: SqliteDatabase, number: number): Promise<void> {
  const [certificates, acme] = [createSqliteCertificateStore(database), createSqliteAcmeStore(database)];
  await certificates.reserve(reservation(number));
  await certificates.complete(completion(reservation(number)));
  const added = authorization(number);
  await acme.createOrder({ order: order(number, [added]), newAuthorizations: [added], now });
  await acme.consumeNonce({ nonce: `nonce-${number}`, expiresAt: now + hour, now });
}

function open(path: string, options: { readOnly?: boolean } = {}): DatabaseSync {
  return new DatabaseSync(path, options);
}

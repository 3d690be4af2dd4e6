import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSqliteAcmeStore } from "../src/acme.ts";
import { createSqliteCertificateStore } from "../src/index.ts";
import { openTwice } from "./databases.ts";
import { account, completion, hour, now, reservation } from "./examples.ts";

describe("group commit", () => {
  let opened: Awaited<ReturnType<typeof openTwice>>;
  beforeEach(async () => {
    opened = await openTwice();
    opened.one.connection.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  });
  afterEach(() => opened.close());

  test("the concurrent transitions of both stores are one commit", async () => {
    const { one, path } = opened;
    const [certificates, acme] = [createSqliteCertificateStore(one), createSqliteAcmeStore(one)];
    const before = one.statistics();
    await Promise.all([
      ...Array.from({ length: 50 }, (_, index) => certificates.reserve(reservation(index))),
      ...Array.from({ length: 50 }, (_, index) => acme.createAccount(account(index))),
      ...Array.from({ length: 50 }, (_, index) =>
        acme.consumeNonce({ nonce: `nonce-${index}`, expiresAt: now + hour, now }),
      ),
    ]);
    const { commits, transitions } = one.statistics();
    expect(commits - before.commits).toBe(1);
    expect(transitions - before.transitions).toBe(150);
    expect(commitsInLog(path)).toBe(1);
  });

  test("transitions that wait for each other are one commit each", async () => {
    const { one, path } = opened;
    const certificates = createSqliteCertificateStore(one);
    await certificates.reserve(reservation(1));
    await certificates.complete(completion(reservation(1)));
    expect(commitsInLog(path)).toBe(2);
  });

  test("more than 256 transitions at once are several commits, so that no turn takes long", async () => {
    const { one, path } = opened;
    const certificates = createSqliteCertificateStore(one);
    await Promise.all(Array.from({ length: 600 }, (_, index) => certificates.reserve(reservation(index))));
    expect(commitsInLog(path)).toBe(3);
  });

  test("a transition that fails is undone alone", async () => {
    const { one, two } = opened;
    const certificates = createSqliteCertificateStore(one);
    const halfway = one.write(() => {
      one.connection.exec(`
        INSERT INTO chancery_audit_entry (at, type, actor, subject, details) VALUES (1, 'half', 'a', 's', '{}')
      `);
      throw new RangeError("halfway");
    });
    const outcomes = await Promise.allSettled([
      certificates.reserve(reservation(1)),
      halfway,
      certificates.reserve(reservation(1)),
      certificates.complete(completion(reservation(2))),
      certificates.complete(completion(reservation(1))),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "rejected",
      "rejected",
      "fulfilled",
    ]);
    expect(outcomes[1]).toMatchObject({ reason: new RangeError("halfway") });
    expect(outcomes[2]).toMatchObject({ reason: { code: "ERR_STORE_CONFLICT" } });
    expect(outcomes[3]).toMatchObject({ reason: { code: "ERR_STORE_NOT_FOUND" } });
    const trail = await createSqliteCertificateStore(two).listAudit({ limit: 10 });
    expect(trail.map(({ type }) => type)).toEqual(["certificate.issued"]);
  });

  test("when SQLite undoes the whole transaction by itself, everyone in it is refused and nothing happened", async () => {
    const { one, two } = opened;
    const certificates = createSqliteCertificateStore(one);
    const outcomes = await Promise.allSettled([
      certificates.reserve(reservation(1)),
      one.write(() => {
        one.connection.exec("ROLLBACK; ROLLBACK");
      }),
      certificates.reserve(reservation(2)),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "ERR_STORE_TRANSIENT" } });
    }
    const everything = { reservedBefore: Number.MAX_SAFE_INTEGER, limit: 10 };
    expect(await createSqliteCertificateStore(two).listReservations(everything)).toEqual([]);
    expect(await certificates.reserve(reservation(1))).toEqual({ outcome: "reserved" });
  });

  test("when the commit itself fails, everyone in it is refused and nothing happened", async () => {
    const { one, two } = opened;
    const certificates = createSqliteCertificateStore(one);
    const outcomes = await Promise.allSettled([
      certificates.reserve(reservation(1)),
      one.write(() => {
        // A foreign key that is checked, and violated, only by COMMIT.
        one.connection.exec(`
          PRAGMA defer_foreign_keys = ON;
          INSERT INTO chancery_acme_order_authorization VALUES ('none', 'none');
        `);
      }),
      certificates.reserve(reservation(2)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    const everything = { reservedBefore: Number.MAX_SAFE_INTEGER, limit: 10 };
    expect(await createSqliteCertificateStore(two).listReservations(everything)).toEqual([]);
    expect(await certificates.reserve(reservation(1))).toEqual({ outcome: "reserved" });
  });

  test("an answer is given only once another connection sees what it says", async () => {
    const { one, two } = opened;
    const [mine, theirs] = [createSqliteCertificateStore(one), createSqliteCertificateStore(two)];
    const seen = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const planned = reservation(index, 1, `request-${index}`);
        await mine.reserve(planned);
        return theirs.findByRequestId(`request-${index}`);
      }),
    );
    expect(seen.map((found) => found?.outcome)).toEqual(Array(20).fill("existing"));
  });
});

/** Counts the frames of the write-ahead log that end a transaction (https://www.sqlite.org/fileformat2.html#walformat). */
function commitsInLog(path: string): number {
  const log = readFileSync(`${path}-wal`);
  const pageSize = log.readUInt32BE(8);
  const salts = log.subarray(16, 24);
  let commits = 0;
  for (let frame = 32; frame < log.length; frame += 24 + pageSize) {
    const isCurrent = log.subarray(frame + 8, frame + 16).equals(salts);
    if (isCurrent && log.readUInt32BE(frame + 4) > 0) commits += 1;
  }
  return commits;
}

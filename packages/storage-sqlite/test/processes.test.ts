import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSqliteAcmeStore } from "../src/acme.ts";
import { createSqliteCertificateStore } from "../src/index.ts";
import { openTwice } from "./databases.ts";
import { account, authorization, hour, keyOf, now, order, reservation } from "./examples.ts";
import { type Child, startProcess } from "./processes/process.ts";

describe("processes on one database", () => {
  let opened: Awaited<ReturnType<typeof openTwice>>;
  beforeEach(async () => {
    opened = await openTwice();
  });
  afterEach(() => opened.close());

  test("two that compete for everything win each thing once (A-053, E-050, E-053, E-054, E-055, case 50, case 114)", async () => {
    const count = 240;
    await offer(count);
    const children = [1, 2].map((series) =>
      startProcess(new URL("./processes/compete.ts", import.meta.url), [
        opened.path,
        `${series}`,
        `${count}`,
      ]),
    );
    await Promise.all(children.map((child) => child.line("ready")));
    for (const child of children) child.send("go");
    const won = await Promise.all(children.map((child) => linesOf(child)));
    expect(await Promise.all(children.map((child) => child.exit()))).toEqual([0, 0]);
    for (const [kind, name] of [
      ["request", (number: number) => `request ${number}`],
      ["nonce", (number: number) => `nonce ${number}`],
      ["order", (number: number) => `order ${number}`],
      ["task", (number: number) => `task authorization-${number + 1000}`],
    ] as const) {
      const things = won.flat().filter((line) => line.startsWith(kind));
      const expected = Array.from({ length: count }, (_, number) => name(number));
      expect(things.toSorted()).toEqual(expected.toSorted());
    }
    expect(won.every((lines) => lines.length > 20)).toBe(true);
    const store = createSqliteCertificateStore(opened.one);
    expect(await store.list({ limit: 1000 })).toHaveLength(count);
    expect(await store.listAudit({ limit: 1000 })).toHaveLength(count);
  }, 60_000);

  test("one that is killed, 30 times over, has kept everything it promised, and nothing by halves (E-052)", async () => {
    await createSqliteAcmeStore(opened.one).createAccount(account(1));
    for (let round = 1; round <= 30; round += 2) {
      const promised = await Promise.all([issueUntilKilled(round), issueUntilKilled(round + 1)]);
      await expectKept(promised.flat());
    }
    const { connection } = opened.one;
    expect(connection.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    expect(connection.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
    const unmatched = connection.prepare(`
      SELECT hex(serial_number) FROM chancery_certificate WHERE certificate IS NOT NULL
      AND (SELECT count(*) FROM chancery_audit_entry WHERE subject = lower(hex(serial_number))) <> 1
    `);
    expect(unmatched.all()).toEqual([]);
    const counts = connection.prepare(`
      SELECT (SELECT count(*) FROM chancery_audit_entry) AS entries,
        (SELECT count(*) FROM chancery_certificate WHERE certificate IS NOT NULL) AS certificates
    `);
    const { entries, certificates } = counts.get() ?? {};
    expect(entries).toBe(certificates);
    const lost = connection.prepare(`
      SELECT id FROM chancery_acme_order WHERE state = 'processing'
      AND id NOT IN (SELECT order_id FROM chancery_acme_finalization_task WHERE due_at IS NOT NULL)
    `);
    expect(lost.all()).toEqual([]);
  }, 120_000);

  test("one that is killed while it revokes, publishes and chains has kept everything it promised, and nothing by halves (B-161, E-052)", async () => {
    const store = createSqliteCertificateStore(opened.one);
    const taken: number[] = [];
    for (let round = 1; round <= 16; round += 2) {
      const promised = await Promise.all([publishUntilKilled(round), publishUntilKilled(round + 1)]);
      taken.push(...numbersOf(promised.flat(), "taken"));
      await expectChangesKept(promised.flat());
    }
    expect(new Set(taken).size).toBe(taken.length);
    expect(await store.takeCrlNumber({ issuerId, at: now })).toBeGreaterThan(Math.max(...taken));
    const { connection } = opened.one;
    expect(connection.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    const changes = connection.prepare(`
      SELECT count(*) AS entries FROM chancery_audit_entry WHERE type = 'certificate.changed'
    `);
    const counted = await store.countRevocationChanges({ issuerId, partition: 0 });
    expect(changes.get()).toEqual({ entries: counted });
    const chain = connection.prepare(`
      SELECT count(*) = max(chain_position) AS whole FROM chancery_audit_entry WHERE chain_position IS NOT NULL
    `);
    expect(chain.get()).toEqual({ whole: 1 });
    const standing = `
      SELECT serial_number FROM chancery_certificate WHERE certificate IS NOT NULL AND revoked_at IS NULL
    `;
    const unreplaced = "SELECT serial_number FROM chancery_unreplaced_certificate";
    expect(connection.prepare(`${standing} EXCEPT ${unreplaced}`).all()).toEqual([]);
    expect(connection.prepare(`${unreplaced} EXCEPT ${standing}`).all()).toEqual([]);
  }, 120_000);

  function issueUntilKilled(round: number): Promise<string[]> {
    return runUntilKilled(new URL("./processes/issue.ts", import.meta.url), round);
  }

  function publishUntilKilled(round: number): Promise<string[]> {
    return runUntilKilled(new URL("./processes/publish.ts", import.meta.url), round);
  }

  /** Starts a process, kills it after it has promised some things, and returns all that it promised. */
  async function runUntilKilled(script: URL, round: number): Promise<string[]> {
    const child = startProcess(script, [opened.path, `${round}`]);
    const promised: string[] = [];
    for await (const line of child.lines) {
      promised.push(line);
      if (promised.length === 1 + ((round * 17) % 90)) child.kill();
    }
    expect(await child.exit()).toBeNull();
    return promised;
  }

  async function offer(count: number): Promise<void> {
    const acme = createSqliteAcmeStore(opened.one);
    await acme.createAccount(account(1));
    for (let number = 0; number < count; number += 1) {
      const [ready, waiting] = [authorization(number, "valid"), authorization(number + 1000)];
      await acme.createOrder({ order: order(number, [ready]), newAuthorizations: [ready, waiting], now });
      const response = { type: "http-01", keyAuthorization: "token.key", now };
      await acme.acceptChallenge({ authorizationId: waiting.id, ...response });
    }
  }

  async function expectChangesKept(promised: readonly string[]): Promise<void> {
    const store = createSqliteCertificateStore(opened.two);
    const chained = await store.listAuditChain({ limit: 100_000 });
    const subjects = (await store.listAudit({ limit: 100_000 })).map(({ subject }) => subject);
    const crl = await store.findCrl({ issuerId, partition: 0, kind: "full" });
    const progress = ["held", "released", "revoked"];
    expect(promised.length).toBeGreaterThan(0);
    for (const line of promised) {
      const [event = "", id = "", hash = ""] = line.split(" ");
      const [series, number] = id.split("-").map(Number);
      const record = await store.find(reservation(number ?? 0, series ?? 0));
      const changes = subjects.filter((subject) => subject === id).length;
      const isKept =
        event === "taken" ||
        (event === "published" && (crl?.number ?? 0) >= Number(id)) ||
        (event === "chained" && chained[Number(id) - 1]?.link.hash === hash) ||
        (progress.includes(event) && changes > progress.indexOf(event));
      const isRevoked = event !== "revoked" || record?.revocation?.reason === "keyCompromise";
      const isBlocked = event !== "revoked" || (await store.findBlockedKey(keyOf(id))) !== undefined;
      expect([line, isKept, isRevoked, isBlocked]).toEqual([line, true, true, true]);
    }
  }

  async function expectKept(promised: readonly string[]): Promise<void> {
    expect(promised.length).toBeGreaterThan(0);
    const [certificates, acme] = [
      createSqliteCertificateStore(opened.two),
      createSqliteAcmeStore(opened.two),
    ];
    const progress = ["ready", "processing", "valid"];
    for (const line of promised) {
      const [event = "", id = ""] = line.split(" ");
      const found = await certificates.findByRequestId(`request-${id}`);
      const placed = await acme.findOrder("directory", `order-${id}`);
      const use = { nonce: `nonce-${id}`, expiresAt: now + hour, now };
      const reached = placed === undefined ? -1 : progress.indexOf(placed.state);
      const isKept =
        (event === "used" && !(await acme.consumeNonce(use))) ||
        (event === "reserved" && found !== undefined) ||
        (event === "issued" && found?.outcome === "issued") ||
        (progress.includes(event) && reached >= progress.indexOf(event));
      expect([line, isKept]).toEqual([line, true]);
    }
  }
});

const { issuerId } = reservation(0);

function numbersOf(lines: readonly string[], event: string): number[] {
  return lines.filter((line) => line.startsWith(`${event} `)).map((line) => Number(line.split(" ")[1]));
}

async function linesOf({ lines }: Child): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

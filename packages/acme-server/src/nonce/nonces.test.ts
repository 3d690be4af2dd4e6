import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemoryAcmeStore } from "../store/memory.ts";
import { createMemoryNonceLedger } from "./memory-ledger.ts";
import type { GenuineNonce, NonceLedger } from "./nonce-ledger.ts";
import { createNonces, type NonceOptions, type Nonces } from "./nonces.ts";
import { createStoredNonceLedger } from "./stored-ledger.ts";

const hour = 3_600_000;
const key = new Uint8Array(32).fill(1);
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

function setUp(changes: Partial<NonceOptions> = {}): { nonces: Nonces; clock: { now: number } } {
  const clock = { now: 1_900_000_000_000 };
  const nonces = createNonces({
    directoryId: "test",
    ledger: createMemoryNonceLedger(64),
    keys: [key],
    lifetime: hour,
    now: () => clock.now,
    random,
    ...changes,
  });
  return { nonces, clock };
}

const badNonce = expect.objectContaining({ name: "AcmeProblem", type: "badNonce", status: 400 }) as unknown;
const use = async (nonces: Nonces, nonce: string | undefined) => nonces.consume(await nonces.check(nonce));

describe.each([
  { name: "the memory ledger", ledger: (): NonceLedger => createMemoryNonceLedger(64) },
  { name: "the stored ledger", ledger: (): NonceLedger => createStoredNonceLedger(createMemoryAcmeStore()) },
])("a nonce over $name", ({ ledger }) => {
  test("is base64url, new each time, and good once (A-052, A-053)", async () => {
    const { nonces } = setUp({ ledger: ledger() });
    const issued = await Promise.all(Array.from({ length: 50 }, () => nonces.issue()));
    expect(new Set(issued).size).toBe(50);
    for (const nonce of issued) {
      expect(nonce).toMatch(/^[A-Za-z0-9_-]{60}$/);
      await use(nonces, nonce);
      await expect(use(nonces, nonce)).rejects.toEqual(badNonce);
    }
  });

  test("is used by exactly one of 100 at the same time (A-053, case 50)", async () => {
    const { nonces } = setUp({ ledger: ledger() });
    const nonce = await nonces.issue();
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => use(nonces, nonce)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("ends with its lifetime (A-053, case 49)", async () => {
    const { nonces, clock } = setUp({ ledger: ledger() });
    const [early, late] = [await nonces.issue(), await nonces.issue()];
    clock.now += hour - 1;
    await use(nonces, early);
    clock.now += 1;
    await expect(use(nonces, late)).rejects.toEqual(badNonce);
  });
});

describe("check", () => {
  test.each([undefined, "", "AAAA", "A".repeat(60), "=".repeat(60), "A".repeat(10_000)])(
    "refuses %s without asking the ledger (A-056, case 49)",
    async (text) => {
      const ledger: NonceLedger = { nextTicket: () => 0, consume: () => expect.unreachable() };
      await expect(setUp({ ledger }).nonces.check(text)).rejects.toEqual(badNonce);
    },
  );

  test("refuses a nonce with any bit changed (case 49)", async () => {
    const { nonces } = setUp();
    const nonce = Buffer.from(await nonces.issue(), "base64url");
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: nonce.length * 8 - 1 }), async (bit) => {
        const forged = Buffer.from(nonce);
        forged.writeUInt8(forged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        await expect(nonces.check(forged.toString("base64url"))).rejects.toEqual(badNonce);
      }),
    );
  });

  test("refuses the nonce of another directory under the same key (case 49)", async () => {
    const nonce = await setUp({ directoryId: "other" }).nonces.issue();
    await expect(setUp().nonces.check(nonce)).rejects.toEqual(badNonce);
  });

  test("takes nonces under the previous key, and none under a retired one (case 49)", async () => {
    const [first, second, third] = [1, 2, 3].map((octet) => new Uint8Array(32).fill(octet));
    const keys = (...ring: (Uint8Array | undefined)[]) => ({ keys: ring.filter((one) => one !== undefined) });
    const old = await setUp(keys(first)).nonces.issue();
    await expect(setUp(keys(second, first)).nonces.check(old)).resolves.toMatchObject({ text: old });
    await expect(setUp(keys(third, second)).nonces.check(old)).rejects.toEqual(badNonce);
  });

  test("allows for a clock five minutes ahead on another replica, and no more (E-060, case 127)", async () => {
    const { nonces, clock } = setUp();
    const nonce = await nonces.issue();
    clock.now -= 5 * 60_000;
    await expect(nonces.check(nonce)).resolves.toMatchObject({ text: nonce });
    clock.now -= 1;
    await expect(nonces.check(nonce)).rejects.toEqual(badNonce);
  });

  test("tells the ledger when the nonce can be forgotten", async () => {
    const { nonces, clock } = setUp();
    const { expiresAt } = await nonces.check(await nonces.issue());
    expect(expiresAt).toBe(clock.now + hour);
  });
});

describe("createMemoryNonceLedger", () => {
  const genuine = (ticket: number): GenuineNonce => ({ text: "", ticket, expiresAt: 0 });
  const consume = (ledger: NonceLedger, ticket: number) => ledger.consume(genuine(ticket), 0);

  test("forgets the oldest and refuses it, however many are issued (A-056, E-090, case 53)", async () => {
    const ledger = createMemoryNonceLedger(64);
    const tickets = Array.from({ length: 100 }, () => ledger.nextTicket());
    const outcomes = await Promise.all(tickets.map((ticket) => consume(ledger, ticket)));
    expect(outcomes.map(Number)).toEqual([...Array<number>(36).fill(0), ...Array<number>(64).fill(1)]);
  });

  test("refuses tickets that were never issued", async () => {
    const ledger = createMemoryNonceLedger(64);
    expect(await consume(ledger, 0)).toBe(false);
    ledger.nextTicket();
    expect(await consume(ledger, 1)).toBe(false);
    expect(await consume(ledger, 0)).toBe(true);
  });

  test("lets each ticket through at most once, whatever the order (model)", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constant("issue"), fc.nat({ max: 200 })), { maxLength: 300 }),
        async (steps) => {
          const ledger = createMemoryNonceLedger(64);
          const used = new Set<number>();
          let issued = 0;
          for (const step of steps) {
            if (step === "issue") {
              issued = ledger.nextTicket() + 1;
              continue;
            }
            const ticket = step;
            const fresh = ticket < issued && ticket >= issued - 64 && !used.has(ticket);
            expect(await consume(ledger, ticket)).toBe(fresh);
            if (fresh) used.add(ticket);
          }
        },
      ),
    );
  });
});

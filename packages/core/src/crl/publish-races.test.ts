import type { CertificateRecord } from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { createClock, now, root } from "../../test/support/authority.ts";
import { numbersOf, readPublished } from "../../test/support/crl-publisher.ts";
import { createFailingStore, type Transition } from "../../test/support/failing-store.ts";
import { issueLeaf, releaseLeaf, revokeLeaf } from "../../test/support/leaf.ts";
import { parseDistribution } from "../profile/distribution.ts";
import type { CertificateStore } from "../store/certificate-store.ts";
import { type CrlPublisher, type CrlPublisherOptions, createCrlPublisher } from "./publish.ts";

const { issuer } = await root;
const at = now.getTime();
const day = 86_400_000;
const delta = { validity: "P1D" };

let store: CertificateStore;
let time: ReturnType<typeof createClock>;

beforeEach(() => {
  store = createMemoryCertificateStore();
  time = createClock();
});

function createPublisher(changes: Partial<CrlPublisherOptions> = {}): CrlPublisher {
  return createCrlPublisher({
    issuers: () => [issuer],
    store,
    clock: time.clock,
    actor: "application:tests",
    ...changes,
  });
}

const read = (kind: "delta" | "full" = "full") => readPublished(createPublisher(), issuer, { kind });
const issue = (serialNumber: string): Promise<CertificateRecord> =>
  issueLeaf(store, issuer, { serialNumber });

async function publishedNumbers(): Promise<readonly string[]> {
  const entries = await store.listAudit({ limit: 1000 });
  return entries.filter(({ type }) => type === "crl.published").map(({ details }) => details["number"] ?? "");
}

/** A store that does something else before one of its transitions is carried out. */
function interrupted(transition: Transition, interrupt: () => Promise<unknown>): CertificateStore {
  let isDone = false;
  const before = async <Answer>(perform: () => Promise<Answer>): Promise<Answer> => {
    if (!isDone) {
      isDone = true;
      await interrupt();
    }
    return perform();
  };
  return {
    ...store,
    ...(transition === "listRevoked" && { listRevoked: (query) => before(() => store.listRevoked(query)) }),
    ...(transition === "takeCrlNumber" && {
      takeCrlNumber: (query) => before(() => store.takeCrlNumber(query)),
    }),
    ...(transition === "publishCrl" && { publishCrl: (crl) => before(() => store.publishCrl(crl)) }),
  };
}

describe("B-161: several replicas", () => {
  test("that publish at once never use a number twice, and the greatest stands", async () => {
    const certificate = await issue("0a");
    await revokeLeaf(store, certificate, { at });
    const replicas = Array.from({ length: 8 }, () => createPublisher({ options: { delta } }));
    const answers = await Promise.all(replicas.map((replica) => replica.publish({ force: true })));
    const numbers = await publishedNumbers();
    expect(new Set(numbers).size).toBe(numbers.length);
    const [full, change] = [await read(), await read("delta")];
    for (const [{ number } = { number: 0 }] of answers)
      expect(number).toBeLessThanOrEqual(full.record.number);
    expect(numbersOf(full)).toEqual(["0a"]);
    expect(numbersOf(change)).toEqual([]);
    // Whoever came last found nothing to do, or does so now.
    for (const replica of replicas) await replica.publish();
    expect((await read("delta")).record.baseNumber).toBe((await read()).record.number);
  });

  test.each(["takeCrlNumber", "listRevoked", "publishCrl"] as const)(
    "one that publishes while another is before its %s: nothing is lost",
    async (transition) => {
      const certificate = await issue("0a");
      const fast = createPublisher();
      const slow = createPublisher({
        store: interrupted(transition, async () => {
          await revokeLeaf(store, certificate, { at });
          await fast.publish();
        }),
      });
      const [answer] = await slow.publish();
      const standing = await read();
      expect(answer).toEqual(standing.record);
      expect(numbersOf(standing)).toEqual(["0a"]);
      // What was counted before the revocation makes a CRL due again, whatever is on it.
      for (const publisher of [fast, slow]) await publisher.publish();
      const { record, entries } = await read();
      expect(entries).toHaveLength(1);
      expect(record.changes).toBe(1);
      const numbers = (await publishedNumbers()).map(Number);
      expect(numbers).toEqual(numbers.toSorted((left, right) => left - right));
      expect(new Set(numbers).size).toBe(numbers.length);
    },
  );

  test("the slower one gets what stands, and appends nothing to the audit trail", async () => {
    const fast = createPublisher();
    const heard: number[] = [];
    const slow = createPublisher({
      store: interrupted("publishCrl", () => fast.publish()),
      onPublished: ({ number }) => heard.push(number),
    });
    const [answer] = await slow.publish();
    expect(answer?.number).toBe(at + 1);
    expect(await publishedNumbers()).toEqual([`${at + 1}`]);
    expect(heard).toEqual([]);
  });

  test.each([
    { why: "what it has stays", after: async () => {}, expected: ["0a"] },
    { why: "a hold that it has and that has ended is taken back", after: releaseLeaf, expected: ["-0a"] },
  ])(
    "B-164, B-165: a delta of an older base that is later than the next base is replaced: $why",
    async ({ after, expected }) => {
      const certificate = await issue("0a");
      const fast = createPublisher({ options: { delta } });
      await fast.publish();
      const slow = createPublisher({
        options: { delta },
        store: interrupted("publishCrl", async () => {
          await revokeLeaf(store, certificate, { at, reason: "certificateHold" });
          expect((await fast.publish()).map(({ kind }) => kind)).toEqual(["delta"]);
          await after(store, certificate);
        }),
      });
      const [full, change] = await slow.publish({ force: true });
      expect([change?.kind, change?.baseNumber]).toEqual(["delta", full?.number]);
      expect((await read("delta")).record).toEqual(change);
      expect(numbersOf(await read())).toEqual([]);
      expect(numbersOf(await read("delta"))).toEqual(expected);
    },
  );

  test("B-165: no delta builds on a full CRL that a replica with other options has published", async () => {
    const fast = createPublisher();
    const slow = createPublisher({
      options: { delta },
      distribution: parseDistribution({
        crl: "http://lab.example/crl",
        deltaCrl: "http://lab.example/delta",
      }),
      store: interrupted("publishCrl", () => fast.publish()),
    });
    expect((await slow.publish()).map(({ kind }) => kind)).toEqual(["full"]);
    expect((await read()).issuingDistributionPoint).toBeUndefined();
    expect(await fast.find({ issuerId: issuer.id, kind: "delta" })).toBeUndefined();
    expect((await slow.publish()).map(({ kind }) => kind)).toEqual(["full", "delta"]);
  });

  test("calls in one process follow one another: the second finds nothing to do", async () => {
    const publisher = createPublisher();
    const [first, second] = await Promise.all([publisher.publish(), publisher.publish()]);
    expect([first?.length, second?.length]).toEqual([1, 0]);
  });

  test("a revocation between count and list is on the CRL, and one after the list on the next", async () => {
    const [during, after] = [await issue("0a"), await issue("0b")];
    const publisher = createPublisher({
      store: interrupted("listRevoked", () => revokeLeaf(store, during, { at })),
    });
    await publisher.publish();
    expect([numbersOf(await read()), (await read()).record.changes]).toEqual([["0a"], 0]);
    const late = createPublisher({
      store: interrupted("publishCrl", () => revokeLeaf(store, after, { at })),
    });
    await late.publish();
    expect([numbersOf(await read()), (await read()).record.changes]).toEqual([["0a"], 1]);
    await createPublisher().publish();
    expect([numbersOf(await read()), (await read()).record.changes]).toEqual([["0a", "0b"], 2]);
  });
});

describe("B-161: a process that is killed", () => {
  const steps: readonly Transition[] = [
    "findCrl",
    "countRevocationChanges",
    "takeCrlNumber",
    "listRevoked",
    "publishCrl",
  ];
  const kills = steps.flatMap((step) => (["before", "after"] as const).map((moment) => ({ step, moment })));

  test.each(kills)(
    "$moment $step leaves a CRL that is whole, and the next round ends well",
    async ({ step, moment }) => {
      const [first, second] = [await issue("0a"), await issue("0b")];
      await revokeLeaf(store, first, { at });
      await createPublisher().publish();
      const before = await read();
      await revokeLeaf(store, second, { at });

      const failing = createFailingStore(store);
      failing.failNext(step, moment);
      const killed = createPublisher({ store: failing });
      await expect(killed.publish()).rejects.toMatchObject({ code: "ERR_STORE_TRANSIENT" });
      const isPublished = step === "publishCrl" && moment === "after";
      expect((await read()).record.number > before.record.number).toBe(isPublished);
      expect(numbersOf(await read())).toEqual(isPublished ? ["0a", "0b"] : ["0a"]);

      const next = await createPublisher().publish();
      expect(next).toHaveLength(isPublished ? 0 : 1);
      expect(numbersOf(await read())).toEqual(["0a", "0b"]);
      const numbers = (await publishedNumbers()).map(Number);
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(Math.max(...numbers)).toBe((await read()).record.number);
      expect(await publishedNumbers()).toHaveLength(2);
    },
  );

  test("between a full CRL and its delta leaves the delta to the next round", async () => {
    const failing = createFailingStore(store);
    const publisher = createPublisher({ store: failing, options: { delta } });
    await publisher.publish();
    const full = { ...failing, publishCrl: refuseDeltas(failing) };
    await expect(
      createPublisher({ store: full, options: { delta } }).publish({ force: true }),
    ).rejects.toThrow("killed");
    expect((await read("delta")).record.baseNumber).toBeLessThan((await read()).record.number);
    expect((await publisher.publish()).map(({ kind }) => kind)).toEqual(["delta"]);
    expect((await read("delta")).record.baseNumber).toBe((await read()).record.number);
  });

  function refuseDeltas(inner: CertificateStore): CertificateStore["publishCrl"] {
    return async (crl) => {
      if (crl.kind === "delta") throw new Error("killed");
      return inner.publishCrl(crl);
    };
  }
});

describe("B-167: a clock that steps back", () => {
  test("gives greater numbers, and no earlier thisUpdate", async () => {
    const publisher = createPublisher({ options: { delta } });
    await publisher.publish();
    const seen = [await read(), await read("delta")];
    time = createClock(new Date(at - 30 * 60_000));
    const back = createPublisher({ options: { delta } });
    await back.publish({ force: true });
    seen.push(await read(), await read("delta"));
    const numbers = seen.map(({ record }) => record.number);
    expect(numbers).toEqual([at, at + 1, at + 2, at + 3]);
    expect(seen.map(({ thisUpdate }) => thisUpdate)).toEqual([at, at, at, at]);
  });

  test("is no reason to publish, and does not date a revocation before what is out", async () => {
    const certificate = await issue("0a");
    await createPublisher().publish();
    time = createClock(new Date(at - 30 * 60_000));
    const back = createPublisher();
    expect(await back.publish()).toEqual([]);
    await revokeLeaf(store, certificate, { at: at - 30 * 60_000 });
    await back.publish();
    expect((await read()).entries).toEqual([{ serialNumber: "0a", revokedAt: at }]);
    time = createClock(new Date(at + day));
    await createPublisher().publish({ force: true });
    expect((await read()).entries).toEqual([{ serialNumber: "0a", revokedAt: at }]);
  });

  test("far is left behind: what is made then is valid at once, and leaves nothing out", async () => {
    time = createClock(new Date(at + 365 * day));
    await createPublisher().publish({ force: true });
    time = createClock(new Date(at));
    const certificate = await issue("0a");
    await revokeLeaf(store, certificate, { at });
    const back = createPublisher();
    expect(await back.publish()).toHaveLength(1);
    const list = await read();
    expect(list.thisUpdate).toBe(at);
    expect(list.entries).toMatchObject([{ serialNumber: "0a" }]);
    expect(await back.publish()).toEqual([]);
    await back.publish({ force: true });
    expect((await read()).entries).toHaveLength(1);
  });

  test("by what clocks may differ loses no certificate that has not ended", async () => {
    time = createClock(new Date(at + 10 * 60_000));
    const certificate = await issueLeaf(store, issuer, { serialNumber: "0a", notAfter: at + 5 * 60_000 });
    await revokeLeaf(store, certificate, { at });
    await createPublisher().publish({ force: true });
    time = createClock(new Date(at));
    await createPublisher().publish({ force: true });
    expect((await read()).entries).toMatchObject([{ serialNumber: "0a" }]);
  });

  test("does not change the date under which a delta was the first to list a revocation", async () => {
    const certificate = await issue("0a");
    const publishAt = async (instant: number): Promise<void> => {
      time = createClock(new Date(instant));
      await createPublisher({ options: { delta } }).publish();
    };
    await publishAt(at);
    await publishAt(at + day / 2);
    await revokeLeaf(store, certificate, { at: at + 1000 });
    await publishAt(at + 1000);
    const listed = [{ serialNumber: "0a", revokedAt: at + day / 2 }];
    expect((await read("delta")).entries).toEqual(listed);
    await publishAt(at + 4 * day);
    expect((await read()).entries).toEqual(listed);
  });

  test("B-164: nor is a hold or its release lost", async () => {
    const certificate = await issue("0a");
    await revokeLeaf(store, certificate, { at, reason: "certificateHold" });
    await createPublisher({ options: { delta } }).publish();
    time = createClock(new Date(at - 30 * 60_000));
    await releaseLeaf(store, certificate);
    await createPublisher({ options: { delta } }).publish();
    expect(numbersOf(await read("delta"))).toEqual(["-0a"]);
  });
});

describe("D-031: a store that was restored from a backup", () => {
  test("B-161: uses no number again, and none less than one that is out", async () => {
    // The same history twice: one store goes on, the other is what the backup has of it.
    const backup = createMemoryCertificateStore();
    for (const each of [store, backup]) {
      const certificate = await issueLeaf(each, issuer, { serialNumber: "0a" });
      await revokeLeaf(each, certificate, { at });
      await createPublisher({ store: each, options: { delta } }).publish();
    }
    time.advance("PT1H");
    await createPublisher({ options: { delta } }).publish({ force: true });
    await createPublisher({ options: { delta } }).publish({ force: true });
    const out = await publishedNumbers();
    const greatest = Math.max(...out.map(Number));

    time.advance("PT1M");
    store = backup;
    const earlier = await publishedNumbers();
    await createPublisher({ options: { delta } }).publish({ force: true });
    const again = (await publishedNumbers()).slice(earlier.length);
    expect(again).toHaveLength(2);
    for (const number of again) {
      expect(out).not.toContain(number);
      expect(Number(number)).toBeGreaterThan(greatest);
    }
    expect(numbersOf(await read())).toEqual(["0a"]);
    expect((await read()).thisUpdate).toBe(at + 3_660_000);
  });
});

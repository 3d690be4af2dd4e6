import { describe, expect, test } from "vitest";
import type { AuditFact, CertificateStore, ChainedAuditEntry } from "../store/certificate-store.ts";
import { createMemoryCertificateStore } from "../store/memory.ts";
import { exportAudit } from "./export.ts";
import { extendAuditChain } from "./extend.ts";
import { verifyAuditChain } from "./verify.ts";

function fact(number: number): AuditFact {
  return {
    at: 1_900_000_000_000 + number,
    type: "certificate.issued",
    actor: "operator:anna",
    subject: `serial ${number}`,
    details: { profile: "tlsServer", identifiers: `dns:${number}.lab.example` },
  };
}

async function createTrail(length: number): Promise<CertificateStore> {
  const store = createMemoryCertificateStore();
  for (let number = 1; number <= length; number += 1) await store.appendAudit(fact(number));
  return store;
}

/** A store whose chain reads as if someone had changed the rows behind its back. */
function tampered(
  store: CertificateStore,
  change: (entries: readonly ChainedAuditEntry[]) => readonly ChainedAuditEntry[],
): CertificateStore {
  return {
    ...store,
    async listAuditChain({ after = 0, limit }) {
      const all = await store.listAuditChain({ limit: 1000 });
      return change(all)
        .filter(({ link }) => link.position > after)
        .slice(0, limit);
    },
  };
}

describe("extendAuditChain", () => {
  test("gives every entry its place, once", async () => {
    const store = await createTrail(600);
    expect(await extendAuditChain(store)).toBe(600);
    expect(await extendAuditChain(store)).toBe(0);
    await store.appendAudit(fact(601));
    expect(await verifyAuditChain(store)).toMatchObject({ intact: true, chained: 600, unchained: 1 });
    expect(await extendAuditChain(store)).toBe(1);
    const chained = await store.listAuditChain({ limit: 1000 });
    expect(chained.map(({ link }) => link.position)).toEqual(chained.map((_, index) => index + 1));
    expect(chained.map(({ sequence }) => sequence)).toEqual(
      chained.map(({ sequence }) => sequence).toSorted((left, right) => left - right),
    );
  });

  test("in 8 replicas at once gives one chain without a fork", async () => {
    const store = await createTrail(1000);
    const counts = await Promise.all(Array.from({ length: 8 }, () => extendAuditChain(store)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect(await verifyAuditChain(store)).toMatchObject({ intact: true, chained: 1000, unchained: 0 });
  });
});

describe("verifyAuditChain", () => {
  test("finds an empty trail intact", async () => {
    expect(await verifyAuditChain(createMemoryCertificateStore())).toEqual({
      intact: true,
      chained: 0,
      unchained: 0,
    });
  });

  const alterations: readonly { what: string; entry: Partial<ChainedAuditEntry> }[] = [
    { what: "the time", entry: { at: 1 } },
    { what: "the type", entry: { type: "certificate.revoked" } },
    { what: "the actor", entry: { actor: "operator:mallory" } },
    { what: "the subject", entry: { subject: "serial 9" } },
    { what: "a detail", entry: { details: { profile: "tlsServer", identifiers: "dns:evil.example" } } },
    { what: "a detail more", entry: { details: { ...fact(5).details, more: "" } } },
    { what: "a detail less", entry: { details: { profile: "tlsServer" } } },
    { what: "the sequence", entry: { sequence: 17 } },
    { what: "its hash", entry: { link: { position: 5, hash: "00".repeat(32) } } },
  ];

  test.each(alterations)("D-049: finds that $what of an entry was altered", async ({ entry }) => {
    const store = await createTrail(10);
    await extendAuditChain(store);
    const broken = tampered(store, (all) => all.with(4, { ...all[4], ...entry } as ChainedAuditEntry));
    const found = await verifyAuditChain(broken);
    expect(found).toMatchObject({ intact: false, chained: 4, fault: { position: 5 } });
  });

  test("D-049: finds that an entry was deleted, moved or repeated, wherever it stood", async () => {
    const store = await createTrail(10);
    await extendAuditChain(store);
    for (const position of [1, 5, 9]) {
      const index = position - 1;
      const deleted = await verifyAuditChain(tampered(store, (all) => all.toSpliced(index, 1)));
      expect(deleted).toMatchObject({ intact: false, fault: { position } });
      const swapped = await verifyAuditChain(
        tampered(store, (all) => {
          const [one, other] = [all[index], all[index + 1]] as [ChainedAuditEntry, ChainedAuditEntry];
          return all.with(index, { ...other, link: one.link }).with(index + 1, { ...one, link: other.link });
        }),
      );
      expect(swapped).toMatchObject({ intact: false, fault: { position } });
      const repeated = await verifyAuditChain(
        tampered(store, (all) => all.toSpliced(index, 0, all[index] as ChainedAuditEntry)),
      );
      expect(repeated).toMatchObject({ intact: false, fault: { position: position + 1 } });
    }
  });

  test("finds a chain that was cut at its end, or written anew, by a head that was kept elsewhere", async () => {
    const store = await createTrail(10);
    await extendAuditChain(store);
    const { head } = await verifyAuditChain(store);
    if (head === undefined) throw new Error("there is no head");
    const cut = tampered(store, (all) => all.slice(0, 8));
    expect(await verifyAuditChain(cut)).toMatchObject({ intact: true, chained: 8 });
    expect(await verifyAuditChain(cut, { known: [head] })).toMatchObject({
      intact: false,
      fault: { position: 10, message: "the chain ends at position 8, position 10 was there before" },
    });

    const forged = await createTrail(9);
    await forged.appendAudit(fact(99));
    await extendAuditChain(forged);
    expect(await verifyAuditChain(forged)).toMatchObject({ intact: true });
    expect(await verifyAuditChain(forged, { known: [head] })).toMatchObject({
      intact: false,
      fault: { position: 10 },
    });
    expect(await verifyAuditChain(store, { known: [head] })).toMatchObject({ intact: true });
  });
});

test("D-049: a forged head among those that are known does not hide an honest one", async () => {
  const store = await createTrail(5);
  await extendAuditChain(store);
  const { head } = await verifyAuditChain(store);
  const honest = { position: 5, hash: "11".repeat(32) };
  for (const known of [[honest], [honest, head], [head, honest], [{ position: 0, hash: "" }]])
    expect(await verifyAuditChain(store, { known: known as never })).toMatchObject({ intact: false });
  const shouted = { position: 5, hash: head?.hash.toUpperCase() ?? "" };
  expect(await verifyAuditChain(store, { known: [shouted] })).toMatchObject({ intact: true });
});

test("exportAudit leaves nothing out, however much is not chained yet", async () => {
  const store = await createTrail(2300);
  expect(await verifyAuditChain(store)).toMatchObject({ intact: true, chained: 0, unchained: 2300 });
  let lines = 0;
  for await (const _ of exportAudit(store)) lines += 1;
  expect(lines).toBe(2300);
});

test("exportAudit writes what anyone can recompute the chain from", async () => {
  const store = await createTrail(3);
  await extendAuditChain(store);
  await store.appendAudit(fact(4));
  const lines: string[] = [];
  for await (const line of exportAudit(store)) lines.push(line);
  expect(lines.every((line) => line.endsWith("\n"))).toBe(true);
  const entries = lines.map((line) => JSON.parse(line));
  expect(entries.map(({ position }) => position)).toEqual([1, 2, 3, undefined]);

  let previous = "";
  for (const { position, sequence, at, type, actor, subject, details, hash } of entries.slice(0, 3)) {
    const sorted = Object.keys(details)
      .toSorted()
      .map((name) => [name, details[name]]);
    const text = JSON.stringify([previous, position, sequence, Date.parse(at), type, actor, subject, sorted]);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    expect(Buffer.from(digest).toString("hex")).toBe(hash);
    previous = hash;
  }
});

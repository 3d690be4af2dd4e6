import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { now, root } from "../../test/support/authority.ts";
import { anyEntry, createCrl, encodeEntries } from "../../test/support/crl.ts";
import type { RevokedCertificate } from "../store/certificate-store.ts";
import { readEntries } from "./entry-reader.ts";
import {
  type BuiltEntries,
  buildDeltaList,
  buildFullList,
  type EarlierLists,
  insertRemovals,
} from "./list-builder.ts";
import { type CertificateRevocationList, parseCertificateRevocationList } from "./parse.ts";

const { issuer } = await root;
const hour = 3_600_000;
/** The full list before was issued at {@link now}, the delta list after it an hour later. */
const at = now.getTime();

const none: EarlierLists = { full: undefined, delta: undefined };

async function published(
  entries: readonly RevokedCertificate[],
  kind: "delta" | "full" = "full",
): Promise<CertificateRevocationList> {
  const delta = { baseCrlNumber: 1n, crlNumber: 2n, thisUpdate: at + hour };
  const crl = await createCrl(issuer, { entries, ...(kind === "delta" && delta) });
  return parseCertificateRevocationList(crl);
}

function entriesOf({ encodedEntries, count }: BuiltEntries): readonly RevokedCertificate[] {
  const entries = [...readEntries(encodedEntries, true)];
  expect(entries).toHaveLength(count);
  return entries;
}

function full(earlier: EarlierLists, ...pages: readonly (readonly RevokedCertificate[])[]): BuiltEntries {
  const builder = buildFullList(earlier);
  for (const page of pages) builder.add(page);
  return builder.finish();
}

function delta(
  earlier: EarlierLists & { readonly full: CertificateRevocationList },
  ...pages: readonly (readonly RevokedCertificate[])[]
): BuiltEntries {
  const builder = buildDeltaList(earlier);
  for (const page of pages) builder.add(page);
  return builder.finish();
}

const a: RevokedCertificate = { serialNumber: "0a", revokedAt: at - hour };
const b: RevokedCertificate = { serialNumber: "0b", revokedAt: at - hour, reason: "certificateHold" };
const c: RevokedCertificate = { serialNumber: "0c", revokedAt: at - hour, reason: "keyCompromise" };
const ascending = fc
  .uniqueArray(anyEntry, { selector: ({ serialNumber }) => serialNumber, maxLength: 30 })
  .map((entries) => entries.toSorted((left, right) => (left.serialNumber < right.serialNumber ? -1 : 1)));

describe("buildFullList", () => {
  test("B-160: lists everything, page after page, with its times cut to seconds", () => {
    const built = full(none, [{ ...a, revokedAt: at + 999 }, b], [], [c]);
    expect(entriesOf(built)).toEqual([{ ...a, revokedAt: at }, b, c]);
    expect(built.gone).toEqual([]);
    expect(full(none)).toEqual({ encodedEntries: new Uint8Array(), count: 0, gone: [] });
  });

  test("B-164: a released hold is not on it any more, a hold that became another reason has that", async () => {
    const earlier = { full: await published([a, b, c]), delta: undefined };
    expect(entriesOf(full(earlier, [a, c]))).toEqual([a, c]);
    const revoked = { ...b, reason: "superseded" } as const;
    expect(entriesOf(full(earlier, [a, revoked, c]))).toEqual([a, revoked, c]);
  });

  test("B-167: an entry that is new is not dated before the lists that are out", async () => {
    const earlier = { full: await published([a]), delta: await published([], "delta") };
    const late = { ...c, revokedAt: at + 2 * hour };
    expect(entriesOf(full(earlier, [a, b, late]))).toEqual([a, { ...b, revokedAt: at + hour }, late]);
    expect(entriesOf(full({ ...earlier, delta: undefined }, [a, b, late]))).toEqual([
      a,
      { ...b, revokedAt: at },
      late,
    ]);
  });

  test("B-167: an entry keeps the date under which it was published, on a delta list too", async () => {
    const onFull = { ...b, revokedAt: at };
    const onDelta = { ...c, revokedAt: at + hour };
    const earlier = { full: await published([a, onFull]), delta: await published([onDelta], "delta") };
    expect(entriesOf(full(earlier, [a, b, c]))).toEqual([a, onFull, onDelta]);
    // Another reason, the same revocation: the date stays.
    expect(entriesOf(full(earlier, [{ ...b, reason: "superseded" }]))).toEqual([
      { ...onFull, reason: "superseded" },
    ]);
  });

  test("B-164, B-167: a second hold after a release has its own date", async () => {
    const again = { ...b, revokedAt: at + 2 * hour };
    expect(entriesOf(full({ full: await published([b]), delta: undefined }, [again]))).toEqual([again]);
    // Released for a delta list half an hour ago, and put on hold again before the last one, by a transaction that came to be
    // seen after it.
    const removal = { ...b, revokedAt: at + hour / 2, reason: "removeFromCRL" } as const;
    const earlier = { full: await published([b]), delta: await published([removal], "delta") };
    expect(entriesOf(full(earlier, [{ ...b, revokedAt: at }]))).toEqual([{ ...b, revokedAt: at + hour }]);
  });

  test("lists any certificates after any others, whatever is on both", async () => {
    const property = fc.asyncProperty(ascending, ascending, async (before, present) => {
      const earlier = {
        full: await published(before.filter(({ reason }) => reason !== "removeFromCRL")),
        delta: undefined,
      };
      const entries = entriesOf(full(earlier, present));
      expect(entries.map(withoutDate)).toEqual(present.map(withoutDate));
      for (const [index, { revokedAt }] of entries.entries())
        expect(revokedAt).toBeGreaterThanOrEqual(present[index]?.revokedAt ?? 0);
    });
    await fc.assert(property, { numRuns: 50 });
  });
});

describe("buildDeltaList, RFC 5280 section 5.2.4", () => {
  test("B-165: what has not changed is not on it, what was revoked since is", async () => {
    const earlier = { full: await published([a]), delta: undefined };
    const revoked = { ...c, revokedAt: at + hour };
    expect(entriesOf(delta(earlier, [a, revoked]))).toEqual([revoked]);
    expect(delta(earlier, [a])).toEqual({ encodedEntries: new Uint8Array(), count: 0, gone: [] });
  });

  test.each([
    { why: "another reason", now: { ...b, reason: "superseded" as const } },
    { why: "no reason any more", now: { serialNumber: b.serialNumber, revokedAt: b.revokedAt } },
    { why: "an invalidity date", now: { ...b, invalidityDate: at } },
  ])("B-164, B-165: $why is a change, under the date of the hold", async ({ now: changed }) => {
    const earlier = { full: await published([a, b]), delta: undefined };
    expect(entriesOf(delta(earlier, [a, changed]))).toEqual([changed]);
  });

  test("B-164, B-165: a hold that has gone is reported with its place, anything else that has gone is not", async () => {
    const earlier = { full: await published([a, b, c]), delta: undefined };
    const other = { serialNumber: "0aff", revokedAt: at };
    const built = delta(earlier, [other, { serialNumber: "0d", revokedAt: at }]);
    expect(built.gone).toEqual([{ serialNumber: "0b", offset: encodeEntries([other]).length }]);
    const removal = { serialNumber: "0b", offset: built.gone[0]?.offset ?? 0, removedAt: at };
    expect([...readEntries(insertRemovals(built, [removal]), true)]).toEqual([
      other,
      { serialNumber: "0b", revokedAt: at, reason: "removeFromCRL" },
      { serialNumber: "0d", revokedAt: at },
    ]);
  });

  test("B-164, B-165: a hold that only the last delta list has is reported when it has gone", async () => {
    const earlier = { full: await published([a]), delta: await published([b, c], "delta") };
    expect(delta(earlier, [a]).gone).toEqual([{ serialNumber: "0b", offset: 0 }]);
  });

  test("B-164, B-165: what the last delta list has removed stays removed, under its date", async () => {
    const removal = { ...b, revokedAt: at + hour, reason: "removeFromCRL" } as const;
    const earlier = { full: await published([a, b]), delta: await published([removal], "delta") };
    expect(delta(earlier, [a]).gone).toEqual([{ serialNumber: "0b", offset: 0, removedAt: at + hour }]);
  });

  test("B-165: what the last delta list says something about is on the next, unchanged or as it was in the base again", async () => {
    const change = { ...b, reason: "superseded" } as const;
    const earlier = { full: await published([a, b]), delta: await published([change], "delta") };
    expect(entriesOf(delta(earlier, [a, change]))).toEqual([change]);
    const removal = { ...b, revokedAt: at + hour, reason: "removeFromCRL" } as const;
    const released = { full: await published([a, b]), delta: await published([removal], "delta") };
    expect(entriesOf(delta(released, [a, b]))).toEqual([{ ...b, revokedAt: at + hour }]);
  });

  test("B-167: an entry that is new is not dated before the lists that are out, and then keeps its date", async () => {
    const base = await published([a]);
    const first = entriesOf(delta({ full: base, delta: undefined }, [a, c]));
    expect(first).toEqual([{ ...c, revokedAt: at }]);
    const earlier = { full: base, delta: await published(first, "delta") };
    expect(entriesOf(delta(earlier, [a, c]))).toEqual(first);
  });

  test("B-165: the base and a delta list are together the present full list, for any changes between them", async () => {
    const property = fc.asyncProperty(ascending, ascending, fc.nat(29), async (before, changes, kept) => {
      const base = before.filter(({ reason }) => reason !== "removeFromCRL");
      const present = mergeInto(
        base.slice(kept),
        changes.filter(({ reason }) => reason !== "removeFromCRL"),
      );
      const earlier = { full: await published(base), delta: undefined };
      const built = delta(earlier, present.slice(0, 7), present.slice(7));
      const removals = built.gone.map((gone) => ({ ...gone, removedAt: at }));
      const combined = new Map(base.map((entry) => [entry.serialNumber, entry]));
      const order: string[] = [];
      for (const entry of readEntries(insertRemovals(built, removals), true)) {
        order.push(entry.serialNumber);
        if (entry.reason === "removeFromCRL") combined.delete(entry.serialNumber);
        else combined.set(entry.serialNumber, entry);
      }
      expect(order).toEqual(order.toSorted());
      const complete = entriesOf(full(earlier, present));
      const isExpired = ({ serialNumber, reason }: RevokedCertificate) =>
        reason !== "certificateHold" && !present.some((entry) => entry.serialNumber === serialNumber);
      expect(byNumber([...combined.values()].filter((entry) => !isExpired(entry)))).toEqual(complete);
    });
    await fc.assert(property, { numRuns: 100 });
  });
});

function withoutDate(entry: RevokedCertificate): object {
  return { ...entry, revokedAt: undefined };
}

describe("insertRemovals", () => {
  test("B-165: puts each into its place, whatever order they come in", () => {
    const encoded = encodeEntries([a, c]);
    const middle = encodeEntries([a]).length;
    const removals = [
      { serialNumber: "0d", offset: encoded.length, removedAt: at },
      { serialNumber: "0bff", offset: middle, removedAt: at },
      { serialNumber: "0b", offset: middle, removedAt: at },
      // Out of order in a list that does not ascend: the place counts.
      { serialNumber: "ff", offset: 0, removedAt: at },
    ];
    const inserted = insertRemovals({ encodedEntries: encoded, count: 2, gone: [] }, removals);
    expect([...readEntries(inserted, true)].map(({ serialNumber }) => serialNumber)).toEqual([
      ...["ff", "0a", "0b", "0bff", "0c", "0d"],
    ]);
  });
});

function mergeInto(
  base: readonly RevokedCertificate[],
  changes: readonly RevokedCertificate[],
): readonly RevokedCertificate[] {
  const merged = new Map([...base, ...changes].map((entry) => [entry.serialNumber, entry]));
  return byNumber([...merged.values()]);
}

function byNumber(entries: readonly RevokedCertificate[]): readonly RevokedCertificate[] {
  return entries.toSorted((left, right) => (left.serialNumber < right.serialNumber ? -1 : 1));
}

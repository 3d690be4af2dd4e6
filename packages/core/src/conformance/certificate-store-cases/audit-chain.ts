import { encodeHex } from "../../encoding/hex.ts";
import type { AuditEntry, AuditLink, CertificateStore } from "../../store/certificate-store.ts";
import { expectEqual, expectStoreError, tally } from "../expect.ts";
import { type ConformanceCases, nextTurn, race } from "../harness.ts";
import { fact, issue, reservation, wholeTrail, wholeTrailOfFacts } from "./examples.ts";

/** {@link CertificateStore.appendAudit} and the hash chain over the audit trail. */
export const auditChainCases: ConformanceCases<CertificateStore> = {
  "appendAudit: appends a fact of its own, among those of the transitions": async ({ store, replica }) => {
    const refusal = { ...fact("policy.denied", "dns:example.test", 4), details: { "": "no rule" } };
    await store.appendAudit(refusal);
    await issue(replica, reservation(1));
    await replica.appendAudit(refusal);
    const facts = await wholeTrailOfFacts(store);
    expectEqual([facts.length, facts[0], facts[2]], [3, refusal, refusal], "the audit trail");
  },

  "listUnchainedAudit: lists entries without a place in the chain, those appended first first": async ({
    store,
    replica,
  }) => {
    const [first, second, third, fourth] = await append(store, 4);
    expectEqual(await replica.listUnchainedAudit({ limit: 2 }), [first, second], "the first two");
    const after = second?.sequence ?? 0;
    expectEqual((await replica.listUnchainedAudit({ after, limit: 9 }))[0], third, "those after the second");
    await chain(replica, [second, third]);
    expectEqual(await store.listUnchainedAudit({ limit: 9 }), [first, fourth], "those left");
    await chain(store, [fourth, first]);
    expectEqual(await replica.listUnchainedAudit({ limit: 9 }), [], "in the end");
  },

  "chainAudit: gives entries their places; they are listed in the order of the chain, with their links":
    async ({ store, replica }) => {
      const [first, second, third] = await append(store, 3);
      expectEqual(await replica.listAuditChain({ limit: 9 }), [], "before");
      const links = await chain(store, [second, first]);
      const chained = [
        { ...second, link: links[0] },
        { ...first, link: links[1] },
      ];
      expectEqual(await replica.listAuditChain({ limit: 9 }), chained, "the chain");
      const trail = [chained[1], chained[0], third];
      expectEqual(await wholeTrail(replica), trail, "the trail, in the order in which entries were appended");
      const [added] = await chain(replica, [third]);
      const whole = [...chained, { ...third, link: added }];
      expectEqual(await store.listAuditChain({ limit: 9 }), whole, "the longer chain");
      for (const after of [0, 1, 2, 3]) {
        expectEqual(await store.listAuditChain({ after, limit: 1 }), whole.slice(after, after + 1), "a page");
      }
    },

  "findAuditHead: finds the last link; undefined while nothing is chained": async ({ store, replica }) => {
    const entries = await append(store, 3);
    expectEqual(await replica.findAuditHead(), undefined, "before");
    for (const entry of entries) {
      const [link] = await chain(store, [entry]);
      expectEqual(await replica.findAuditHead(), link, "the head");
    }
  },

  "chainAudit: of 16 concurrent callers with one head exactly one gets `chained`, the others `stale` (E-054)":
    async (opened) => {
      const entries = await append(opened.store, 40);
      for (const begun of [0, 4]) {
        if (begun > 0) await chain(opened.replica, entries.slice(-begun));
        const head = await opened.store.findAuditHead();
        const length = head?.position ?? 0;
        const outcomes = await race(opened, 16, (handle, index) => {
          const mine = entries.slice(length + (index % 3), length + (index % 3) + 2);
          return handle.chainAudit({
            ...(head && { head }),
            links: linksAfter(head, mine, `caller ${index}`),
          });
        });
        expectEqual(tally(outcomes), { chained: 1, stale: 15 }, `the outcomes after ${length} links`);
        const winner = outcomes.indexOf("chained");
        const won = entries.slice(length + (winner % 3), length + (winner % 3) + 2);
        const chained = await opened.replica.listAuditChain({ after: length, limit: 100 });
        expectEqual(
          chained.map(({ sequence, link }) => ({ sequence, ...link })),
          linksAfter(head, won, `caller ${winner}`),
          "the chain, of the winner alone",
        );
      }
    },

  "chainAudit: a head that is not the last link is `stale` and nothing is stored": async ({
    store,
    replica,
  }) => {
    const [first, second, third] = await append(store, 3);
    const invented = { position: 1, hash: hashOf("invented") };
    const early = { head: invented, links: linksAfter(invented, [first], "early") };
    expectEqual(await store.chainAudit(early), "stale", "a head while nothing is chained");
    const [one] = await chain(store, [first]);
    const [two] = await chain(store, [second]);
    if (one === undefined || two === undefined) throw new Error("nothing was chained");
    for (const [head, why] of [
      [undefined, "no head"],
      [one, "the link before the last"],
      [{ ...two, hash: one.hash }, "another hash"],
      [{ ...two, position: 1 }, "another position"],
      [{ position: 3, hash: two.hash }, "a position past the last"],
    ] as const) {
      const links = linksAfter(head, [third], "stale");
      expectEqual(await replica.chainAudit({ ...(head && { head }), links }), "stale", why);
    }
    expectEqual(await store.findAuditHead(), two, "the head");
    expectEqual(await store.listUnchainedAudit({ limit: 9 }), [third], "what is left");
  },

  "chainAudit: an entry that is absent or has a place is ERR_STORE_CONFLICT and nothing is stored": async ({
    store,
    replica,
  }) => {
    const [first, second, third] = await append(store, 3);
    await chain(store, [first]);
    const head = await store.findAuditHead();
    const absent = third && { ...third, sequence: third.sequence + 1000 };
    for (const [entries, why] of [
      [[second, absent], "an entry that is absent"],
      [[second, first], "an entry that has a place"],
      [[second, third, second], "an entry twice"],
    ] as const) {
      const attempt = replica.chainAudit({
        ...(head && { head }),
        links: linksAfter(head, entries, "conflict"),
      });
      await expectStoreError(attempt, "ERR_STORE_CONFLICT", why);
    }
    expectEqual(await store.findAuditHead(), head, "the head");
    expectEqual(await store.listUnchainedAudit({ limit: 9 }), [second, third], "what is left");
    expectEqual((await store.listAuditChain({ limit: 9 })).length, 1, "the chain");
  },

  "chainAudit: two that chain while others write give every entry one place, without a gap": async (
    opened,
  ) => {
    let writing = true;
    const write = race(opened, 40, (handle, index) => issue(handle, reservation(index))).finally(() => {
      writing = false;
    });
    const outcomes: string[] = [];
    const follow = async (handle: CertificateStore): Promise<void> => {
      for (let last = false; !last; ) {
        last = !writing;
        const head = await handle.findAuditHead();
        const entries = await handle.listUnchainedAudit({ limit: 5 });
        await nextTurn();
        if (entries.length === 0) continue;
        last = false;
        const links = linksAfter(head, entries, "chained");
        outcomes.push(await handle.chainAudit({ ...(head && { head }), links }).catch(() => "conflict"));
        if (outcomes.length > 1000) throw new Error("the chain does not come to an end");
      }
    };
    await Promise.all([write, follow(opened.store), follow(opened.replica)]);
    const chained = await opened.store.listAuditChain({ limit: 100 });
    expectEqual(
      chained.map(({ link }) => link.position),
      Array.from({ length: 40 }, (_, index) => index + 1),
      "the positions",
    );
    expectEqual(new Set(chained.map(({ sequence }) => sequence)).size, 40, "different entries");
    expectEqual(chained.at(-1)?.link, await opened.replica.findAuditHead(), "the head");
  },
};

/** Appends facts and returns their entries. */
async function append(store: CertificateStore, count: number): Promise<readonly AuditEntry[]> {
  for (let variant = 0; variant < count; variant += 1) {
    await store.appendAudit(fact("policy.denied", `subject ${variant}`, variant));
  }
  return wholeTrail(store);
}

/** Chains entries after the last link and returns their places. */
async function chain(
  store: CertificateStore,
  entries: readonly (AuditEntry | undefined)[],
): Promise<readonly AuditLink[]> {
  const head = await store.findAuditHead();
  const links = linksAfter(head, entries, "chained");
  expectEqual(await store.chainAudit({ ...(head && { head }), links }), "chained", "the outcome");
  return links.map(({ position, hash }) => ({ position, hash }));
}

/** The links of these entries after a head; `by` tells several callers apart. */
function linksAfter(
  head: AuditLink | undefined,
  entries: readonly (AuditEntry | undefined)[],
  by: string,
): (AuditLink & { readonly sequence: number })[] {
  return entries.map((entry, index) => {
    const position = (head?.position ?? 0) + index + 1;
    return { sequence: entry?.sequence ?? -1, position, hash: hashOf(`${by} ${position}`) };
  });
}

/** 32 octets that say what they stand for. */
function hashOf(text: string): string {
  return encodeHex(new TextEncoder().encode(text.slice(0, 32).padEnd(32)));
}

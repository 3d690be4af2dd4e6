import { StoreError } from "../errors.ts";
import type {
  AuditEntry,
  AuditFact,
  AuditLink,
  CertificateStore,
  ChainedAuditEntry,
} from "./certificate-store.ts";
import { copyFact } from "./memory-copies.ts";

/** The audit trail of a store in memory. */
export interface MemoryTrail {
  /** Appends a fact; part of the transition that calls it. */
  append(fact: AuditFact): void;
  readonly methods: Pick<
    CertificateStore,
    "appendAudit" | "chainAudit" | "findAuditHead" | "listAudit" | "listAuditChain" | "listUnchainedAudit"
  >;
}

/** Creates an empty trail. */
export function createMemoryTrail(): MemoryTrail {
  /** The entry with sequence n stands at n - 1, the link with position n likewise. */
  const facts: AuditFact[] = [];
  const chain: { readonly sequence: number; readonly link: AuditLink }[] = [];
  const links = new Map<number, AuditLink>();
  /** Sequences, in the order in which they were appended. */
  const unchained = new Set<number>();

  const entryAt = (sequence: number): AuditEntry[] => {
    const [fact, link] = [facts[sequence - 1], links.get(sequence)];
    return fact === undefined ? [] : [{ ...copyFact(fact), sequence, ...(link && { link: { ...link } }) }];
  };

  function append(fact: AuditFact): void {
    facts.push(copyFact(fact));
    unchained.add(facts.length);
  }

  function chainAudit({
    head,
    links: added,
  }: Parameters<CertificateStore["chainAudit"]>[0]): "chained" | "stale" {
    const last = chain.at(-1)?.link;
    if (head?.position !== last?.position || head?.hash !== last?.hash) return "stale";
    assertContinues(chain.length, added);
    const sequences = new Set(added.map(({ sequence }) => sequence));
    if (sequences.size < added.length || !added.every(({ sequence }) => unchained.has(sequence))) {
      throw new StoreError(
        "ERR_STORE_CONFLICT",
        "an audit entry is absent or has its place in the chain already",
      );
    }
    for (const { sequence, position, hash } of added) {
      const link = { position, hash };
      chain.push({ sequence, link });
      links.set(sequence, link);
      unchained.delete(sequence);
    }
    return "chained";
  }

  return Object.freeze<MemoryTrail>({
    append,
    methods: {
      appendAudit: async (fact) => append(fact),
      listAudit: async ({ after = 0, limit }) =>
        facts.slice(after, after + limit).flatMap((_, index) => entryAt(after + index + 1)),
      listUnchainedAudit: async ({ after = 0, limit }) =>
        firstAfter(unchained, after, limit).flatMap(entryAt),
      listAuditChain: async ({ after = 0, limit }) =>
        chain.slice(after, after + limit).flatMap(({ sequence }) => entryAt(sequence).filter(isChained)),
      findAuditHead: async () => {
        const last = chain.at(-1);
        return last && { ...last.link };
      },
      chainAudit: async (extension) => chainAudit(extension),
    },
  });
}

/** A gap would be a place that no entry can ever take. */
function assertContinues(length: number, links: readonly AuditLink[]): void {
  for (const [index, { position }] of links.entries()) {
    const expected = length + index + 1;
    if (position !== expected) throw new RangeError(`link at position ${position}, expected ${expected}`);
  }
}

function isChained(entry: AuditEntry): entry is ChainedAuditEntry {
  return entry.link !== undefined;
}

/** Sequences in ascending order, beginning after one of them. */
function firstAfter(sequences: Iterable<number>, after: number, limit: number): number[] {
  const found: number[] = [];
  for (const sequence of sequences) {
    if (found.length === limit) break;
    if (sequence > after) found.push(sequence);
  }
  return found;
}

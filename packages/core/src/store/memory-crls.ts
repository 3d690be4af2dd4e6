import type { CertificateStore, CrlPartition, CrlRecord, PublishCrlOutcome } from "./certificate-store.ts";
import type { MemoryTrail } from "./memory-audit.ts";
import { copyCrl } from "./memory-copies.ts";

/** The CRLs of a store in memory, and what is counted for them. */
export interface MemoryCrls {
  /** Counts a change of a partition; part of the transition that calls it. */
  countChange(partition: CrlPartition): void;
  readonly methods: Pick<
    CertificateStore,
    "countRevocationChanges" | "findCrl" | "listCrlPartitions" | "publishCrl" | "takeCrlNumber"
  >;
}

/** Creates the CRLs of a store that has none. */
export function createMemoryCrls(trail: MemoryTrail): MemoryCrls {
  const latest = new Map<string, CrlRecord>();
  const numbers = new Map<string, number>();
  const changes = new Map<string, number>();
  const changed = new Map<string, CrlPartition>();

  function takeCrlNumber({ issuerId, at }: { readonly issuerId: string; readonly at: number }): number {
    const number = Math.max(at, (numbers.get(issuerId) ?? Number.NEGATIVE_INFINITY) + 1);
    numbers.set(issuerId, number);
    return number;
  }

  function publishCrl(publication: Parameters<CertificateStore["publishCrl"]>[0]): PublishCrlOutcome {
    const kept = latest.get(keyOf(publication));
    if (kept !== undefined && publication.number <= kept.number) return "superseded";
    latest.set(keyOf(publication), copyCrl(publication));
    trail.append(publication.audit);
    return "published";
  }

  return Object.freeze<MemoryCrls>({
    countChange(partition) {
      const key = partitionKey(partition);
      changes.set(key, (changes.get(key) ?? 0) + 1);
      changed.set(key, { issuerId: partition.issuerId, partition: partition.partition });
    },
    methods: {
      takeCrlNumber: async (query) => takeCrlNumber(query),
      countRevocationChanges: async (partition) => changes.get(partitionKey(partition)) ?? 0,
      publishCrl: async (publication) => publishCrl(publication),
      findCrl: async (query) => {
        const found = latest.get(keyOf(query));
        return found && copyCrl(found);
      },
      listCrlPartitions: async (issuerId) => {
        const published = [...latest.values()].filter((crl) => crl.kind === "full");
        const partitions = [...published, ...changed.values()]
          .filter((one) => one.issuerId === issuerId)
          .map(({ partition }) => partition);
        return [...new Set(partitions)].sort((left, right) => left - right);
      },
    },
  });
}

function keyOf({ kind, ...partition }: CrlPartition & { readonly kind: CrlRecord["kind"] }): string {
  return `${kind} ${partitionKey(partition)}`;
}

function partitionKey({ issuerId, partition }: CrlPartition): string {
  return `${issuerId} ${partition}`;
}

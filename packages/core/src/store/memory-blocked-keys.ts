import type { BlockedKey, BlockKeyOutcome, CertificateStore } from "./certificate-store.ts";
import type { MemoryTrail } from "./memory-audit.ts";
import { copyBlock } from "./memory-copies.ts";

/** The blocked keys of a store in memory. */
export interface MemoryBlockedKeys {
  /** Finds the block of a key, as a copy. */
  find(publicKeyHash: string): BlockedKey | undefined;
  /** Blocks a key that is not blocked; part of the transition that calls it. */
  add(block: BlockedKey): void;
  readonly methods: Pick<CertificateStore, "blockKey" | "findBlockedKey">;
}

/** Creates a store's blocked keys: none. */
export function createMemoryBlockedKeys(trail: MemoryTrail): MemoryBlockedKeys {
  const blocks = new Map<string, BlockedKey>();

  function find(publicKeyHash: string): BlockedKey | undefined {
    const found = blocks.get(publicKeyHash);
    return found && copyBlock(found);
  }

  function add(block: BlockedKey): void {
    if (!blocks.has(block.publicKeyHash)) blocks.set(block.publicKeyHash, copyBlock(block));
  }

  function blockKey({ audit, ...block }: Parameters<CertificateStore["blockKey"]>[0]): BlockKeyOutcome {
    const standing = find(block.publicKeyHash);
    if (standing !== undefined) return { outcome: "alreadyBlocked", block: standing };
    add(block);
    trail.append(audit);
    return { outcome: "blocked" };
  }

  return Object.freeze<MemoryBlockedKeys>({
    find,
    add,
    methods: {
      blockKey: async (block) => blockKey(block),
      findBlockedKey: async (publicKeyHash) => find(publicKeyHash),
    },
  });
}

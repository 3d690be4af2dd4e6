import type { CertificateStore } from "./certificate-store.ts";
import { createMemoryTrail } from "./memory-audit.ts";
import { createMemoryBlockedKeys } from "./memory-blocked-keys.ts";
import { copyRecord } from "./memory-copies.ts";
import { createMemoryCrls } from "./memory-crls.ts";
import { createMemoryInventory } from "./memory-inventory.ts";
import { createMemoryIssuance } from "./memory-issuance.ts";
import { createMemoryRevocation } from "./memory-revocation.ts";

/**
 * Creates a certificate store that lives in this process and forgets everything with it: the reference for every
 * other store, and what tests use.
 *
 * Each transition runs to its end within one turn, so concurrent callers meet in the order of their calls.
 */
export function createMemoryCertificateStore(): CertificateStore {
  const trail = createMemoryTrail();
  const crls = createMemoryCrls(trail);
  const blockedKeys = createMemoryBlockedKeys(trail);
  const inventory = createMemoryInventory();
  return Object.freeze<CertificateStore>({
    ...createMemoryIssuance({ inventory, blockedKeys, trail }),
    ...createMemoryRevocation({ inventory, blockedKeys, crls, trail }),
    ...blockedKeys.methods,
    ...crls.methods,
    ...trail.methods,
    find: async (key) => {
      const record = inventory.find(key);
      return record && copyRecord(record);
    },
    list: async (query) => inventory.list(query),
    listRevoked: async (query) => inventory.listRevoked(query),
  });
}

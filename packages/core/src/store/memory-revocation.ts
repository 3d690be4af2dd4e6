import type {
  CertificateRecord,
  CertificateStore,
  ReleaseOutcome,
  ReleaseTransition,
  RevocationFacts,
  RevocationTransition,
  RevokeOutcome,
} from "./certificate-store.ts";
import type { MemoryTrail } from "./memory-audit.ts";
import type { MemoryBlockedKeys } from "./memory-blocked-keys.ts";
import { copyRecord, copyRevocation } from "./memory-copies.ts";
import type { MemoryCrls } from "./memory-crls.ts";
import type { MemoryInventory } from "./memory-inventory.ts";

/** What revocation works with in memory. */
export interface MemoryRevocationParts {
  readonly inventory: MemoryInventory;
  readonly blockedKeys: MemoryBlockedKeys;
  readonly crls: MemoryCrls;
  readonly trail: MemoryTrail;
}

/** Creates the transitions of revocation in memory. */
export function createMemoryRevocation({
  inventory,
  blockedKeys,
  crls,
  trail,
}: MemoryRevocationParts): Pick<CertificateStore, "release" | "revoke"> {
  function keep(record: CertificateRecord): CertificateRecord {
    const { issuerId, crlPartition: partition } = record;
    inventory.replace(record);
    crls.countChange({ issuerId, partition });
    return copyRecord(record);
  }

  function revoke({
    issuerId,
    serialNumber,
    blockKey,
    audit,
    ...facts
  }: RevocationTransition): RevokeOutcome {
    const record = inventory.find({ issuerId, serialNumber });
    if (record === undefined) return { outcome: "notFound" };
    const { revocation: former, publicKeyHash } = record;
    if (former !== undefined && !makesFinal(former, facts)) {
      return { outcome: "alreadyRevoked", record: copyRecord(record) };
    }
    const revocation = { ...copyRevocation(facts), revokedAt: former?.revokedAt ?? facts.revokedAt };
    const revoked = keep({ ...record, revocation });
    if (blockKey !== undefined) {
      blockedKeys.add({ publicKeyHash, blockedAt: facts.revokedAt, reason: blockKey });
    }
    trail.append(audit);
    return { outcome: "revoked", record: revoked };
  }

  function release({ issuerId, serialNumber, audit }: ReleaseTransition): ReleaseOutcome {
    const record = inventory.find({ issuerId, serialNumber });
    if (record === undefined) return { outcome: "notFound" };
    const { revocation, ...valid } = record;
    if (!isHold(revocation)) return { outcome: "notHeld", record: copyRecord(record) };
    const released = keep(valid);
    trail.append(audit);
    return { outcome: "released", record: released };
  }

  return {
    revoke: async (revocation) => revoke(revocation),
    release: async (transition) => release(transition),
  };
}

function makesFinal(former: RevocationFacts, facts: RevocationFacts): boolean {
  return isHold(former) && !isHold(facts);
}

function isHold(revocation: RevocationFacts | undefined): boolean {
  return revocation?.reason === "certificateHold";
}

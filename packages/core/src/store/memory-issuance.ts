import { StoreError } from "../errors.ts";
import type {
  CertificateRecord,
  CertificateStore,
  Completion,
  EarlierOutcome,
  Reservation,
  ReserveOutcome,
} from "./certificate-store.ts";
import type { MemoryTrail } from "./memory-audit.ts";
import type { MemoryBlockedKeys } from "./memory-blocked-keys.ts";
import { copyRecord, copyReservation } from "./memory-copies.ts";
import type { MemoryInventory } from "./memory-inventory.ts";

/** What issuance works with in memory. */
export interface MemoryIssuanceParts {
  readonly inventory: MemoryInventory;
  readonly blockedKeys: MemoryBlockedKeys;
  readonly trail: MemoryTrail;
}

/** Creates the transitions of issuance in memory. */
export function createMemoryIssuance({
  inventory,
  blockedKeys,
  trail,
}: MemoryIssuanceParts): Pick<
  CertificateStore,
  "complete" | "findByRequestId" | "listReservations" | "reserve"
> {
  const reservations = new Map<string, Reservation>();
  const keysByRequestId = new Map<string, Key>();

  function outcomeOf(key: Key): EarlierOutcome | undefined {
    const reservation = reservations.get(textOf(key));
    if (reservation !== undefined) return { outcome: "existing", reservation: copyReservation(reservation) };
    const record = inventory.find(key);
    return record && { outcome: "issued", record: copyRecord(record) };
  }

  function findByRequestId(requestId: string | undefined): EarlierOutcome | undefined {
    const key = requestId === undefined ? undefined : keysByRequestId.get(requestId);
    return key && outcomeOf(key);
  }

  function reserve(reservation: Reservation): ReserveOutcome {
    const { issuerId, serialNumber, requestId, publicKeyHash } = reservation;
    const winner = findByRequestId(requestId);
    if (winner !== undefined) return winner;
    const block = blockedKeys.find(publicKeyHash);
    if (block !== undefined) return { outcome: "keyBlocked", block };
    const text = textOf(reservation);
    if (reservations.has(text) || inventory.find({ issuerId, serialNumber }) !== undefined) {
      const message = `serial number ${serialNumber} of issuer ${issuerId} is taken`;
      throw new StoreError("ERR_STORE_CONFLICT", message);
    }
    reservations.set(text, copyReservation(reservation));
    if (requestId !== undefined) keysByRequestId.set(requestId, { issuerId, serialNumber });
    return { outcome: "reserved" };
  }

  function complete(completion: Completion): CertificateRecord {
    const { issuerId, serialNumber, certificate, fingerprint, issuedAt, audit } = completion;
    const winner = inventory.find({ issuerId, serialNumber });
    if (winner !== undefined) return copyRecord(winner);
    const text = textOf(completion);
    const reservation = reservations.get(text);
    if (reservation === undefined) {
      const message = `serial number ${serialNumber} of issuer ${issuerId} is not reserved`;
      throw new StoreError("ERR_STORE_NOT_FOUND", message);
    }
    if (blockedKeys.find(reservation.publicKeyHash) !== undefined) {
      const message = `the key of serial number ${serialNumber} of issuer ${issuerId} was blocked after its reservation`;
      throw new StoreError("ERR_STORE_STALE", message);
    }
    if (inventory.find({ fingerprint }) !== undefined) {
      throw new StoreError("ERR_STORE_CONFLICT", `fingerprint ${fingerprint} is taken`);
    }
    const record = copyRecord({ ...reservation, certificate, fingerprint, issuedAt });
    reservations.delete(text);
    inventory.add(record);
    trail.append(audit);
    return copyRecord(record);
  }

  function listReservations({
    reservedBefore,
    after,
    limit,
  }: Parameters<CertificateStore["listReservations"]>[0]): Reservation[] {
    return [...reservations.values()]
      .filter((one) => one.reservedAt < reservedBefore && (after === undefined || byAge(one, after) > 0))
      .sort(byAge)
      .slice(0, limit)
      .map(copyReservation);
  }

  return {
    reserve: async (reservation) => reserve(reservation),
    complete: async (completion) => complete(completion),
    findByRequestId: async (requestId) => findByRequestId(requestId),
    listReservations: async (query) => listReservations(query),
  };
}

/** Oldest first; ties by serial number, then by issuer. */
function byAge(left: Aged, right: Aged): number {
  if (left.reservedAt !== right.reservedAt) return left.reservedAt - right.reservedAt;
  const [one, other] = [textOf(left), textOf(right)];
  return one === other ? 0 : one < other ? -1 : 1;
}

type Aged = Pick<Reservation, "issuerId" | "reservedAt" | "serialNumber">;

interface Key {
  readonly issuerId: string;
  readonly serialNumber: string;
}

/** Sorts as the octets of the serial number, then of the issuer id: the full stop is less than every hexadecimal digit. */
function textOf({ serialNumber, issuerId }: Key): string {
  return `${serialNumber}.${issuerId}`;
}

import { StoreError } from "../errors.ts";
import type {
  AuditEntry,
  AuditFact,
  CertificateKey,
  CertificateQuery,
  CertificateRecord,
  CertificateStore,
  Completion,
  PlannedCertificate,
  Reservation,
  ReserveOutcome,
  RevocationTransition,
  RevokeOutcome,
} from "./certificate-store.ts";

/**
 * Creates a certificate store that lives in this process and forgets everything with it: the reference for every
 * other store, and what tests use.
 *
 * Each transition runs to its end within one turn, so concurrent callers meet in the order of their calls.
 */
export function createMemoryCertificateStore(): CertificateStore {
  const memory: Memory = {
    reservations: new Map(),
    records: new Map(),
    issued: [],
    keysByRequestId: new Map(),
    keysByFingerprint: new Map(),
    trail: [],
  };
  return Object.freeze<CertificateStore>({
    reserve: async (reservation) => reserve(memory, reservation),
    complete: async (completion) => complete(memory, completion),
    revoke: async (revocation) => revoke(memory, revocation),
    findByRequestId: async (requestId) => findByRequestId(memory, requestId),
    find: async (key) => find(memory, key),
    list: async (query) => list(memory, query),
    listReservations: async (query) => listReservations(memory, query),
    listAudit: async ({ after = 0, limit }) =>
      memory.trail
        .slice(after, after + limit)
        .map((entry) => ({ ...copyFact(entry), sequence: entry.sequence })),
  });
}

interface Memory {
  readonly reservations: Map<string, Reservation>;
  readonly records: Map<string, CertificateRecord>;
  /** The keys of `records`, ascending. */
  readonly issued: string[];
  readonly keysByRequestId: Map<string, string>;
  readonly keysByFingerprint: Map<string, string>;
  readonly trail: AuditEntry[];
}

function reserve(memory: Memory, reservation: Reservation): ReserveOutcome {
  const { issuerId, serialNumber, requestId } = reservation;
  const winner = requestId === undefined ? undefined : findByRequestId(memory, requestId);
  if (winner !== undefined) return winner;
  const key = keyOf(reservation);
  if (outcomeOf(memory, key) !== undefined) {
    throw new StoreError(
      "ERR_STORE_CONFLICT",
      `serial number ${serialNumber} of issuer ${issuerId} is taken`,
    );
  }
  memory.reservations.set(key, copyReservation(reservation));
  if (requestId !== undefined) memory.keysByRequestId.set(requestId, key);
  return { outcome: "reserved" };
}

type EarlierOutcome = Exclude<ReserveOutcome, { outcome: "reserved" }>;

function findByRequestId(memory: Memory, requestId: string): EarlierOutcome | undefined {
  const key = memory.keysByRequestId.get(requestId);
  return key === undefined ? undefined : outcomeOf(memory, key);
}

function outcomeOf({ reservations, records }: Memory, key: string): EarlierOutcome | undefined {
  const reservation = reservations.get(key);
  if (reservation !== undefined) return { outcome: "existing", reservation: copyReservation(reservation) };
  const record = records.get(key);
  return record && { outcome: "issued", record: copyRecord(record) };
}

function complete(memory: Memory, completion: Completion): CertificateRecord {
  const { issuerId, serialNumber, fingerprint, audit } = completion;
  const key = keyOf(completion);
  const winner = memory.records.get(key);
  if (winner !== undefined) return copyRecord(winner);
  const reservation = memory.reservations.get(key);
  if (reservation === undefined) {
    const message = `serial number ${serialNumber} of issuer ${issuerId} is not reserved`;
    throw new StoreError("ERR_STORE_NOT_FOUND", message);
  }
  if (memory.keysByFingerprint.has(fingerprint)) {
    throw new StoreError("ERR_STORE_CONFLICT", `fingerprint ${fingerprint} is taken`);
  }
  const record = copyRecord({ ...reservation, ...completion });
  memory.reservations.delete(key);
  memory.records.set(key, record);
  memory.issued.splice(positionAfter(memory.issued, key), 0, key);
  memory.keysByFingerprint.set(fingerprint, key);
  append(memory, audit);
  return copyRecord(record);
}

function revoke(
  memory: Memory,
  { revokedAt, reason, audit, ...certificate }: RevocationTransition,
): RevokeOutcome {
  const key = keyOf(certificate);
  const record = memory.records.get(key);
  if (record === undefined) return { outcome: "notFound" };
  if (record.revocation !== undefined) return { outcome: "alreadyRevoked", record: copyRecord(record) };
  const revoked = { ...record, revocation: { revokedAt, ...(reason !== undefined && { reason }) } };
  memory.records.set(key, revoked);
  append(memory, audit);
  return { outcome: "revoked", record: copyRecord(revoked) };
}

function append({ trail }: Memory, fact: AuditFact): void {
  trail.push({ ...copyFact(fact), sequence: trail.length + 1 });
}

function find({ records, keysByFingerprint }: Memory, key: CertificateKey): CertificateRecord | undefined {
  const found = "fingerprint" in key ? keysByFingerprint.get(key.fingerprint) : keyOf(key);
  const record = found === undefined ? undefined : records.get(found);
  return record && copyRecord(record);
}

function list(
  { records, issued }: Memory,
  { after, limit, identifier }: CertificateQuery,
): CertificateRecord[] {
  const page: CertificateRecord[] = [];
  let position = after === undefined ? 0 : positionAfter(issued, keyOf(after));
  for (; position < issued.length && page.length < limit; position += 1) {
    const record = records.get(issued[position] ?? "");
    if (record !== undefined && carries(record, identifier)) page.push(copyRecord(record));
  }
  return page;
}

function listReservations(
  { reservations }: Memory,
  { reservedBefore, limit }: { readonly reservedBefore: number; readonly limit: number },
): Reservation[] {
  return [...reservations.values()]
    .filter(({ reservedAt }) => reservedAt < reservedBefore)
    .sort((left, right) => left.reservedAt - right.reservedAt || (keyOf(left) < keyOf(right) ? -1 : 1))
    .slice(0, limit)
    .map(copyReservation);
}

/** Sorts as the octets of the serial number, then of the issuer id: the full stop is less than every hexadecimal digit. */
function keyOf({ serialNumber, issuerId }: { serialNumber: string; issuerId: string }): string {
  return `${serialNumber}.${issuerId}`;
}

/** Finds where in ascending keys the first one after `key` stands. */
function positionAfter(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? "") <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function carries({ identifiers }: CertificateRecord, wanted: CertificateQuery["identifier"]): boolean {
  return (
    wanted === undefined ||
    identifiers.some(({ type, value }) => type === wanted.type && value === wanted.value)
  );
}

// Not slice(): a Buffer's slice is the same memory.
function copyReservation(reservation: Reservation): Reservation {
  const { tbsCertificate, reservedAt } = reservation;
  return { ...copyPlanned(reservation), tbsCertificate: new Uint8Array(tbsCertificate), reservedAt };
}

function copyRecord(record: CertificateRecord): CertificateRecord {
  const { certificate, fingerprint, issuedAt, revocation } = record;
  return {
    ...copyPlanned(record),
    certificate: new Uint8Array(certificate),
    fingerprint,
    issuedAt,
    ...(revocation !== undefined && { revocation: { ...revocation } }),
  };
}

function copyPlanned(planned: PlannedCertificate): PlannedCertificate {
  const { issuerId, serialNumber, requestId, requestHash, requester } = planned;
  const { profile, identifiers, publicKeyHash, notBefore, notAfter } = planned;
  return {
    issuerId,
    serialNumber,
    ...(requestId !== undefined && { requestId }),
    requestHash,
    requester: { kind: requester.kind, id: requester.id },
    profile,
    identifiers: identifiers.map(({ type, value }) => ({ type, value })),
    publicKeyHash,
    notBefore,
    notAfter,
  };
}

function copyFact({ at, type, actor, subject, details }: AuditFact): AuditFact {
  return { at, type, actor, subject, details: { ...details } };
}

import type {
  CertificateKey,
  CertificateQuery,
  CertificateRecord,
  CrlPartition,
  RevokedCertificate,
  RevokedQuery,
} from "./certificate-store.ts";
import { meetsConditions } from "./memory-conditions.ts";
import { copyRecord, copyRevocation } from "./memory-copies.ts";
import { identifierSetLabel, labelsOf, labelsWanted } from "./memory-labels.ts";
import { addSorted, itemsAfter, removeSorted } from "./sorted-list.ts";

/** The issued certificates of a store in memory. */
export interface MemoryInventory {
  /** Finds a certificate; what is kept, not a copy. */
  find(key: CertificateKey): CertificateRecord | undefined;
  /** Takes in a certificate whose serial number and fingerprint are not there. */
  add(record: CertificateRecord): void;
  /** Keeps what is known of a certificate afterwards; only its revocation may differ. */
  replace(record: CertificateRecord): void;
  list(query: CertificateQuery): CertificateRecord[];
  listRevoked(query: RevokedQuery): RevokedCertificate[];
}

/** Creates an empty inventory. */
export function createMemoryInventory(): MemoryInventory {
  const records = new Map<string, CertificateRecord>();
  const keysByFingerprint = new Map<string, string>();
  // All by issuance but `expiring`.
  const issued: Place[] = [];
  const expiring: Place[] = [];
  const labelled = new Map<string, Place[]>();
  const revoked = new Map<string, Place[]>();

  function find(key: CertificateKey): CertificateRecord | undefined {
    const found = "fingerprint" in key ? keysByFingerprint.get(key.fingerprint) : keyOf(key);
    return found === undefined ? undefined : records.get(found);
  }

  function add(record: CertificateRecord): void {
    const { serialNumber, issuerId, notAfter } = record;
    const place = { serialNumber, issuerId, notAfter };
    const key = keyOf(record);
    records.set(key, record);
    keysByFingerprint.set(record.fingerprint, key);
    addSorted(issued, place, byIssuance);
    addSorted(expiring, place, byExpiry);
    for (const label of new Set(labelsOf(record))) addNamed(labelled, label, place);
  }

  function replace(record: CertificateRecord): void {
    records.set(keyOf(record), record);
    const partition = partitionKey({ issuerId: record.issuerId, partition: record.crlPartition });
    removeSorted(revoked.get(partition) ?? [], record, byIssuance);
    if (record.revocation !== undefined) addNamed(revoked, partition, record);
  }

  /** Certificates among which are all that meet the conditions, in the order asked for, from `after` on. */
  function candidates(query: CertificateQuery): Iterable<Place> {
    const after = placeAfter(query);
    const few = shortest(labelsWanted(query).map((label) => labelled.get(label) ?? []));
    if (query.order !== "expiry") return itemsAfter(few ?? issued, after, byIssuance);
    return itemsAfter(few?.toSorted(byExpiry) ?? expiring, after, byExpiry);
  }

  function isReplaced({ identifiers, notAfter }: CertificateRecord): boolean {
    for (const place of labelled.get(identifierSetLabel(identifiers)) ?? []) {
      if (place.notAfter > notAfter && records.get(keyOf(place))?.revocation === undefined) return true;
    }
    return false;
  }

  return Object.freeze<MemoryInventory>({
    find,
    add,
    replace,
    list(query) {
      const page: CertificateRecord[] = [];
      for (const place of candidates(query)) {
        if (page.length === query.limit) break;
        const record = find(place);
        if (record !== undefined && meetsConditions(record, query, isReplaced)) page.push(copyRecord(record));
      }
      return page;
    },
    listRevoked({ issuerId, partition, notAfterFrom, after: serialNumber, limit }) {
      const after = serialNumber === undefined ? undefined : { serialNumber, issuerId, notAfter: 0 };
      const page: RevokedCertificate[] = [];
      const ofPartition = revoked.get(partitionKey({ issuerId, partition })) ?? [];
      for (const place of itemsAfter(ofPartition, after, byIssuance)) {
        if (page.length === limit) break;
        const revocation = find(place)?.revocation;
        if (revocation === undefined || place.notAfter < notAfterFrom) continue;
        page.push({ serialNumber: place.serialNumber, ...copyRevocation(revocation) });
      }
      return page;
    },
  });
}

/** What the lists are sorted by. */
interface Place {
  readonly serialNumber: string;
  readonly issuerId: string;
  readonly notAfter: number;
}

function placeAfter({ after, order }: CertificateQuery): Place | undefined {
  if (after === undefined) return undefined;
  if (order === "expiry" && after.notAfter === undefined) {
    throw new TypeError("after has no notAfter, which the order by expiry begins with");
  }
  return { ...after, notAfter: after.notAfter ?? 0 };
}

function byExpiry(left: Place, right: Place): number {
  return left.notAfter - right.notAfter || byIssuance(left, right);
}

/** Lower-case hexadecimal of whole octets compares as the octets do. */
function byIssuance(left: Place, right: Place): number {
  return compare(left.serialNumber, right.serialNumber) || compare(left.issuerId, right.issuerId);
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function keyOf({
  serialNumber,
  issuerId,
}: {
  readonly serialNumber: string;
  readonly issuerId: string;
}): string {
  return `${serialNumber}.${issuerId}`;
}

function partitionKey({ issuerId, partition }: CrlPartition): string {
  return `${issuerId}.${partition}`;
}

function addNamed(lists: Map<string, Place[]>, name: string, place: Place): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [place]);
  else addSorted(list, place, byIssuance);
}

function shortest(lists: readonly Place[][]): Place[] | undefined {
  return lists.toSorted((left, right) => left.length - right.length)[0];
}

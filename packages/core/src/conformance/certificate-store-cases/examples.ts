import type {
  AuditEntry,
  AuditFact,
  BlockedKey,
  CertificateQuery,
  CertificateRecord,
  CertificateStore,
  Completion,
  CrlRecord,
  ReleaseTransition,
  Reservation,
  RevocationTransition,
} from "../../store/certificate-store.ts";

/** An issuer id, one for each letter: 32 octets that begin with it. */
export function issuerNamed(letter: "a" | "b" | "c"): string {
  return `${letter}${"5".repeat(63)}`;
}

/** A serial number of 16 octets, ascending with `number`. */
export function serialNumber(number: number): string {
  return `0190${number.toString(16).padStart(28, "0")}`;
}

/** A hash-like value of 32 octets, one for each kind and number. */
export function hash(kind: "key" | "request", number: number): string {
  return `${kind === "key" ? "4b" : "7e"}${number.toString(16).padStart(62, "0")}`;
}

/** The number that a certificate or reservation was made from. */
export function numberOf({ requestHash }: Pick<Reservation, "requestHash">): number {
  return Number.parseInt(requestHash.slice(2), 16);
}

/** A reservation whose every value follows from `number`; `changes` replace some. It has no request id of its own. */
export function reservation(number: number, changes: Partial<Reservation> = {}): Reservation {
  return {
    issuerId: issuerNamed("a"),
    serialNumber: serialNumber(number),
    requestHash: hash("request", number),
    requester: { kind: "acme", id: `account-${number}` },
    profile: "tlsServer",
    identifiers: [
      { type: "dns", value: `host-${number}.example.test` },
      { type: "ip", value: "192.0.2.1" },
    ],
    publicKeyHash: hash("key", number),
    crlPartition: 0,
    notBefore: 1_900_000_000_000 + number * 1000,
    notAfter: 1_900_086_399_000 + number * 1000,
    tbsCertificate: Uint8Array.of(0x30, 0x03, 0x02, 0x01, number % 256),
    reservedAt: 1_900_000_000_000 + number,
    ...changes,
  };
}

/** The completion that belongs to a reservation; `variant` makes another certificate for the same reservation. */
export function completion({ issuerId, serialNumber, tbsCertificate }: Reservation, variant = 0): Completion {
  return {
    issuerId,
    serialNumber,
    certificate: Uint8Array.of(...tbsCertificate, 0xff, variant),
    fingerprint: fingerprint(issuerId, serialNumber, variant),
    issuedAt: 1_900_000_001_000 + variant,
    audit: fact("certificate.issued", serialNumber, variant),
  };
}

function fingerprint(issuerId: string, serialNumber: string, variant: number): string {
  const [length, number] = [serialNumber.length, variant].map((value) => value.toString(16).padStart(2, "0"));
  return `ce${number}${length}${issuerId.charAt(0)}${serialNumber}`.padEnd(64, "0");
}

/** What the store should hold once `reservation` is completed. */
export function recordOf(reservation: Reservation, completion: Completion): CertificateRecord {
  const { tbsCertificate: _, reservedAt: __, ...planned } = reservation;
  const { certificate, fingerprint, issuedAt } = completion;
  return { ...planned, certificate, fingerprint, issuedAt };
}

/** A revocation of `reservation`'s certificate; `variant` tells several of them apart. */
export function revocation(
  { issuerId, serialNumber }: Reservation,
  variant = 0,
): RevocationTransition & Required<Pick<RevocationTransition, "reason">> {
  return {
    issuerId,
    serialNumber,
    revokedAt: 1_900_000_002_000 + variant,
    reason: variant % 2 === 0 ? "keyCompromise" : "superseded",
    audit: fact("certificate.revoked", serialNumber, variant),
  };
}

/** A hold on `reservation`'s certificate; `variant` tells several of them apart. */
export function hold(reservation: Reservation, variant = 0): RevocationTransition {
  return { ...revocation(reservation, variant), reason: "certificateHold" };
}

/** A release of `reservation`'s certificate; `variant` tells several of them apart. */
export function release({ issuerId, serialNumber }: Reservation, variant = 0): ReleaseTransition {
  return { issuerId, serialNumber, audit: fact("certificate.released", serialNumber, variant) };
}

/** A block of the key of {@link reservation} `number`; `variant` tells several of them apart. */
export function block(number: number, variant = 0): BlockedKey & { readonly audit: AuditFact } {
  const publicKeyHash = hash("key", number);
  return {
    publicKeyHash,
    blockedAt: 1_900_000_004_000 + variant,
    reason: `reason ${variant}`,
    audit: fact("key.blocked", publicKeyHash, variant),
  };
}

/** A publication of issuer a's full CRL number `number` for partition 0; `changes` replace some of its values. */
export function publication(
  number: number,
  changes: Partial<CrlRecord> = {},
): CrlRecord & { readonly audit: AuditFact } {
  return {
    issuerId: issuerNamed("a"),
    partition: 0,
    kind: "full",
    number,
    thisUpdate: 1_900_000_005_000 + number,
    nextUpdate: 1_900_086_400_000 + number,
    changes: 3,
    crl: Uint8Array.of(0x30, 0x01, number % 256),
    audit: fact("crl.published", `${number}`, number),
    ...changes,
  };
}

/** A CRL without the audit fact of its publication. */
export function crlOf(published: ReturnType<typeof publication>): CrlRecord {
  const { audit: _, ...crl } = published;
  return crl;
}

/** An audit fact about `subject`. */
export function fact(type: string, subject: string, variant = 0): AuditFact {
  return {
    at: 1_900_000_003_000 + variant,
    type,
    actor: `acme:account-${variant}`,
    subject,
    details: { variant: String(variant), profile: "tlsServer" },
  };
}

/** Reserves and completes. */
export async function issue(store: CertificateStore, wanted: Reservation): Promise<CertificateRecord> {
  await store.reserve(wanted);
  return store.complete(completion(wanted));
}

/** Reads every page of {@link CertificateStore.list}. */
export async function listAll(
  store: CertificateStore,
  query: CertificateQuery,
  beforeNextPage: (page: readonly CertificateRecord[]) => Promise<void> = async () => {},
): Promise<CertificateRecord[]> {
  const all: CertificateRecord[] = [];
  for (let after = query.after; ; ) {
    const page = await store.list(after === undefined ? query : { ...query, after });
    const last = page.at(-1);
    if (last === undefined) return all;
    all.push(...page);
    if (all.length > 10_000) throw new Error("list does not move on past the last certificate seen");
    after = { serialNumber: last.serialNumber, issuerId: last.issuerId, notAfter: last.notAfter };
    await beforeNextPage(page);
  }
}

/** Reads the whole audit trail. */
export async function wholeTrail(store: CertificateStore): Promise<readonly AuditEntry[]> {
  return store.listAudit({ limit: 1000 });
}

/** Reads the whole audit trail without the places that the store gave the facts. */
export async function wholeTrailOfFacts(store: CertificateStore): Promise<AuditFact[]> {
  return (await wholeTrail(store)).map((entry) => {
    const { sequence: _, link: __, ...fact } = entry;
    return fact;
  });
}

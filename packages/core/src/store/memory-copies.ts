import type { Requester } from "../requester.ts";
import type {
  AuditFact,
  BlockedKey,
  CertificateRecord,
  CrlRecord,
  PlannedCertificate,
  Reservation,
  RevocationFacts,
} from "./certificate-store.ts";

// What goes into the store in memory and what comes out of it. Nothing else of a caller's object is kept, and octets are
// copied by the constructor: a Buffer's slice() is the same memory.

/** Copies a reservation. */
export function copyReservation(reservation: Reservation): Reservation {
  const { tbsCertificate, reservedAt } = reservation;
  return { ...copyPlanned(reservation), tbsCertificate: new Uint8Array(tbsCertificate), reservedAt };
}

/** Copies an issued certificate. */
export function copyRecord(record: CertificateRecord): CertificateRecord {
  const { certificate, fingerprint, issuedAt, revocation } = record;
  const copy = { ...copyPlanned(record), certificate: new Uint8Array(certificate), fingerprint, issuedAt };
  return revocation === undefined ? copy : { ...copy, revocation: copyRevocation(revocation) };
}

/** Copies when and why a certificate was revoked. */
export function copyRevocation({ revokedAt, reason, invalidityDate }: RevocationFacts): RevocationFacts {
  return {
    revokedAt,
    ...(reason !== undefined && { reason }),
    ...(invalidityDate !== undefined && { invalidityDate }),
  };
}

/** Copies the block of a key. */
export function copyBlock({ publicKeyHash, blockedAt, reason }: BlockedKey): BlockedKey {
  return { publicKeyHash, blockedAt, reason };
}

/** Copies a CRL. */
export function copyCrl(record: CrlRecord): CrlRecord {
  const { issuerId, partition, kind, number, baseNumber, thisUpdate, nextUpdate, changes, crl } = record;
  return {
    issuerId,
    partition,
    kind,
    number,
    ...(baseNumber !== undefined && { baseNumber }),
    thisUpdate,
    nextUpdate,
    changes,
    crl: new Uint8Array(crl),
  };
}

/** Copies an audit fact. */
export function copyFact({ at, type, actor, subject, details }: AuditFact): AuditFact {
  return { at, type, actor, subject, details: { ...details } };
}

function copyPlanned(planned: PlannedCertificate): PlannedCertificate {
  const { issuerId, serialNumber, requestId, requestHash, requester } = planned;
  const { profile, identifiers, publicKeyHash, crlPartition, notBefore, notAfter, replaces } = planned;
  const copy = {
    issuerId,
    serialNumber,
    requestHash,
    requester: copyRequester(requester),
    profile,
    identifiers: identifiers.map(({ type, value }) => ({ type, value })),
    publicKeyHash,
    crlPartition,
    notBefore,
    notAfter,
  };
  // Written apart: most have neither, and conditional spreads cost where every record is copied.
  if (requestId === undefined && replaces === undefined) return copy;
  return {
    ...copy,
    ...(requestId !== undefined && { requestId }),
    ...(replaces !== undefined && {
      replaces: { issuerId: replaces.issuerId, serialNumber: replaces.serialNumber },
    }),
  };
}

function copyRequester({ kind, id, provisioner }: Requester): Requester {
  return provisioner === undefined ? { kind, id } : { kind, id, provisioner };
}

import type { Identifier } from "../identifier/identifier.ts";
import type { Requester } from "../requester.ts";
import type { CertificateConditions, PlannedCertificate } from "./certificate-store.ts";

// Labels by which certificates are looked up: one for each property that few certificates have in common. No text in a store
// has U+0000.

/** The labels of a certificate. */
export function labelsOf(certificate: PlannedCertificate): string[] {
  const { identifiers, serialNumber, publicKeyHash, requester } = certificate;
  return [
    ...identifiers.map(identifierLabel),
    identifierSetLabel(identifiers),
    serialNumberLabel(serialNumber),
    publicKeyLabel(publicKeyHash),
    requesterLabel(requester),
  ];
}

/** The labels of every certificate that meets the conditions. */
export function labelsWanted(conditions: CertificateConditions): string[] {
  const { identifier, serialNumber, publicKeyHash, requester } = conditions;
  return [
    ...(identifier === undefined ? [] : [identifierLabel(identifier)]),
    ...(serialNumber === undefined ? [] : [serialNumberLabel(serialNumber)]),
    ...(publicKeyHash === undefined ? [] : [publicKeyLabel(publicKeyHash)]),
    ...(requester === undefined ? [] : [requesterLabel(requester)]),
  ];
}

/** The label of certificates with exactly these identifiers, in any order. */
export function identifierSetLabel(identifiers: readonly Identifier[]): string {
  return `identifiers\0${identifiers.map(identifierLabel).sort().join("\0")}`;
}

function identifierLabel({ type, value }: Identifier): string {
  return `identifier\0${type}\0${value}`;
}

function serialNumberLabel(serialNumber: string): string {
  return `serialNumber\0${serialNumber}`;
}

function publicKeyLabel(publicKeyHash: string): string {
  return `publicKeyHash\0${publicKeyHash}`;
}

function requesterLabel({ kind, id }: Pick<Requester, "id" | "kind">): string {
  return `requester\0${kind}\0${id}`;
}

import type { Issuer } from "@chancery/core";
import { expect } from "vitest";
import { type CertificateRevocationList, parseCertificateRevocationList } from "../../src/crl/parse.ts";
import type { CrlPublisher } from "../../src/crl/publish.ts";
import { verifyCertificateRevocationList } from "../../src/crl/verify.ts";
import type { CrlRecord, RevokedCertificate } from "../../src/store/certificate-store.ts";

/** A published CRL, read to its end. */
export interface PublishedCrl extends CertificateRevocationList {
  readonly record: CrlRecord;
  readonly entries: readonly RevokedCertificate[];
}

/** Reads the latest CRL of an issuer, and checks its signature and that its record says the same. */
export async function readPublished(
  publisher: CrlPublisher,
  issuer: Issuer,
  { kind = "full", partition = 0 }: Partial<Pick<CrlRecord, "kind" | "partition">> = {},
): Promise<PublishedCrl> {
  const record = await publisher.find({ issuerId: issuer.id, kind, partition });
  if (record === undefined) throw new Error(`there is no ${kind} CRL of partition ${partition}`);
  const list = parseCertificateRevocationList(record.crl);
  expect(await verifyCertificateRevocationList(list, issuer.parsed)).toBe(true);
  expect(record).toMatchObject({ thisUpdate: list.thisUpdate, nextUpdate: list.nextUpdate });
  expect([BigInt(record.number), record.baseNumber]).toEqual([
    list.crlNumber,
    list.baseCrlNumber === undefined ? undefined : Number(list.baseCrlNumber),
  ]);
  return { ...list, record, entries: [...list.revokedCertificates] };
}

/** Serial numbers of a CRL, with a minus sign those that a delta takes away. */
export function numbersOf({ entries }: PublishedCrl): readonly string[] {
  return entries.map(({ serialNumber, reason }) =>
    reason === "removeFromCRL" ? `-${serialNumber}` : serialNumber,
  );
}

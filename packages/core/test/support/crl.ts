import { type Issuer, type RevocationReason, revocationReasons } from "@chancery/core";
import fc from "fast-check";
import { noExpiry } from "../../src/asn1/time.ts";
import { encodeCertificateList, encodeTbsCertList, type TbsCertListFields } from "../../src/crl/encode.ts";
import { createEntryWriter } from "../../src/crl/entry-writer.ts";
import type { RevokedCertificate } from "../../src/store/certificate-store.ts";
import { now } from "./authority.ts";

/** What a CRL says; what is absent is as it should be. */
export interface CrlFields extends Partial<TbsCertListFields> {
  readonly entries?: readonly RevokedCertificate[];
}

/** Signs a CRL of an issuer with number 1, issued at {@link now} for a week, empty unless there are entries. */
export async function createCrl(
  { signer, parsed, keyIdentifier }: Issuer,
  { entries = [], ...fields }: CrlFields = {},
): Promise<Uint8Array> {
  const tbs = encodeTbsCertList({
    signatureAlgorithm: signer.algorithm,
    issuer: parsed.subject.der,
    thisUpdate: now.getTime(),
    nextUpdate: now.getTime() + 7 * 86_400_000,
    encodedEntries: encodeEntries(entries),
    authorityKeyIdentifier: keyIdentifier,
    crlNumber: 1n,
    ...fields,
  });
  return encodeCertificateList(tbs, signer.algorithm, await signer.sign(tbs));
}

/** Encodes CRL entries, one after the other. */
export function encodeEntries(entries: readonly RevokedCertificate[]): Uint8Array {
  const writer = createEntryWriter();
  for (const entry of entries) writer.append(entry);
  return writer.octets.slice(0, writer.length);
}

const wholeSeconds = fc
  .integer({ min: 0, max: Math.floor(noExpiry / 1000) })
  .map((seconds) => seconds * 1000);

/** Any entry, as it is read: the number without leading zeros, whole seconds. */
export const anyEntry: fc.Arbitrary<RevokedCertificate> = fc.record(
  {
    serialNumber: fc
      .uint8Array({ minLength: 1, maxLength: 20 })
      .filter(([first]) => first !== 0)
      .map((octets) => Buffer.from(octets).toString("hex")),
    revokedAt: wholeSeconds,
    reason: fc.constantFrom(
      ...(Object.keys(revocationReasons) as RevocationReason[]).filter((reason) => reason !== "unspecified"),
    ),
    invalidityDate: wholeSeconds,
  },
  { requiredKeys: ["serialNumber", "revokedAt"] },
);

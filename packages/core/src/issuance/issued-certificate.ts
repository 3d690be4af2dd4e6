import { encodePem } from "../asn1/pem.ts";
import type { IssuedCertificate } from "../certificate-authority.ts";
import { statusOf, wholeSecond } from "../inventory/status.ts";
import type { Roster } from "../issuer/roster.ts";
import type { CertificateRecord } from "../store/certificate-store.ts";

/**
 * Presents a stored certificate with the chains of its issuer.
 *
 * @param now - Milliseconds since 1970 UTC: the instant at which the record was read.
 */
export function toIssuedCertificate(
  record: CertificateRecord,
  roster: Roster,
  now: number,
): IssuedCertificate {
  const issuer = roster.find(record.issuerId);
  const { certificate } = record;
  // Copies: what a caller does to them must not reach the issuer.
  const withIssuers = (above: readonly Uint8Array[]) =>
    Object.freeze([certificate, ...above.map((der) => new Uint8Array(der))]);
  const chain = withIssuers(issuer?.chain ?? []);
  const issued = {
    issuerId: record.issuerId,
    serialNumber: record.serialNumber,
    certificate,
    chain,
    // On demand: most readers of a record never look at these.
    get chainPem() {
      return chain.map((der) => encodePem("CERTIFICATE", der)).join("");
    },
    get alternateChains() {
      const usable = (issuer?.alternates ?? []).filter(({ validity }) => validity.notAfter >= now);
      return Object.freeze(usable.map((alternate) => withIssuers(alternate.chain)));
    },
    fingerprint: record.fingerprint,
    identifiers: Object.freeze(record.identifiers.map((identifier) => Object.freeze({ ...identifier }))),
    publicKeyHash: record.publicKeyHash,
    requester: Object.freeze({ ...record.requester }),
    profile: record.profile,
    notBefore: new Date(record.notBefore),
    notAfter: new Date(record.notAfter),
    issuedAt: new Date(record.issuedAt),
    status: statusOf(record, wholeSecond(now)),
  };
  const { revocation } = record;
  // Not spread: that would ask the getters.
  return Object.freeze(
    revocation === undefined
      ? issued
      : Object.assign(issued, { revocation: Object.freeze({ ...revocation }) }),
  );
}

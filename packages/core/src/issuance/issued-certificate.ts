import { encodePem } from "../asn1/pem.ts";
import type { IssuedCertificate } from "../certificate-authority.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { CertificateRecord } from "../store/certificate-store.ts";

/** Presents a stored certificate with the chain of its issuer. */
export function toIssuedCertificate(record: CertificateRecord, issuer: Issuer): IssuedCertificate {
  const above = record.issuerId === issuer.id ? issuer.chain : [];
  return Object.freeze({
    issuerId: record.issuerId,
    serialNumber: record.serialNumber,
    certificate: record.certificate,
    chain: Object.freeze([record.certificate, ...above]),
    // On demand: most readers of a record never look at the text.
    get chainPem() {
      return [record.certificate, ...above].map((der) => encodePem("CERTIFICATE", der)).join("");
    },
    fingerprint: record.fingerprint,
    identifiers: Object.freeze(record.identifiers.map((identifier) => Object.freeze({ ...identifier }))),
    requester: Object.freeze({ ...record.requester }),
    profile: record.profile,
    notBefore: new Date(record.notBefore),
    notAfter: new Date(record.notAfter),
    issuedAt: new Date(record.issuedAt),
    ...(record.revocation !== undefined && { revocation: Object.freeze({ ...record.revocation }) }),
  });
}

import { RequestError } from "../errors.ts";
import type { CertificateKey, CertificateRecord, CertificateStore } from "../store/certificate-store.ts";

/** Finds the certificate that a request is about. @throws {RequestError} `ERR_CERTIFICATE_NOT_FOUND` */
export async function findOrRefuse(store: CertificateStore, key: CertificateKey): Promise<CertificateRecord> {
  const record = await store.find(key);
  if (record === undefined) throw notFound();
  return record;
}

/** The refusal of what this authority does not know. */
export function notFound(): RequestError {
  return new RequestError("ERR_CERTIFICATE_NOT_FOUND", "this authority has not issued such a certificate");
}

/** The refusal of what has been done before. */
export function alreadyRevoked({ serialNumber }: CertificateRecord): RequestError {
  return new RequestError(
    "ERR_CERTIFICATE_ALREADY_REVOKED",
    `certificate ${serialNumber} is revoked or on hold already`,
  );
}

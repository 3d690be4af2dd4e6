import { X509Certificate } from "node:crypto";

/** What a client got, and what to hold it against. */
export interface ObtainedCertificate {
  /** PEM, end entity first. */
  readonly chainPem: string;
  /** PEM. */
  readonly privateKeyPem: string;
  /** A host name that the certificate must be good for. */
  readonly name: string;
  /** PEM file of the only certificate that is trusted. */
  readonly rootFile: string;
}

/** The serial number of the first certificate of a chain, in lower-case hexadecimal digits. */
export function serialNumberOf({ chainPem }: Pick<ObtainedCertificate, "chainPem">): string {
  return new X509Certificate(chainPem).serialNumber.toLowerCase();
}

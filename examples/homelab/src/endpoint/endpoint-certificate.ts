import {
  type CertificateAuthority,
  encodePrivateKeyPem,
  generatePrivateKey,
  type Identifier,
} from "@chancery/core";
import { ownProfile, ownRequester } from "../authority/rules.ts";

/** The server's own certificate and its key, which exists in memory only. */
export interface EndpointCertificate {
  /** PEM: the certificate and the intermediate. */
  readonly chainPem: string;
  /** PKCS#8 PEM, not encrypted. */
  readonly privateKeyPem: string;
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * Certifies a new key for the server's own names, through the same policies and records as everybody else's.
 *
 * @throws {PolicyError} `policy.deny` or the name constraints of the issuer refuse a name of the server.
 */
export async function issueEndpointCertificate(
  ca: CertificateAuthority,
  names: readonly Identifier[],
): Promise<EndpointCertificate> {
  const privateKey = await generatePrivateKey();
  const certificate = await ca.issue({
    publicKey: privateKey.publicKey,
    identifiers: names,
    requester: ownRequester,
    profile: ownProfile,
  });
  const { chainPem, serialNumber, notBefore, notAfter } = certificate;
  return {
    chainPem,
    privateKeyPem: await encodePrivateKeyPem(privateKey),
    serialNumber,
    notBefore,
    notAfter,
  };
}

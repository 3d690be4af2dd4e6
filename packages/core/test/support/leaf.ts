import {
  type CertificateRecord,
  type CertificateStore,
  encodePem,
  type Issuer,
  type RevocationReason,
} from "@chancery/core";
import { encodeCrlDistributionPoint } from "../../src/certificate/distribution-points.ts";
import {
  encodeAuthorityKeyIdentifier,
  encodeExtKeyUsage,
  encodeKeyUsage,
  encodeSubjectAltName,
  endEntityBasicConstraints,
} from "../../src/certificate/extensions.ts";
import { encodeCertificate, encodeTbsCertificate } from "../../src/certificate/tbs-certificate.ts";
import { now, subjectKey } from "./authority.ts";

/** What is particular about a leaf certificate. */
export interface LeafOptions {
  /** Hexadecimal, whole octets. */
  readonly serialNumber: string;
  /** Default: 90 days after {@link now}. */
  readonly notAfter?: number;
  /** Default: 0. */
  readonly crlPartition?: number;
  /** URL in cRLDistributionPoints; default: none. */
  readonly crl?: string;
}

/** Signs a server's certificate and puts it into a store, without an authority in between. */
export async function issueLeaf(
  store: CertificateStore,
  issuer: Issuer,
  { serialNumber, notAfter = now.getTime() + 90 * 86_400_000, crlPartition = 0, crl }: LeafOptions,
): Promise<CertificateRecord> {
  const { signer, parsed, keyIdentifier } = issuer;
  const identifiers = [{ type: "dns", value: "host.lab.example" }] as const;
  const notBefore = now.getTime() - 60_000;
  const tbsCertificate = encodeTbsCertificate({
    serialNumber: Buffer.from(serialNumber, "hex"),
    signatureAlgorithm: signer.algorithm,
    issuer: parsed.subject.der,
    notBefore,
    notAfter,
    subject: Uint8Array.of(0x30, 0),
    subjectPublicKeyInfo: (await subjectKey).publicKey,
    extensions: [
      encodeKeyUsage(["digitalSignature"]),
      encodeExtKeyUsage(["serverAuth"]),
      endEntityBasicConstraints,
      encodeAuthorityKeyIdentifier(keyIdentifier),
      encodeSubjectAltName(identifiers, true),
      ...(crl === undefined ? [] : [encodeCrlDistributionPoint(crl)]),
    ],
  });
  const certificate = encodeCertificate(tbsCertificate, signer.algorithm, await signer.sign(tbsCertificate));
  await store.reserve({
    issuerId: issuer.id,
    serialNumber,
    requestHash: hashOf(serialNumber),
    requester: { kind: "application", id: "tests" },
    profile: "tlsServer",
    identifiers,
    publicKeyHash: hashOf("00"),
    crlPartition,
    notBefore,
    notAfter,
    tbsCertificate,
    reservedAt: now.getTime(),
  });
  return store.complete({
    issuerId: issuer.id,
    serialNumber,
    certificate,
    fingerprint: hashOf(`${issuer.id.slice(0, 20)}${serialNumber}`),
    issuedAt: now.getTime(),
    audit: factAbout("certificate.issued", serialNumber),
  });
}

/** Revokes a certificate, or puts it on hold, without an authority in between. */
export async function revokeLeaf(
  store: CertificateStore,
  { issuerId, serialNumber }: CertificateRecord,
  { at, reason }: { readonly at: number; readonly reason?: RevocationReason },
): Promise<void> {
  const audit = factAbout("certificate.revoked", serialNumber);
  await store.revoke({
    issuerId,
    serialNumber,
    revokedAt: at,
    ...(reason !== undefined && { reason }),
    audit,
  });
}

/** Ends the hold on a certificate. */
export async function releaseLeaf(
  store: CertificateStore,
  { issuerId, serialNumber }: CertificateRecord,
): Promise<void> {
  await store.release({ issuerId, serialNumber, audit: factAbout("certificate.released", serialNumber) });
}

/** A certificate as PEM text. */
export function pemOf({ certificate }: CertificateRecord): string {
  return encodePem("CERTIFICATE", certificate);
}

function hashOf(seed: string): string {
  return seed.padStart(64, "0");
}

function factAbout(type: string, subject: string) {
  return { at: now.getTime(), type, actor: "application:tests", subject, details: {} };
}

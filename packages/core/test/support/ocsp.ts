import { hash } from "node:crypto";
import { createLocalSigner, generatePrivateKey, type Issuer } from "@chancery/core";
import {
  encodeDer,
  encodedNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeUnsignedInteger,
} from "@chancery/core/asn1";
import type { OcspDelegate } from "@chancery/core/ocsp";
import { digestOids, ocspOids } from "../../src/asn1/oids.ts";
import {
  encodeAuthorityKeyIdentifier,
  encodeExtension,
  encodeExtKeyUsage,
  encodeKeyUsage,
} from "../../src/certificate/extensions.ts";
import { encodeName } from "../../src/certificate/name.ts";
import { encodeCertificate, encodeTbsCertificate } from "../../src/certificate/tbs-certificate.ts";
import type { ExtKeyUsage, KeyUsage } from "../../src/certificate/usages.ts";

/** Hash of a CertID by the name that digests have here. */
export type CertIdHash = "sha-1" | "sha-256" | "sha-384" | "sha-512";

/** How a CertID is written; what is absent is as openssl does it. */
export interface CertIdOptions {
  readonly hash?: CertIdHash;
  /** Parameters of the hash's AlgorithmIdentifier. */
  readonly parameters?: Uint8Array;
}

/** A CertID (RFC 6960 section 4.1.1). @param serialNumber - Hexadecimal. */
export function encodeCertId(
  { parsed }: Issuer,
  serialNumber: string,
  { hash: algorithm = "sha-1", parameters = encodedNull }: CertIdOptions = {},
): Uint8Array {
  const digest = (octets: Uint8Array): Uint8Array => hash(algorithm.replace("-", ""), octets, "buffer");
  return encodeSequence(
    encodeSequence(encodeOid(digestOids[algorithm]), parameters),
    encodeOctetString(digest(parsed.subject.der)),
    encodeOctetString(digest(parsed.publicKey.subjectPublicKey)),
    encodeUnsignedInteger(Buffer.from(serialNumber, "hex")),
  );
}

/** An OCSPRequest for CertIDs, with a nonce where one is given. */
export function encodeOcspRequest(certIds: readonly Uint8Array[], nonce?: Uint8Array): Uint8Array {
  const requestList = encodeSequence(...certIds.map((certId) => encodeSequence(certId)));
  const extensions =
    nonce === undefined ? [] : [encodeExtension(ocspOids.nonce, false, encodeOctetString(nonce))];
  return encodeSequence(
    encodeSequence(requestList, ...extensions.map((extension) => encodeDer(0xa2, encodeSequence(extension)))),
  );
}

/** What a delegate's certificate says; what is absent is as it should be. */
export interface DelegateOptions {
  readonly notBefore: Date;
  /** Default: seven days later. */
  readonly notAfter?: Date;
  readonly extKeyUsage?: readonly ExtKeyUsage[];
  readonly keyUsage?: readonly KeyUsage[];
  readonly noCheck?: boolean;
  /** Whose name the certificate carries as its issuer; default: the one that signs. */
  readonly issuerName?: Uint8Array;
  /** Name DER. */
  readonly subject?: Uint8Array;
  /** SubjectPublicKeyInfo of somebody else's key, whose signer is then not ours to give. */
  readonly publicKey?: Uint8Array;
}

/** Has an issuer certify a key for OCSP. */
export async function createDelegate(issuer: Issuer, options: DelegateOptions): Promise<OcspDelegate> {
  const {
    notBefore,
    extKeyUsage = ["ocspSigning"],
    keyUsage = ["digitalSignature"],
    noCheck = true,
  } = options;
  const { notAfter = new Date(notBefore.getTime() + 7 * 86_400_000) } = options;
  const privateKey = await generatePrivateKey();
  const tbs = encodeTbsCertificate({
    serialNumber: Uint8Array.of(0x0c, 0x5b),
    signatureAlgorithm: issuer.signer.algorithm,
    issuer: options.issuerName ?? issuer.parsed.subject.der,
    notBefore: notBefore.getTime(),
    notAfter: notAfter.getTime(),
    subject: options.subject ?? encodeName([["commonName", "Lab OCSP"]]),
    subjectPublicKeyInfo: options.publicKey ?? privateKey.publicKey,
    extensions: [
      encodeKeyUsage(keyUsage),
      encodeExtKeyUsage(extKeyUsage),
      encodeAuthorityKeyIdentifier(issuer.keyIdentifier),
      ...(noCheck ? [encodeExtension(ocspOids.noCheck, false, encodedNull)] : []),
    ],
  });
  const { algorithm } = issuer.signer;
  const certificate = encodeCertificate(tbs, algorithm, await issuer.signer.sign(tbs));
  return { certificate, signer: createLocalSigner(privateKey) };
}

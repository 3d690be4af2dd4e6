import { cryptoProvider } from "#crypto";
import { formatName } from "../certificate/name.ts";
import { type ParsedCertificate, parseCertificate } from "../certificate/parse.ts";
import type { DigestAlgorithm } from "../crypto/provider.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { encodeHex } from "../encoding/hex.ts";
import { CaError, ConfigurationError } from "../errors.ts";
import type { Signer } from "../signer/signer.ts";
import type { CertificateId } from "./ocsp-request.ts";

/** An issuer that a responder answers for; an `Issuer` of the authority is one. */
export interface OcspIssuer {
  /** CA certificate, DER. */
  readonly certificate: Uint8Array;
  /** Signs the answers where there is no delegate; a responder with delegates need not reach the CA's key. */
  readonly signer?: Signer;
}

/** An issuer that was read. */
export interface KnownIssuer {
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal, as `Issuer.id`. */
  readonly id: string;
  /** For people. */
  readonly subject: string;
  readonly certificate: ParsedCertificate;
  readonly signer: Signer | undefined;
}

/** Finds the issuer that a CertID names; undefined for anybody else's. */
export type IssuerLookup = (certificateId: CertificateId) => KnownIssuer | undefined;

/**
 * Reads the issuers and computes every name that a CertID can call them by. Of two with one name and key the first counts.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: none, one whose certificate cannot be read, or one with the signer of another key.
 */
export async function readIssuers(issuers: readonly OcspIssuer[]): Promise<IssuerLookup> {
  if (issuers.length === 0) throw invalid("issuers is empty: there is nobody to answer for");
  const known = new Map<string, KnownIssuer>();
  for (const issuer of await Promise.all(issuers.map(readIssuer))) {
    for (const hashAlgorithm of hashAlgorithms) {
      const name = await nameIssuer(hashAlgorithm, issuer.certificate);
      // The same name and key twice is one CA with a renewed certificate.
      if (!known.has(name)) known.set(name, issuer);
    }
  }
  return ({ hashAlgorithm, issuerNameHash, issuerKeyHash }) =>
    hashAlgorithm && known.get(keyOf(hashAlgorithm, issuerNameHash, issuerKeyHash));
}

const hashAlgorithms: readonly DigestAlgorithm[] = ["sha-1", "sha-256", "sha-384", "sha-512"];

async function readIssuer({ certificate: der, signer }: OcspIssuer): Promise<KnownIssuer> {
  const certificate = readCertificate(der);
  const subject = formatName(certificate.subject);
  if (signer !== undefined && !equalBytes(signer.publicKey, certificate.publicKey.der))
    throw invalid(`the signer of issuer "${subject}" has another key than its certificate`);
  const id = encodeHex(await cryptoProvider.digest("sha-256", certificate.publicKey.der));
  return { id, subject, certificate, signer };
}

function readCertificate(der: Uint8Array): ParsedCertificate {
  try {
    return parseCertificate(der);
  } catch (cause) {
    if (!(cause instanceof CaError)) throw cause;
    throw invalid(`a certificate of issuers cannot be read: ${cause.message}`, cause);
  }
}

async function nameIssuer(
  hashAlgorithm: DigestAlgorithm,
  { subject, publicKey }: ParsedCertificate,
): Promise<string> {
  return keyOf(
    hashAlgorithm,
    await cryptoProvider.digest(hashAlgorithm, subject.der),
    await cryptoProvider.digest(hashAlgorithm, publicKey.subjectPublicKey),
  );
}

function keyOf(hashAlgorithm: DigestAlgorithm, nameHash: Uint8Array, keyHash: Uint8Array): string {
  return `${hashAlgorithm} ${encodeHex(nameHash)} ${encodeHex(keyHash)}`;
}

function invalid(message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message, { cause });
}

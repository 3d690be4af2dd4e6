import { readDer, readInteger, readNull, readSequence } from "../asn1/der-reader.ts";
import { extensionOids, ocspOids } from "../asn1/oids.ts";
import { contextConstructed } from "../asn1/tags.ts";
import { type AuthorityInfoAccess, readAuthorityInfoAccess } from "../certificate/authority-info-access.ts";
import { type CertificatePolicy, readCertificatePolicies } from "../certificate/certificate-policies.ts";
import { readCrlDistributionPoints } from "../certificate/distribution-points.ts";
import { parseNameConstraints } from "../certificate/name-constraints.ts";
import { readBasicConstraints, readExtKeyUsage, readKeyUsage } from "../certificate/parse.ts";
import type { KeyType, KeyUsage } from "../certificate/usages.ts";
import { CaError, DerError } from "../errors.ts";
import { readSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { parseProvisionerExtension } from "../profile/provisioner-extension.ts";
import {
  hasUniqueIdentifier,
  readExtensions,
  readSubject,
  readValidity,
  readVersion,
  type WrittenAttribute,
  type WrittenExtension,
  type WrittenValidity,
} from "./written-fields.ts";
import {
  readAuthorityKeyIdentifier,
  readSubjectAltName,
  readSubjectKeyIdentifier,
  readTlsFeature,
  type WrittenName,
} from "./written-values.ts";

/**
 * A TBSCertificate as it is written, read in one pass. It is forgiving where a rule looks at what was written; what cannot be
 * read at all is undefined and has its fault.
 */
export interface LintedCertificate {
  /** As written: 2 means version 3. Undefined where it is left out. */
  readonly version: number | undefined;
  /** Contents of the INTEGER. */
  readonly serialNumber: Uint8Array | undefined;
  /** AlgorithmIdentifier DER. */
  readonly signature: Uint8Array;
  /** Name DER. */
  readonly issuer: Uint8Array;
  readonly validity: WrittenValidity | undefined;
  /** Name DER. */
  readonly subject: Uint8Array;
  readonly subjectAttributes: readonly WrittenAttribute[] | undefined;
  readonly keyType: KeyType | undefined;
  readonly hasUniqueIdentifier: boolean;
  /** In the order written. */
  readonly extensions: readonly WrittenExtension[];
  readonly keyUsage: ReadonlySet<KeyUsage> | undefined;
  /** OIDs. */
  readonly extKeyUsage: readonly string[] | undefined;
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength?: number } | undefined;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  readonly authorityKeyIdentifier: Uint8Array | undefined;
  readonly subjectAltName: readonly WrittenName[] | undefined;
  readonly certificatePolicies: readonly CertificatePolicy[] | undefined;
  readonly crlDistributionPoints: readonly string[] | undefined;
  readonly authorityInfoAccess: AuthorityInfoAccess | undefined;
  /** Why a field or an extension cannot be read, by its name. */
  readonly faults: ReadonlyMap<string, string>;
  find(oid: string): WrittenExtension | undefined;
}

/**
 * Reads a TBSCertificate for the rules.
 *
 * @throws {DerError} Octets that are no SEQUENCE of the fields of a TBSCertificate, or whose extensions are no list of such.
 * @see RFC 5280 section 4.1
 */
export function readLintedCertificate(tbsCertificate: Uint8Array): LintedCertificate {
  const fields = readSequence(readDer(tbsCertificate), "tbsCertificate");
  const version = fields[0]?.tag === contextConstructed(0) ? fields.shift() : undefined;
  const [serialNumber, signature, issuer, validity, subject, publicKey, ...optional] = fields;
  if (signature === undefined || issuer === undefined || subject === undefined || publicKey === undefined)
    throw new DerError(`tbsCertificate has ${fields.length} fields besides the version, it needs 6 at least`);

  const faults = new Map<string, string>();
  const attempt = <T>(field: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof CaError)) throw error;
      faults.set(field, error.message);
      return undefined;
    }
  };
  const extensions = readExtensions(optional);
  const firstByOid = new Map<string, WrittenExtension>();
  for (const extension of extensions)
    if (!firstByOid.has(extension.oid)) firstByOid.set(extension.oid, extension);
  const find = (oid: string): WrittenExtension | undefined => firstByOid.get(oid);
  const attemptValue = <T>(field: string, oid: string, read: (value: Uint8Array) => T): T | undefined => {
    const extension = find(oid);
    return extension && attempt(field, () => read(extension.value));
  };
  attemptValue("nameConstraints", extensionOids.nameConstraints, parseNameConstraints);
  attemptValue("noRevAvail", extensionOids.noRevAvail, (value) => readNull(readDer(value), "noRevAvail"));
  attemptValue("tlsFeature", extensionOids.tlsFeature, readTlsFeature);
  attemptValue("ocspNoCheck", ocspOids.noCheck, (value) => readNull(readDer(value), "ocsp-nocheck"));
  attemptValue("stepProvisioner", extensionOids.stepProvisioner, parseProvisionerExtension);

  return {
    version: attempt("version", () => readVersion(version)),
    serialNumber: attempt("serialNumber", () => readInteger(serialNumber, "serialNumber")),
    signature: signature.encoded,
    issuer: issuer.encoded,
    validity: attempt("validity", () => readValidity(validity)),
    subject: subject.encoded,
    subjectAttributes: attempt("subject", () => readSubject(subject)),
    keyType: attempt("subjectPublicKeyInfo", () => readSubjectPublicKeyInfo(publicKey).algorithm.type),
    hasUniqueIdentifier: hasUniqueIdentifier(optional),
    extensions,
    keyUsage: attemptValue("keyUsage", extensionOids.keyUsage, readKeyUsage),
    extKeyUsage: attemptValue("extKeyUsage", extensionOids.extKeyUsage, readExtKeyUsage),
    basicConstraints: attemptValue("basicConstraints", extensionOids.basicConstraints, readBasicConstraints),
    subjectKeyIdentifier: attemptValue(
      "subjectKeyIdentifier",
      extensionOids.subjectKeyIdentifier,
      readSubjectKeyIdentifier,
    ),
    authorityKeyIdentifier: attemptValue(
      "authorityKeyIdentifier",
      extensionOids.authorityKeyIdentifier,
      readAuthorityKeyIdentifier,
    ),
    subjectAltName: attemptValue("subjectAltName", extensionOids.subjectAltName, readSubjectAltName),
    certificatePolicies: attemptValue(
      "certificatePolicies",
      extensionOids.certificatePolicies,
      readCertificatePolicies,
    ),
    crlDistributionPoints: attemptValue(
      "cRLDistributionPoints",
      extensionOids.crlDistributionPoints,
      readCrlDistributionPoints,
    ),
    authorityInfoAccess: attemptValue(
      "authorityInfoAccess",
      extensionOids.authorityInfoAccess,
      readAuthorityInfoAccess,
    ),
    faults,
    find,
  };
}

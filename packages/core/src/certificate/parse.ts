import {
  assertDer,
  type DerElement,
  readBitStringOctets,
  readBoolean,
  readChildren,
  readDer,
  readNamedBits,
  readOctetString,
  readOid,
  readSequence,
  readSmallInteger,
  readUnsignedInteger,
} from "../asn1/der-reader.ts";
import { extensionOids, extKeyUsageOids } from "../asn1/oids.ts";
import { contextConstructed, contextPrimitive, tags } from "../asn1/tags.ts";
import { readTime } from "../asn1/time.ts";
import type { SignatureAlgorithm } from "../crypto/provider.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { encodeHex } from "../encoding/hex.ts";
import { CaError, DerError } from "../errors.ts";
import { readSignatureAlgorithm } from "../key/signature-algorithm.ts";
import { readSubjectPublicKeyInfo, type SubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { type DistinguishedName, readName } from "./name.ts";
import { type NameConstraints, parseNameConstraints } from "./name-constraints.ts";
import { type KeyUsage, keyUsageBits } from "./usages.ts";

/** What Chancery reads of a certificate: of an issuer on import, of its own end entity certificates later. */
export interface ParsedCertificate {
  readonly der: Uint8Array;
  /** TBSCertificate DER: what the signature covers. */
  readonly tbsCertificate: Uint8Array;
  readonly signature: Uint8Array;
  /** Undefined for an algorithm that Chancery does not accept, such as SHA-1 with RSA. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  /** Lower-case hexadecimal of the magnitude. */
  readonly serialNumber: string;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  /** Milliseconds since 1970 UTC; both ends inclusive. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: SubjectPublicKeyInfo;
  readonly extensions: ReadonlyMap<string, ParsedExtension>;
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength?: number } | undefined;
  readonly keyUsage: ReadonlySet<KeyUsage> | undefined;
  /** OIDs. */
  readonly extKeyUsage: readonly string[] | undefined;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  readonly authorityKeyIdentifier: Uint8Array | undefined;
  readonly nameConstraints: NameConstraints | undefined;
}

/** One extension, its value not interpreted. */
export interface ParsedExtension {
  readonly critical: boolean;
  /** Contents of extnValue. */
  readonly value: Uint8Array;
}

/**
 * Reads a version 3 certificate.
 *
 * @throws {CaError} `ERR_CERTIFICATE_MALFORMED`: not DER, not a certificate, two signature algorithms that differ, an
 * extension twice, or a value that its grammar does not allow.
 * @see RFC 5280 section 4
 */
export function parseCertificate(der: Uint8Array): ParsedCertificate {
  try {
    assertDer(der);
    return readCertificate(readDer(der));
  } catch (cause) {
    if (!(cause instanceof CaError)) throw cause;
    throw new CaError("ERR_CERTIFICATE_MALFORMED", `the certificate is malformed: ${cause.message}`, {
      cause,
    });
  }
}

function readCertificate(certificate: DerElement): ParsedCertificate {
  const [tbs, algorithm, signature, ...rest] = readSequence(certificate, "Certificate");
  if (tbs === undefined || algorithm === undefined || rest.length > 0)
    throw new DerError("Certificate does not have three fields");
  const [version, serialNumber, innerAlgorithm, issuer, validity, subject, spki, ...optional] = readSequence(
    tbs,
    "tbsCertificate",
  );
  assertVersion3(version);
  if (!equalBytes(innerAlgorithm?.encoded ?? new Uint8Array(), algorithm.encoded))
    throw new DerError("the two signature algorithms differ");
  const [notBefore, notAfter] = readSequence(validity, "validity");
  const extensions = readExtensions(optional);
  return Object.freeze({
    der: certificate.encoded,
    tbsCertificate: tbs.encoded,
    signature: readBitStringOctets(signature, "signatureValue"),
    signatureAlgorithm: readSignatureAlgorithm(algorithm, "signatureAlgorithm").algorithm,
    serialNumber: encodeHex(readUnsignedInteger(serialNumber, "serialNumber")),
    issuer: readName(issuer, "issuer"),
    subject: readName(subject, "subject"),
    notBefore: readTime(notBefore, "notBefore"),
    notAfter: readTime(notAfter, "notAfter"),
    publicKey: readSubjectPublicKeyInfo(spki),
    extensions,
    basicConstraints: extensionValue(extensions, extensionOids.basicConstraints, readBasicConstraints),
    keyUsage: extensionValue(extensions, extensionOids.keyUsage, readKeyUsage),
    extKeyUsage: extensionValue(extensions, extensionOids.extKeyUsage, readExtKeyUsage),
    subjectKeyIdentifier: extensionValue(extensions, extensionOids.subjectKeyIdentifier, (value) =>
      readOctetString(readDer(value), "subjectKeyIdentifier"),
    ),
    authorityKeyIdentifier: extensionValue(
      extensions,
      extensionOids.authorityKeyIdentifier,
      readAuthorityKeyIdentifier,
    ),
    nameConstraints: extensionValue(extensions, extensionOids.nameConstraints, parseNameConstraints),
  });
}

function assertVersion3(version: DerElement | undefined): void {
  const [number] = version?.tag === contextConstructed(0) ? readChildren(version) : [];
  if (number === undefined || readSmallInteger(number, "version") !== 2)
    throw new DerError("the certificate is not of version 3");
}

/** Reads the extensions that follow the public key; unique identifiers, which RFC 5280 forbids, are refused. */
function readExtensions(optional: readonly DerElement[]): ReadonlyMap<string, ParsedExtension> {
  const [field, ...rest] = optional;
  if (field === undefined) return new Map();
  if (field.tag !== contextConstructed(3) || rest.length > 0)
    throw new DerError("tbsCertificate has a field other than extensions");
  const [list, ...others] = readChildren(field);
  if (others.length > 0) throw new DerError("extensions is more than one value");
  return readExtensionList(list);
}

/**
 * Reads Extensions, as certificates and certification requests carry them.
 *
 * @throws {DerError} An extension twice, an explicit `critical FALSE`, or an empty list.
 */
export function readExtensionList(list: DerElement | undefined): ReadonlyMap<string, ParsedExtension> {
  const extensions = new Map<string, ParsedExtension>();
  const entries = readSequence(list, "extensions");
  if (entries.length === 0) throw new DerError("extensions is empty");
  for (const entry of entries) {
    const fields = readSequence(entry, "extension");
    const oid = readOid(fields[0], "extension id");
    const critical = fields.length === 3 && readBoolean(fields[1], "critical");
    if (fields.length === 3 && !critical) throw new DerError(`extension ${oid} spells out critical FALSE`);
    if (fields.length < 2 || fields.length > 3)
      throw new DerError(`extension ${oid} has ${fields.length} fields`);
    if (extensions.has(oid)) throw new DerError(`extension ${oid} appears twice`);
    extensions.set(oid, { critical, value: readOctetString(fields[fields.length - 1], `extension ${oid}`) });
  }
  return extensions;
}

function extensionValue<T>(
  extensions: ReadonlyMap<string, ParsedExtension>,
  oid: string,
  read: (value: Uint8Array) => T,
): T | undefined {
  const extension = extensions.get(oid);
  return extension === undefined ? undefined : read(extension.value);
}

/** Reads the value of basicConstraints (RFC 5280 section 4.2.1.9). @throws {DerError} */
export function readBasicConstraints(value: Uint8Array): { ca: boolean; pathLength?: number } {
  const fields = readSequence(readDer(value), "basicConstraints");
  const ca = fields[0]?.tag === tags.boolean && readBoolean(fields[0], "cA");
  if (fields[0]?.tag === tags.boolean && !ca) throw new DerError("basicConstraints spells out cA FALSE");
  const [limit, ...rest] = fields.slice(ca ? 1 : 0);
  if (rest.length > 0) throw new DerError("basicConstraints has more than cA and pathLenConstraint");
  if (limit === undefined) return { ca };
  if (!ca) throw new DerError("basicConstraints limits the path of a certificate that is no CA");
  return { ca, pathLength: readSmallInteger(limit, "pathLenConstraint") };
}

/** Reads the value of keyUsage (RFC 5280 section 4.2.1.3). @throws {DerError} No bit set. */
export function readKeyUsage(value: Uint8Array): ReadonlySet<KeyUsage> {
  const bits = readNamedBits(readDer(value), "keyUsage");
  if (bits.size === 0) throw new DerError("keyUsage has no bit set");
  const usages = new Set<KeyUsage>();
  for (const bit of bits) {
    const usage = keyUsageNames[bit];
    if (usage !== undefined) usages.add(usage);
  }
  return usages;
}

/** By their bits. */
const keyUsageNames: readonly KeyUsage[] = Object.keys(keyUsageBits) as KeyUsage[];

/** Reads the value of extKeyUsage as OIDs (RFC 5280 section 4.2.1.12). @throws {DerError} None at all. */
export function readExtKeyUsage(value: Uint8Array): readonly string[] {
  const purposes = readSequence(readDer(value), "extKeyUsage").map((element) =>
    readOid(element, "extKeyUsage"),
  );
  if (purposes.length === 0) throw new DerError("extKeyUsage is empty");
  return purposes;
}

function readAuthorityKeyIdentifier(value: Uint8Array): Uint8Array | undefined {
  const fields = readSequence(readDer(value), "authorityKeyIdentifier");
  return fields.find(({ tag }) => tag === contextPrimitive(0))?.content;
}

/** Whether a certificate may be used for a purpose: no extKeyUsage at all, that purpose, or any. */
export function permitsPurpose({ extKeyUsage }: ParsedCertificate, oid: string): boolean {
  return extKeyUsage === undefined || extKeyUsage.includes(oid) || extKeyUsage.includes(extKeyUsageOids.any);
}

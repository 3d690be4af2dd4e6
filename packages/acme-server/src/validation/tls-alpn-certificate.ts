import { X509Certificate } from "node:crypto";
import { DerError, type Identifier, isCaError } from "@chancery/core";
import {
  contextConstructed,
  contextPrimitive,
  type DerElement,
  expectTag,
  readBoolean,
  readDer,
  readOctetString,
  readOid,
  readSequence,
  tags,
} from "@chancery/core/asn1";
import type { ChallengeToValidate } from "./challenge-validator.ts";
import { parseAddress } from "./ip-address.ts";
import { acmeIdentifierValue } from "./key-authorization.ts";

/**
 * Says what is wrong with a certificate shown for tls-alpn-01, as words after "the certificate".
 *
 * @param der - The certificate; what counts of it must be DER, to the last octet.
 * @returns Undefined when it proves control of the identifier. The words never repeat what the certificate holds.
 * @see RFC 8737 section 3
 */
export function faultOfCertificate(
  der: Uint8Array,
  { identifier, keyAuthorization }: Pick<ChallengeToValidate, "identifier" | "keyAuthorization">,
): string | undefined {
  try {
    const { issuer, subject, extensions } = readCertificate(der);
    return (
      faultOfRepetition(extensions) ??
      faultOfAcmeIdentifier(extensions, keyAuthorization) ??
      faultOfName(extensions, identifier) ??
      faultOfSignature(der, issuer, subject)
    );
  } catch (error) {
    if (isCaError(error) && error.code === "ERR_DER_MALFORMED") return "is not valid DER";
    throw error;
  }
}

interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

interface CertificateParts {
  readonly issuer: DerElement | undefined;
  readonly subject: DerElement | undefined;
  readonly extensions: readonly Extension[];
}

/** RFC 5280 section 4.2.1.6. */
const subjectAltName = "2.5.29.17";

/** RFC 8737 section 6.1: id-pe-acmeIdentifier. */
const acmeIdentifier = "1.3.6.1.5.5.7.1.31";

/** Context-specific tags of TBSCertificate and GeneralName (RFC 5280 sections 4.1 and 4.2.1.6). */
const tagOf = {
  version: contextConstructed(0),
  extensions: contextConstructed(3),
  dnsName: contextPrimitive(2),
  ipAddress: contextPrimitive(7),
} as const;

function readCertificate(der: Uint8Array): CertificateParts {
  const [tbsCertificate] = readSequence(readDer(der), "Certificate");
  const fields = readSequence(tbsCertificate, "TBSCertificate");
  // A version 1 certificate has no version field; without extensions it proves nothing anyway.
  const [, , issuer, , subject, , ...optional] = fields[0]?.tag === tagOf.version ? fields.slice(1) : fields;
  const extensions = readExtensions(optional.find(({ tag }) => tag === tagOf.extensions));
  return { issuer, subject, extensions };
}

function readExtensions(element: DerElement | undefined): Extension[] {
  if (element === undefined) return [];
  const list = readSequence(readDer(element.content), "extensions");
  return list.map((entry) => {
    const members = readSequence(entry, "Extension");
    if (members.length > 3) throw new DerError(`an Extension has ${members.length} members`);
    const [oid, flag, value = flag] = members;
    const critical = value !== flag && readBoolean(flag, "critical");
    return { oid: readOid(oid, "extnID"), critical, value: readOctetString(value, "extnValue") };
  });
}

function faultOfRepetition(extensions: readonly Extension[]): string | undefined {
  const distinct = new Set(extensions.map(({ oid }) => oid));
  return distinct.size === extensions.length ? undefined : "repeats an extension";
}

function faultOfAcmeIdentifier(
  extensions: readonly Extension[],
  keyAuthorization: string,
): string | undefined {
  const extension = extensions.find(({ oid }) => oid === acmeIdentifier);
  if (extension === undefined) return "has no acmeIdentifier extension";
  if (!extension.critical) return "has an acmeIdentifier extension that is not critical";
  const expected = acmeIdentifierValue(keyAuthorization);
  if (Buffer.compare(extension.value, expected) === 0) return undefined;
  return `has another acmeIdentifier than the expected ${Buffer.from(expected).toString("hex")}`;
}

function faultOfName(extensions: readonly Extension[], { type, value }: Identifier): string | undefined {
  const extension = extensions.find(({ oid }) => oid === subjectAltName);
  if (extension === undefined) return "has no subjectAltName";
  const [name, ...others] = readSequence(readDer(extension.value), "subjectAltName");
  if (name === undefined) return "has a subjectAltName without a name";
  if (others.length > 0) return `has a subjectAltName with ${1 + others.length} names, expected one`;
  const address = type === "ip" ? parseAddress(value) : undefined;
  if (address !== undefined) {
    const same = name.tag === tagOf.ipAddress && Buffer.compare(name.content, address.octets) === 0;
    return same ? undefined : `has a subjectAltName other than the address ${value}`;
  }
  const same =
    name.tag === tagOf.dnsName && Buffer.from(name.content).toString("latin1").toLowerCase() === value;
  return same ? undefined : `has a subjectAltName other than the DNS name ${value}`;
}

function faultOfSignature(
  der: Uint8Array,
  issuer: DerElement | undefined,
  subject: DerElement | undefined,
): string | undefined {
  const sameName =
    Buffer.compare(
      expectTag(issuer, tags.sequence, "issuer").encoded,
      expectTag(subject, tags.sequence, "subject").encoded,
    ) === 0;
  return sameName && verifiesByItself(der) ? undefined : "is not self-signed";
}

/** OpenSSL throws for a key that it cannot read; such a certificate verifies under nothing. */
function verifiesByItself(der: Uint8Array): boolean {
  try {
    const certificate = new X509Certificate(der);
    return certificate.verify(certificate.publicKey);
  } catch {
    return false;
  }
}

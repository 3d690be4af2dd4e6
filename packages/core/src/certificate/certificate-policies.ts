import { type DerElement, expectTag, readDer, readOid, readSequence } from "../asn1/der-reader.ts";
import { encodeIa5String, encodeOid, encodeSequence, encodeUtf8String } from "../asn1/der-writer.ts";
import { extensionOids, policyQualifierOids } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";
import { DerError } from "../errors.ts";
import { encodeExtension } from "./extensions.ts";
import { readAscii } from "./general-name.ts";
import { assertHonestText, readText } from "./name.ts";

/** A policy under which a certificate was issued: one PolicyInformation. */
export interface CertificatePolicy {
  /** Dotted decimal. */
  readonly oid: string;
  /** Where the certification practice statement can be read: an absolute URI in ASCII. */
  readonly cps?: string;
  /** A notice for people who look at the certificate, 1 to 200 characters. */
  readonly explicitText?: string;
}

/** Longest explicitText, in characters (RFC 5280 section 4.2.1.4). */
export const maximumExplicitText = 200;

/**
 * certificatePolicies, not critical, with explicitText as UTF8String and without noticeRef.
 *
 * @param policies - At least one, none twice, within the limits that {@link CertificatePolicy} names: the caller answers for it.
 * @see RFC 5280 section 4.2.1.4
 */
export function encodeCertificatePolicies(policies: readonly CertificatePolicy[]): Uint8Array {
  return encodeExtension(
    extensionOids.certificatePolicies,
    false,
    encodeSequence(...policies.map(encodePolicy)),
  );
}

/**
 * Reads the value of certificatePolicies.
 *
 * @throws {DerError} No policy, a qualifier other than a CPS URI and a notice, a noticeRef, or an explicitText that is no
 * UTF8String of 1 to 200 characters.
 * @see RFC 5280 section 4.2.1.4
 */
export function readCertificatePolicies(value: Uint8Array): readonly CertificatePolicy[] {
  const policies = readSequence(readDer(value), "certificatePolicies").map(readPolicy);
  if (policies.length === 0) throw new DerError("certificatePolicies is empty");
  return policies;
}

function encodePolicy({ oid, cps, explicitText }: CertificatePolicy): Uint8Array {
  const qualifiers = [
    ...(cps === undefined ? [] : [encodeQualifier(policyQualifierOids.cps, encodeIa5String(cps))]),
    ...(explicitText === undefined
      ? []
      : [encodeQualifier(policyQualifierOids.userNotice, encodeSequence(encodeUtf8String(explicitText)))]),
  ];
  return encodeSequence(encodeOid(oid), ...(qualifiers.length === 0 ? [] : [encodeSequence(...qualifiers)]));
}

function encodeQualifier(oid: string, qualifier: Uint8Array): Uint8Array {
  return encodeSequence(encodeOid(oid), qualifier);
}

function readPolicy(element: DerElement): CertificatePolicy {
  const [identifier, qualifiers, ...rest] = readSequence(element, "PolicyInformation");
  const oid = readOid(identifier, "policyIdentifier");
  if (rest.length > 0) throw new DerError(`policy ${oid} has more than an identifier and qualifiers`);
  if (qualifiers === undefined) return { oid };
  const read = readSequence(qualifiers, "policyQualifiers").map(readQualifier);
  if (read.length === 0) throw new DerError(`policy ${oid} has an empty list of qualifiers`);
  const fields = new Set(read.flatMap(Object.keys));
  if (fields.size !== read.length) throw new DerError(`policy ${oid} has a qualifier twice`);
  const policy: CertificatePolicy = { oid };
  for (const qualifier of read) Object.assign(policy, qualifier);
  return policy;
}

function readQualifier(element: DerElement): Omit<CertificatePolicy, "oid"> {
  const [identifier, qualifier, ...rest] = readSequence(element, "PolicyQualifierInfo");
  const oid = readOid(identifier, "policyQualifierId");
  if (qualifier === undefined || rest.length > 0)
    throw new DerError(`policy qualifier ${oid} is not an identifier and a qualifier`);
  if (oid === policyQualifierOids.cps)
    return { cps: readAscii(expectTag(qualifier, tags.ia5String, "cPSuri").content) };
  if (oid === policyQualifierOids.userNotice) return { explicitText: readNotice(qualifier) };
  throw new DerError(`policy qualifier ${oid} is neither a CPS URI nor a notice`);
}

function readNotice(element: DerElement): string {
  const [text, ...rest] = readSequence(element, "UserNotice");
  if (text?.tag !== tags.utf8String || rest.length > 0)
    throw new DerError("UserNotice is not an explicitText in UTF8String alone");
  const explicitText = readText(text, "explicitText");
  assertHonestText(explicitText, "explicitText");
  const length = Array.from(explicitText).length;
  if (length === 0 || length > maximumExplicitText)
    throw new DerError(`explicitText has ${length} characters, allowed are 1 to ${maximumExplicitText}`);
  return explicitText;
}

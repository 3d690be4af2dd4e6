import {
  encodeBitString,
  encodeDer,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeSmallInteger,
} from "../asn1/der-writer.ts";
import { csrAttributeOids } from "../asn1/oids.ts";
import { contextConstructed } from "../asn1/tags.ts";
import type { SignatureAlgorithm } from "../crypto/provider.ts";
import { signatureAlgorithmIdentifiers } from "../key/signature-algorithm.ts";

/** The fields of a CertificationRequestInfo, as DER. */
export interface CertificationRequestInfoFields {
  /** Name. */
  readonly subject: Uint8Array;
  readonly subjectPublicKeyInfo: Uint8Array;
  /** What is asked for in the one extensionRequest attribute; none leaves the attribute out. */
  readonly extensions: readonly Uint8Array[];
}

/**
 * Encodes a version 0 CertificationRequestInfo: what the sender signs.
 *
 * @see RFC 2986 section 4.1, RFC 2985 section 5.4.2
 */
export function encodeCertificationRequestInfo(fields: CertificationRequestInfoFields): Uint8Array {
  const { subject, subjectPublicKeyInfo, extensions } = fields;
  const attributes = extensions.length === 0 ? [] : [encodeExtensionRequest(extensions)];
  return encodeSequence(
    encodeSmallInteger(0),
    subject,
    subjectPublicKeyInfo,
    encodeDer(contextConstructed(0), ...attributes),
  );
}

/** Puts a CertificationRequestInfo and its signature together (RFC 2986 section 4.2). */
export function encodeCertificationRequest(
  info: Uint8Array,
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
): Uint8Array {
  return encodeSequence(info, signatureAlgorithmIdentifiers[algorithm], encodeBitString(signature));
}

function encodeExtensionRequest(extensions: readonly Uint8Array[]): Uint8Array {
  return encodeSequence(
    encodeOid(csrAttributeOids.extensionRequest),
    encodeSet(encodeSequence(...extensions)),
  );
}

import {
  encodeBitString,
  encodeDer,
  encodeSequence,
  encodeSmallInteger,
  encodeUnsignedInteger,
} from "../asn1/der-writer.ts";
import { contextConstructed } from "../asn1/tags.ts";
import { encodeTime } from "../asn1/time.ts";
import type { SignatureAlgorithm } from "../crypto/provider.ts";
import { signatureAlgorithmIdentifiers } from "../key/signature-algorithm.ts";

/** The fields of a TBSCertificate, those that are structures as DER. */
export interface TbsCertificateFields {
  /** Big-endian magnitude, positive. */
  readonly serialNumber: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** The subject of the issuer's certificate, byte for byte (RFC 5280 section 4.1.2.6). */
  readonly issuer: Uint8Array;
  /** Milliseconds since 1970 UTC, whole seconds. */
  readonly notBefore: number;
  /** Inclusive. */
  readonly notAfter: number;
  readonly subject: Uint8Array;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly extensions: readonly Uint8Array[];
}

/**
 * Encodes a version 3 TBSCertificate without unique identifiers.
 *
 * @see RFC 5280 section 4.1
 */
export function encodeTbsCertificate(fields: TbsCertificateFields): Uint8Array {
  return encodeSequence(
    version3,
    encodeUnsignedInteger(fields.serialNumber),
    signatureAlgorithmIdentifiers[fields.signatureAlgorithm],
    fields.issuer,
    encodeSequence(encodeTime(fields.notBefore), encodeTime(fields.notAfter)),
    fields.subject,
    fields.subjectPublicKeyInfo,
    encodeDer(contextConstructed(3), encodeSequence(...fields.extensions)),
  );
}

/** Puts a TBSCertificate and its signature together (RFC 5280 section 4.1.1). */
export function encodeCertificate(
  tbs: Uint8Array,
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
): Uint8Array {
  return encodeSequence(tbs, signatureAlgorithmIdentifiers[algorithm], encodeBitString(signature));
}

const version3 = encodeDer(contextConstructed(0), encodeSmallInteger(2));

import {
  encodeDer,
  encodeSmallInteger,
  encodeUnsignedInteger,
  measureDer,
  writeDer,
} from "../asn1/der-writer.ts";
import { contextConstructed, tags } from "../asn1/tags.ts";
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
  return writeDer(
    measureDer(tags.sequence, [
      version3,
      encodeUnsignedInteger(fields.serialNumber),
      signatureAlgorithmIdentifiers[fields.signatureAlgorithm],
      fields.issuer,
      measureDer(tags.sequence, [encodeTime(fields.notBefore), encodeTime(fields.notAfter)]),
      fields.subject,
      fields.subjectPublicKeyInfo,
      measureDer(contextConstructed(3), [measureDer(tags.sequence, fields.extensions)]),
    ]),
  );
}

/** Puts a TBSCertificate and its signature together (RFC 5280 section 4.1.1). */
export function encodeCertificate(
  tbs: Uint8Array,
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
): Uint8Array {
  const bits = measureDer(tags.bitString, [noUnusedBits, signature]);
  return writeDer(measureDer(tags.sequence, [tbs, signatureAlgorithmIdentifiers[algorithm], bits]));
}

const noUnusedBits = Uint8Array.of(0);
const version3 = encodeDer(contextConstructed(0), encodeSmallInteger(2));

import { encodeBitString, encodeDer, encodeSequence, encodeSmallInteger } from "../asn1/der-writer.ts";
import { contextConstructed } from "../asn1/tags.ts";
import { encodeTime } from "../asn1/time.ts";
import type { SignatureAlgorithm } from "../crypto/provider.ts";
import { signatureAlgorithmIdentifiers } from "../key/signature-algorithm.ts";
import { type CrlExtensionFields, encodeCrlExtensions } from "./extensions.ts";

/** The fields of a TBSCertList, those that are structures as DER. */
export interface TbsCertListFields extends CrlExtensionFields {
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** The subject of the issuer's certificate, byte for byte. */
  readonly issuer: Uint8Array;
  /** Milliseconds since 1970 UTC, whole seconds. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** The entries, one after the other, as `createEntryWriter` writes them; empty when there are none. */
  readonly encodedEntries: Uint8Array;
}

/**
 * Encodes a version 2 TBSCertList. Without entries revokedCertificates is absent.
 *
 * @see RFC 5280 section 5.1.2
 */
export function encodeTbsCertList(fields: TbsCertListFields): Uint8Array {
  return encodeSequence(
    version2,
    signatureAlgorithmIdentifiers[fields.signatureAlgorithm],
    fields.issuer,
    encodeTime(fields.thisUpdate),
    encodeTime(fields.nextUpdate),
    fields.encodedEntries.length === 0 ? new Uint8Array() : encodeSequence(fields.encodedEntries),
    encodeDer(contextConstructed(0), encodeSequence(...encodeCrlExtensions(fields))),
  );
}

/** Puts a TBSCertList and its signature together (RFC 5280 section 5.1.1). */
export function encodeCertificateList(
  tbs: Uint8Array,
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
): Uint8Array {
  return encodeSequence(tbs, signatureAlgorithmIdentifiers[algorithm], encodeBitString(signature));
}

const version2 = encodeSmallInteger(1);

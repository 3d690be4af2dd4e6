import {
  encodeBoolean,
  encodeDer,
  encodedNull,
  encodeNamedBits,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSmallInteger,
} from "../asn1/der-writer.ts";
import { extensionOids, extKeyUsageOids, ocspOids } from "../asn1/oids.ts";
import { contextPrimitive } from "../asn1/tags.ts";
import type { Identifier } from "../identifier/identifier.ts";
import { encodeGeneralName } from "./general-name.ts";
import { type ExtKeyUsage, type KeyUsage, keyUsageBits } from "./usages.ts";

/** The OIDs that every certificate carries, encoded once. */
const encodedExtensionOids: ReadonlyMap<string, Uint8Array> = new Map(
  Object.values(extensionOids).map((oid) => [oid, encodeOid(oid)]),
);

/**
 * Encodes an Extension; `critical` is left out when false, as DER wants of a default.
 *
 * @see RFC 5280 section 4.1.2.9
 */
export function encodeExtension(oid: string, critical: boolean, value: Uint8Array): Uint8Array {
  return encodeSequence(
    encodedExtensionOids.get(oid) ?? encodeOid(oid),
    critical ? encodeBoolean(true) : new Uint8Array(),
    encodeOctetString(value),
  );
}

/** basicConstraints of a CA, critical (RFC 5280 section 4.2.1.9). */
export function encodeCaBasicConstraints(pathLength: number | undefined): Uint8Array {
  const limit = pathLength === undefined ? new Uint8Array() : encodeSmallInteger(pathLength);
  return encodeExtension(extensionOids.basicConstraints, true, encodeSequence(encodeBoolean(true), limit));
}

/** basicConstraints of an end entity, critical, with cA left out (RFC 5280 section 4.2.1.9). */
export const endEntityBasicConstraints: Uint8Array = encodeExtension(
  extensionOids.basicConstraints,
  true,
  encodeSequence(),
);

/** keyUsage, critical (RFC 5280 section 4.2.1.3). */
export function encodeKeyUsage(usages: readonly KeyUsage[]): Uint8Array {
  return encodeExtension(
    extensionOids.keyUsage,
    true,
    encodeNamedBits(usages.map((usage) => keyUsageBits[usage])),
  );
}

/** extKeyUsage, not critical (RFC 5280 section 4.2.1.12). */
export function encodeExtKeyUsage(purposes: readonly ExtKeyUsage[]): Uint8Array {
  return encodePurposes(
    purposes.map((purpose) => extKeyUsageOids[purpose]),
    false,
  );
}

/** extKeyUsage with purposes given by their OIDs (RFC 5280 section 4.2.1.12). */
export function encodePurposes(oids: readonly string[], critical: boolean): Uint8Array {
  return encodeExtension(extensionOids.extKeyUsage, critical, encodeSequence(...oids.map(encodeOid)));
}

/** subjectKeyIdentifier, not critical (RFC 5280 section 4.2.1.2). */
export function encodeSubjectKeyIdentifier(identifier: Uint8Array): Uint8Array {
  return encodeExtension(extensionOids.subjectKeyIdentifier, false, encodeOctetString(identifier));
}

/** authorityKeyIdentifier with the issuer's key identifier only, not critical (RFC 5280 section 4.2.1.1). */
export function encodeAuthorityKeyIdentifier(issuerKeyIdentifier: Uint8Array): Uint8Array {
  const value = encodeSequence(encodeDer(contextPrimitive(0), issuerKeyIdentifier));
  return encodeExtension(extensionOids.authorityKeyIdentifier, false, value);
}

/** subjectAltName; critical exactly when the subject is empty (RFC 5280 section 4.2.1.6). */
export function encodeSubjectAltName(
  identifiers: readonly Identifier[],
  subjectIsEmpty: boolean,
): Uint8Array {
  return encodeExtension(
    extensionOids.subjectAltName,
    subjectIsEmpty,
    encodeSequence(...identifiers.map(encodeGeneralName)),
  );
}

/** noRevAvail: nothing says whether this certificate was revoked, not critical (RFC 9608 section 2). */
export const noRevAvail: Uint8Array = encodeExtension(extensionOids.noRevAvail, false, encodedNull);

/** tlsFeature with status_request: the server has to staple an OCSP response, not critical (RFC 7633 section 4). */
export const mustStaple: Uint8Array = encodeExtension(
  extensionOids.tlsFeature,
  false,
  encodeSequence(encodeSmallInteger(5)), // status_request: RFC 6066 section 1.1
);

/** id-pkix-ocsp-nocheck: a responder is trusted for as long as its certificate is valid, not critical (RFC 6960 section 4.2.2.2.1). */
export const ocspNoCheck: Uint8Array = encodeExtension(ocspOids.noCheck, false, encodedNull);

import { encodeDer, encodeSequence, encodeUnsignedInteger } from "../asn1/der-writer.ts";
import { crlExtensionOids } from "../asn1/oids.ts";
import { contextConstructed } from "../asn1/tags.ts";
import { encodeDistributionPoint } from "../certificate/distribution-points.ts";
import { encodeAuthorityKeyIdentifier, encodeExtension } from "../certificate/extensions.ts";
import { encodeUriName } from "../certificate/uri-name.ts";

/** What a CRL says about itself in extensions. */
export interface CrlExtensionFields {
  /** The issuer's subjectKeyIdentifier. */
  readonly authorityKeyIdentifier: Uint8Array;
  readonly crlNumber: bigint;
  /** Number of the full CRL that a delta builds on; absent in a full CRL. */
  readonly baseCrlNumber?: bigint;
  /** URL of this CRL, octet for octet as the certificates' cRLDistributionPoints have it; absent: the CRL covers all certificates of its issuer. */
  readonly distributionPoint?: string;
  /** URL of the delta CRL; in full CRLs only. */
  readonly freshestCrl?: string;
}

/**
 * Encodes the extensions of a CRL, each an Extension.
 *
 * @see RFC 5280 section 5.2
 */
export function encodeCrlExtensions(fields: CrlExtensionFields): readonly Uint8Array[] {
  const { authorityKeyIdentifier, crlNumber, baseCrlNumber, distributionPoint, freshestCrl } = fields;
  const extensions = [
    encodeAuthorityKeyIdentifier(authorityKeyIdentifier),
    encodeExtension(crlExtensionOids.crlNumber, false, encodeNumber(crlNumber)),
  ];
  const add = (oid: string, critical: boolean, value: Uint8Array | undefined): void => {
    if (value !== undefined) extensions.push(encodeExtension(oid, critical, value));
  };
  add(crlExtensionOids.deltaCrlIndicator, true, optional(baseCrlNumber, encodeNumber));
  add(
    crlExtensionOids.issuingDistributionPoint,
    true,
    optional(distributionPoint, encodeIssuingDistributionPoint),
  );
  add(crlExtensionOids.freshestCrl, false, optional(freshestCrl, encodeDistributionPoint));
  return extensions;
}

function optional<T>(value: T | undefined, encode: (value: T) => Uint8Array): Uint8Array | undefined {
  return value === undefined ? undefined : encode(value);
}

/** Its one field has the octets of the distributionPoint in the certificates' cRLDistributionPoints. */
function encodeIssuingDistributionPoint(url: string): Uint8Array {
  const fullName = encodeDer(contextConstructed(0), encodeUriName(url));
  return encodeSequence(encodeDer(contextConstructed(0), fullName));
}

function encodeNumber(number: bigint): Uint8Array {
  const digits = number.toString(16);
  const octets = (digits.length % 2 === 0 ? digits : `0${digits}`).match(/../g) ?? [];
  return encodeUnsignedInteger(Uint8Array.from(octets, (octet) => Number.parseInt(octet, 16)));
}

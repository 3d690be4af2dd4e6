import { type DerElement, expectTag, readChildren, readDer, readSequence } from "../asn1/der-reader.ts";
import { encodeDer, encodeSequence } from "../asn1/der-writer.ts";
import { extensionOids } from "../asn1/oids.ts";
import { contextConstructed } from "../asn1/tags.ts";
import { DerError } from "../errors.ts";
import { encodeExtension } from "./extensions.ts";
import { encodeUriName, readUriName } from "./uri-name.ts";

/** cRLDistributionPoints with one point, a URI, not critical (RFC 5280 section 4.2.1.13). */
export function encodeCrlDistributionPoint(uri: string): Uint8Array {
  return encodeExtension(extensionOids.crlDistributionPoints, false, encodeDistributionPoint(uri));
}

/** The value of cRLDistributionPoints, or of freshestCRL, with one point: a URI. */
export function encodeDistributionPoint(uri: string): Uint8Array {
  const fullName = encodeDer(contextConstructed(0), encodeUriName(uri));
  return encodeSequence(encodeSequence(encodeDer(contextConstructed(0), fullName)));
}

/**
 * Reads the value of cRLDistributionPoints as its URIs.
 *
 * @throws {DerError} No point, one without a full name, with reasons or with a cRLIssuer: none of those is ever of use where
 * CRLs come from the certificate's issuer itself.
 * @see RFC 5280 section 4.2.1.13
 */
export function readCrlDistributionPoints(value: Uint8Array): readonly string[] {
  const points = readSequence(readDer(value), "cRLDistributionPoints").flatMap(readPoint);
  if (points.length === 0) throw new DerError("cRLDistributionPoints is empty");
  return points;
}

function readPoint(element: DerElement): readonly string[] {
  const [name, ...rest] = readSequence(element, "DistributionPoint");
  if (rest.length > 0) throw new DerError("DistributionPoint has reasons or a cRLIssuer");
  const [fullName, ...others] = readChildren(
    expectTag(name, contextConstructed(0), "DistributionPoint's distributionPoint"),
  );
  if (others.length > 0) throw new DerError("DistributionPointName has more than one value");
  const uris = readChildren(expectTag(fullName, contextConstructed(0), "DistributionPointName")).map(
    readUriName,
  );
  if (uris.length === 0) throw new DerError("DistributionPointName has an empty fullName");
  return uris;
}

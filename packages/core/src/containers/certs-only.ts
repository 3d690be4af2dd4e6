import {
  type DerElement,
  expectTag,
  readChildren,
  readDer,
  readOid,
  readSequence,
} from "../asn1/der-reader.ts";
import { encodeDer, encodeOid, encodeSequence, encodeSet, encodeSmallInteger } from "../asn1/der-writer.ts";
import { contentTypeOids } from "../asn1/oids.ts";
import { contextConstructed, tags } from "../asn1/tags.ts";
import { ConfigurationError, DerError } from "../errors.ts";

/** Media type of what {@link encodeCertsOnly} writes (RFC 8551 section 3.2, RFC 7030 section 4.1.3). */
export const certsOnlyMediaType = "application/pkcs7-mime";

/**
 * Writes certificates as a PKCS#7 file: a SignedData that nobody signed, as `.p7b` and `.p7c` files and enrolment
 * protocols carry chains. For PEM text give the result to `encodePem` with the label `PKCS7`.
 *
 * The certificates are a SET: DER sorts them, so readers must find the end entity by its contents, never by its place.
 *
 * @param certificates - DER, at least one.
 * @returns ContentInfo, DER.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no certificate.
 * @throws {DerError} A certificate that is not one DER SEQUENCE.
 * @see RFC 5652 sections 5.1 and 5.2, RFC 8551 section 3.2.2
 */
export function encodeCertsOnly(certificates: readonly Uint8Array[]): Uint8Array {
  if (certificates.length === 0)
    throw new ConfigurationError("ERR_OPTION_INVALID", "certificates is empty: there is nothing to write");
  for (const certificate of certificates) expectTag(readDer(certificate), tags.sequence, "certificate");
  const signedData = encodeSequence(
    encodeSmallInteger(1),
    encodeSet(), // digestAlgorithms
    encodeSequence(encodeOid(contentTypeOids.data)),
    encodeDer(contextConstructed(0), contentsOf(encodeSet(...certificates))),
    encodeSet(), // signerInfos
  );
  return encodeSequence(encodeOid(contentTypeOids.signedData), encodeDer(contextConstructed(0), signedData));
}

/**
 * Reads the certificates of a PKCS#7 file, of {@link encodeCertsOnly} or of somebody else, in the order in which they stand.
 *
 * Content and revocation lists beside them are left out. A file with signatures is refused: nobody here would verify them.
 *
 * @param pkcs7 - ContentInfo, DER. BER with indefinite lengths is refused; `openssl pkcs7` turns it into DER.
 * @returns DER of each certificate; they are not looked into.
 * @throws {DerError} Anything else.
 * @see RFC 5652 section 5.1
 */
export function decodeCertsOnly(pkcs7: Uint8Array): Uint8Array[] {
  const [contentType, content, ...rest] = readSequence(readDer(pkcs7), "ContentInfo");
  if (readOid(contentType, "contentType") !== contentTypeOids.signedData)
    throw new DerError("ContentInfo is not a SignedData");
  const [signedData, ...others] = readChildren(expectTag(content, contextConstructed(0), "content"));
  if (rest.length > 0 || others.length > 0) throw new DerError("ContentInfo has more than one content");
  return readCertificates(readSequence(signedData, "SignedData"));
}

function readCertificates([version, digestAlgorithms, encapsulated, ...fields]: DerElement[]): Uint8Array[] {
  expectTag(version, tags.integer, "version");
  expectTag(digestAlgorithms, tags.set, "digestAlgorithms");
  readSequence(encapsulated, "encapContentInfo");
  const signerInfos = expectTag(fields.pop(), tags.set, "signerInfos");
  if (signerInfos.content.length > 0) throw new DerError("SignedData is signed, expected certificates only");
  const [certificates, ...lists] = fields;
  if (lists.length > 1 || lists.some(({ tag }) => tag !== contextConstructed(1)))
    throw new DerError("SignedData has a field that is none");
  // Not readSet: whoever writes BER need not sort, and the order is of no account.
  return readChildren(expectTag(certificates, contextConstructed(0), "certificates")).map(
    (certificate) => new Uint8Array(expectTag(certificate, tags.sequence, "certificate").encoded),
  );
}

/** Contents octets of a value that was just encoded: an IMPLICIT tag takes the place of its own. */
function contentsOf(encoded: Uint8Array): Uint8Array {
  return readDer(encoded).content;
}

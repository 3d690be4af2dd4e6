import { type DerElement, readDer, readOid, readSequence } from "../asn1/der-reader.ts";
import { encodeOid, encodeSequence } from "../asn1/der-writer.ts";
import { accessMethodOids, extensionOids } from "../asn1/oids.ts";
import { DerError } from "../errors.ts";
import { encodeExtension } from "./extensions.ts";
import { encodeUriName, readUriName } from "./uri-name.ts";

/** Where to ask about a certificate's issuer. */
export interface AuthorityInfoAccess {
  /** URIs of OCSP responders. */
  readonly ocsp: readonly string[];
  /** URIs of the issuer's certificate. */
  readonly caIssuers: readonly string[];
}

/**
 * authorityInfoAccess, not critical: OCSP responders first.
 *
 * @param access - At least one URI, in ASCII: the caller answers for it.
 * @see RFC 5280 section 4.2.2.1
 */
export function encodeAuthorityInfoAccess({ ocsp, caIssuers }: AuthorityInfoAccess): Uint8Array {
  const descriptions = [
    ...ocsp.map((uri) => encodeDescription(accessMethodOids.ocsp, uri)),
    ...caIssuers.map((uri) => encodeDescription(accessMethodOids.caIssuers, uri)),
  ];
  return encodeExtension(extensionOids.authorityInfoAccess, false, encodeSequence(...descriptions));
}

/**
 * Reads the value of authorityInfoAccess.
 *
 * @throws {DerError} Nothing at all, a method other than OCSP and caIssuers, or a place that is no URI.
 * @see RFC 5280 section 4.2.2.1
 */
export function readAuthorityInfoAccess(value: Uint8Array): AuthorityInfoAccess {
  const descriptions = readSequence(readDer(value), "authorityInfoAccess").map(readDescription);
  if (descriptions.length === 0) throw new DerError("authorityInfoAccess is empty");
  const urisOf = (wanted: string): readonly string[] =>
    descriptions.filter(({ method }) => method === wanted).map(({ uri }) => uri);
  return { ocsp: urisOf(accessMethodOids.ocsp), caIssuers: urisOf(accessMethodOids.caIssuers) };
}

function encodeDescription(method: string, uri: string): Uint8Array {
  return encodeSequence(encodeOid(method), encodeUriName(uri));
}

function readDescription(element: DerElement): { readonly method: string; readonly uri: string } {
  const [identifier, location, ...rest] = readSequence(element, "AccessDescription");
  const method = readOid(identifier, "accessMethod");
  if (rest.length > 0) throw new DerError("AccessDescription is not a method and a location");
  if (method !== accessMethodOids.ocsp && method !== accessMethodOids.caIssuers)
    throw new DerError(`accessMethod ${method} is neither OCSP nor caIssuers`);
  return { method, uri: readUriName(location) };
}

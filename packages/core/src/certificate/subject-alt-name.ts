import { readDer, readSequence } from "../asn1/der-reader.ts";
import { extensionOids } from "../asn1/oids.ts";
import { CaError } from "../errors.ts";
import type { Identifier } from "../identifier/identifier.ts";
import { readGeneralName } from "./general-name.ts";
import type { ParsedCertificate } from "./parse.ts";

/**
 * Reads the names that a certificate vouches for, in their order.
 *
 * @returns Empty when there is no subjectAltName.
 * @throws {CaError} `ERR_CERTIFICATE_MALFORMED`: a name of a kind that identifiers do not cover, or not in its canonical form.
 * @see RFC 5280 section 4.2.1.6
 */
export function readSubjectAltName({ extensions }: ParsedCertificate): readonly Identifier[] {
  const extension = extensions.get(extensionOids.subjectAltName);
  if (extension === undefined) return [];
  try {
    return readSequence(readDer(extension.value), "subjectAltName").map(readGeneralName);
  } catch (cause) {
    if (!(cause instanceof CaError)) throw cause;
    throw new CaError(
      "ERR_CERTIFICATE_MALFORMED",
      `the certificate's names cannot be read: ${cause.message}`,
      { cause },
    );
  }
}

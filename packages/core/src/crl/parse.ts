import {
  type DerElement,
  readBitStringOctets,
  readChildren,
  readDer,
  readSequence,
  readSmallInteger,
} from "../asn1/der-reader.ts";
import { contextConstructed, tags } from "../asn1/tags.ts";
import { type DistinguishedName, readName } from "../certificate/name.ts";
import { type ParsedExtension, readExtensionList } from "../certificate/parse.ts";
import type { SignatureAlgorithm } from "../crypto/provider.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { CaError, DerError } from "../errors.ts";
import { readSignatureAlgorithm } from "../key/signature-algorithm.ts";
import type { RevokedCertificate } from "../store/certificate-store.ts";
import { readEntries } from "./entry-reader.ts";
import { readDatedTime } from "./read-dated-time.ts";
import { type ParsedCrlExtensions, readCrlExtensions } from "./read-extensions.ts";

/** A CRL that has been read; its arrays are views of the DER that was given. */
export interface CertificateRevocationList extends ParsedCrlExtensions {
  readonly der: Uint8Array;
  /** TBSCertList DER: what the signature covers. */
  readonly tbsCertList: Uint8Array;
  readonly signature: Uint8Array;
  /** Undefined for an algorithm that Chancery does not accept, such as SHA-1 with RSA. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  readonly issuer: DistinguishedName;
  /** Milliseconds since 1970 UTC. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /**
   * The entries, in the order in which they stand. Each is read when it is come to and not kept, so going over a part of a long
   * list costs that part alone. In a delta CRL the reason `removeFromCRL` takes an entry of the base away.
   *
   * Iterating throws {@link CaError} `ERR_CRL_MALFORMED` at an entry that is not one.
   */
  readonly revokedCertificates: Iterable<RevokedCertificate>;
  /** The entries as DER, one after the other; empty when there are none. */
  readonly encodedEntries: Uint8Array;
  /** All extensions, by OID. */
  readonly extensions: ReadonlyMap<string, ParsedExtension>;
}

/** Five million entries: whoever has as many needs partitions. */
const maximumLength = 256 * 1024 * 1024;

/**
 * Reads a version 2 CRL, full or delta. Its entries are read when they are asked for; its signature is not verified.
 *
 * @throws {CaError} `ERR_CRL_MALFORMED`: not DER, not a CRL, longer than 256 MiB, without nextUpdate, CRL number or authority key
 * identifier, an empty list that is spelled out, or a critical extension that is not understood.
 * @see RFC 5280 section 5
 */
export function parseCertificateRevocationList(der: Uint8Array): CertificateRevocationList {
  return orMalformed(() => {
    if (der.length > maximumLength) throw new DerError(`${der.length} octets, allowed are ${maximumLength}`);
    return readCertificateList(readDer(der));
  });
}

function readCertificateList(list: DerElement): CertificateRevocationList {
  const [tbs, algorithm, signature, ...rest] = readSequence(list, "CertificateList");
  if (tbs === undefined || algorithm === undefined || rest.length > 0)
    throw new DerError("CertificateList does not have three fields");
  const [version, innerAlgorithm, issuer, thisUpdate, nextUpdate, ...optional] = readSequence(
    tbs,
    "tbsCertList",
  );
  if (readSmallInteger(version, "version") !== 1) throw new DerError("the CRL is not of version 2");
  if (!equalBytes(innerAlgorithm?.encoded ?? new Uint8Array(), algorithm.encoded))
    throw new DerError("the two signature algorithms differ");
  const { encodedEntries, extensions } = readOptional(optional);
  const read = readCrlExtensions(extensions);
  return Object.freeze({
    der: list.encoded,
    tbsCertList: tbs.encoded,
    signature: readBitStringOctets(signature, "signatureValue"),
    signatureAlgorithm: readSignatureAlgorithm(algorithm, "signatureAlgorithm").algorithm,
    issuer: readIssuer(issuer),
    ...readPeriod(thisUpdate, nextUpdate),
    revokedCertificates: lazily(encodedEntries, read.baseCrlNumber !== undefined),
    encodedEntries,
    extensions,
    ...read,
  });
}

/** RFC 5280 section 5.1.2.3 has an issuer with a name. */
function readIssuer(element: DerElement | undefined): DistinguishedName {
  const issuer = readName(element, "issuer");
  if (issuer.attributes.length === 0) throw new DerError("issuer is empty");
  return issuer;
}

function readPeriod(
  first: DerElement | undefined,
  next: DerElement | undefined,
): Pick<CertificateRevocationList, "nextUpdate" | "thisUpdate"> {
  const thisUpdate = readDatedTime(first, "thisUpdate");
  const nextUpdate = readDatedTime(next, "nextUpdate");
  if (nextUpdate < thisUpdate) throw new DerError("nextUpdate is before thisUpdate");
  return { thisUpdate, nextUpdate };
}

/** revokedCertificates, which is absent when there are none, and crlExtensions. */
function readOptional(
  fields: readonly DerElement[],
): Pick<CertificateRevocationList, "encodedEntries" | "extensions"> {
  const hasEntries = fields[0]?.tag === tags.sequence;
  const encodedEntries = (hasEntries ? fields[0]?.content : undefined) ?? new Uint8Array();
  if (hasEntries && encodedEntries.length === 0) throw new DerError("revokedCertificates is empty");
  const [extensions, ...rest] = fields.slice(hasEntries ? 1 : 0);
  if (extensions?.tag !== contextConstructed(0) || rest.length > 0)
    throw new DerError("tbsCertList does not end with crlExtensions");
  const [list, ...others] = readChildren(extensions);
  if (others.length > 0) throw new DerError("crlExtensions is more than one value");
  return { encodedEntries, extensions: readExtensionList(list) };
}

function lazily(encodedEntries: Uint8Array, isDelta: boolean): Iterable<RevokedCertificate> {
  return Object.freeze({
    *[Symbol.iterator]() {
      const entries = readEntries(encodedEntries, isDelta);
      for (;;) {
        const next = orMalformed(() => entries.next());
        if (next.done === true) return;
        yield next.value;
      }
    },
  });
}

function orMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof CaError)) throw cause;
    throw new CaError("ERR_CRL_MALFORMED", `the certificate revocation list is malformed: ${cause.message}`, {
      cause,
    });
  }
}

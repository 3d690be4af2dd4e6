import {
  type DerElement,
  readDer,
  readEnumerated,
  readSequence,
  readUnsignedInteger,
} from "../asn1/der-reader.ts";
import { crlEntryExtensionOids } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";
import { readTime } from "../asn1/time.ts";
import { readExtensionList } from "../certificate/parse.ts";
import { type RevocationReason, revocationReasonFromNumber } from "../certificate/revocation-reasons.ts";
import { encodeHex } from "../encoding/hex.ts";
import { DerError } from "../errors.ts";
import type { RevokedCertificate } from "../store/certificate-store.ts";
import { elementEnd } from "./element-end.ts";
import { readDatedTime } from "./read-dated-time.ts";

/**
 * Reads CRL entries one at a time, as they are asked for.
 *
 * @param encoded - Contents of revokedCertificates.
 * @throws {DerError} While it is iterated, at the first entry that is not one.
 */
export function* readEntries(encoded: Uint8Array, isDelta: boolean): Generator<RevokedCertificate, void> {
  for (let start = 0; start < encoded.length; ) {
    const end = elementEnd(encoded, start);
    yield readEntry(encoded.subarray(start, end), isDelta);
    start = end;
  }
}

/**
 * Reads one CRL entry.
 *
 * @throws {DerError} Also for a reason that is not one or that only a delta CRL may give, and for a critical extension: none is
 * understood, and RFC 5280 section 5.3 has no use for a CRL with one.
 */
export function readEntry(encoded: Uint8Array, isDelta: boolean): RevokedCertificate {
  const [serialNumber, revocationDate, list, ...rest] = readSequence(readDer(encoded), "CRL entry");
  if (rest.length > 0) throw new DerError("CRL entry has more than three fields");
  const extensions = list === undefined ? {} : readEntryExtensions(list);
  if (extensions.reason === "removeFromCRL" && !isDelta)
    throw new DerError("removeFromCRL stands in a CRL that is no delta");
  return {
    serialNumber: encodeHex(readSerialNumber(serialNumber)),
    revokedAt: readDatedTime(revocationDate, "revocationDate"),
    ...extensions,
  };
}

function readSerialNumber(element: DerElement | undefined): Uint8Array {
  const magnitude = readUnsignedInteger(element, "userCertificate");
  if (magnitude.length <= 20) return magnitude;
  throw new DerError(`userCertificate has ${magnitude.length} octets, allowed are 20`);
}

function readEntryExtensions(list: DerElement): Pick<RevokedCertificate, "invalidityDate" | "reason"> {
  const extensions = readExtensionList(list);
  for (const [oid, { critical }] of extensions)
    if (critical) throw new DerError(`CRL entry has the critical extension ${oid}, which is not understood`);
  const reason = extensions.get(crlEntryExtensionOids.reasonCode);
  const invalidityDate = extensions.get(crlEntryExtensionOids.invalidityDate);
  return {
    ...(reason !== undefined && { reason: readReason(reason.value) }),
    ...(invalidityDate !== undefined && { invalidityDate: readInvalidityDate(invalidityDate.value) }),
  };
}

function readReason(value: Uint8Array): RevocationReason {
  const number = readEnumerated(readDer(value), "reasonCode");
  const reason = revocationReasonFromNumber(number);
  if (reason === undefined) throw new DerError(`reasonCode ${number} is not a reason`);
  return reason;
}

function readInvalidityDate(value: Uint8Array): number {
  const element = readDer(value);
  if (element.tag !== tags.generalizedTime) throw new DerError("invalidityDate is not a GeneralizedTime");
  return readTime(element, "invalidityDate");
}

import {
  assertDer,
  type DerElement,
  expectTag,
  readChildren,
  readDer,
  readNull,
  readOctetString,
  readOid,
  readSequence,
  readSmallInteger,
  readUnsignedInteger,
} from "../asn1/der-reader.ts";
import { digestOids, ocspOids } from "../asn1/oids.ts";
import { contextConstructed } from "../asn1/tags.ts";
import { type ParsedExtension, readExtensionList } from "../certificate/parse.ts";
import type { DigestAlgorithm } from "../crypto/provider.ts";
import { encodeHex } from "../encoding/hex.ts";
import { DerError } from "../errors.ts";

/** What somebody wants to know of a responder. */
export interface OcspRequest {
  /** At least one. */
  readonly certificateIds: readonly CertificateId[];
  /** 1 to 128 octets. */
  readonly nonce?: Uint8Array;
}

/** Names a certificate by hashes of its issuer and by its serial number (RFC 6960 section 4.1.1). */
export interface CertificateId {
  /** CertID DER, exactly as it was asked: the response repeats it. */
  readonly der: Uint8Array;
  /** Undefined for one that nobody is recognised by here, such as MD5. */
  readonly hashAlgorithm: DigestAlgorithm | undefined;
  /** Hash of the issuer's Name, DER. */
  readonly issuerNameHash: Uint8Array;
  /** Hash of the contents of the issuer's subjectPublicKey. */
  readonly issuerKeyHash: Uint8Array;
  /** Lower-case hexadecimal of the magnitude. */
  readonly serialNumber: string;
}

/** Most octets of a request: one that is signed and brings its chain has some four thousand. */
export const maximumRequestOctets = 8192;

/** RFC 9654 section 2.1. */
const maximumNonceOctets = 128;

/** RFC 5280 section 4.1.2.2. */
const maximumSerialNumberOctets = 20;

/**
 * Reads an OCSPRequest.
 *
 * The requestor's name and signature are read past: whoever asks gets the same answer (RFC 9919 section 3.1.2 allows it). So are
 * extensions that are not the nonce, unless they are critical.
 *
 * @param maximumRequests - Most certificates in one request.
 * @throws {DerError} Octets that are no DER, or no OCSPRequest; more than {@link maximumRequestOctets} of them; no certificate or more
 * than `maximumRequests`; a nonce of no octets or more than 128; an unknown critical extension.
 * @see RFC 6960 section 4.1.1, RFC 9654 section 2.1
 */
export function parseOcspRequest(der: Uint8Array, maximumRequests: number): OcspRequest {
  if (der.length > maximumRequestOctets)
    throw new DerError(`the request has ${der.length} octets, allowed are ${maximumRequestOctets}`);
  assertDer(der);
  const [tbsRequest, signature, ...rest] = readSequence(readDer(der), "OCSPRequest");
  if (signature !== undefined) expectTag(signature, contextConstructed(0), "optionalSignature");
  if (rest.length > 0) throw new DerError("OCSPRequest has more than a request and its signature");
  return readTbsRequest(readSequence(tbsRequest, "tbsRequest"), maximumRequests);
}

function readTbsRequest(fields: DerElement[], maximumRequests: number): OcspRequest {
  assertVersion1(takeExplicit(fields, 0, "version"));
  takeExplicit(fields, 1, "requestorName");
  const requests = readSequence(fields.shift(), "requestList");
  if (requests.length === 0 || requests.length > maximumRequests)
    throw new DerError(
      `requestList asks for ${requests.length} certificates, allowed are 1 to ${maximumRequests}`,
    );
  const nonce = readNonce(takeExplicit(fields, 2, "requestExtensions"));
  if (fields.length > 0) throw new DerError("tbsRequest has a field that is none");
  return { certificateIds: requests.map(readRequest), ...(nonce !== undefined && { nonce }) };
}

/** Takes an optional field with an EXPLICIT tag off the front. */
function takeExplicit(fields: DerElement[], number: number, what: string): DerElement | undefined {
  const [field] = fields;
  if (field?.tag !== contextConstructed(number)) return undefined;
  fields.shift();
  const [value, ...others] = readChildren(field);
  if (value === undefined || others.length > 0) throw new DerError(`${what} is not one value`);
  return value;
}

/** DER leaves a default out, but some clients spell version 1 out, and nothing depends on it. */
function assertVersion1(version: DerElement | undefined): void {
  if (version !== undefined && readSmallInteger(version, "version") !== 0)
    throw new DerError("the request is not of version 1");
}

function readRequest(request: DerElement): CertificateId {
  const fields = readSequence(request, "request");
  const certificateId = fields.shift();
  const extensions = takeExplicit(fields, 0, "singleRequestExtensions");
  if (fields.length > 0) throw new DerError("request has a field that is none");
  if (extensions !== undefined) assertNotCritical(readExtensionList(extensions));
  return readCertificateId(certificateId);
}

function readCertificateId(element: DerElement | undefined): CertificateId {
  const [algorithm, nameHash, keyHash, serialNumber, ...rest] = readSequence(element, "reqCert");
  if (element === undefined || rest.length > 0) throw new DerError("reqCert has more than four fields");
  const magnitude = readUnsignedInteger(serialNumber, "serialNumber");
  if (magnitude.length > maximumSerialNumberOctets)
    throw new DerError(
      `serialNumber has ${magnitude.length} octets, allowed are ${maximumSerialNumberOctets}`,
    );
  return {
    der: element.encoded,
    hashAlgorithm: readHashAlgorithm(algorithm),
    issuerNameHash: readOctetString(nameHash, "issuerNameHash"),
    issuerKeyHash: readOctetString(keyHash, "issuerKeyHash"),
    serialNumber: encodeHex(magnitude),
  };
}

/** Parameters are NULL or left out: RFC 4055 section 2.1 has both accepted. */
function readHashAlgorithm(element: DerElement | undefined): DigestAlgorithm | undefined {
  const [oid, parameters, ...rest] = readSequence(element, "hashAlgorithm");
  const algorithm = hashAlgorithms.get(readOid(oid, "hashAlgorithm"));
  if (algorithm !== undefined && parameters !== undefined) readNull(parameters, "hashAlgorithm parameters");
  if (rest.length > 0) throw new DerError("hashAlgorithm has more than an OID and its parameters");
  return algorithm;
}

const hashAlgorithms: ReadonlyMap<string, DigestAlgorithm> = new Map(
  (["sha-1", "sha-256", "sha-384", "sha-512"] as const).map((name) => [digestOids[name], name]),
);

function readNonce(element: DerElement | undefined): Uint8Array | undefined {
  if (element === undefined) return undefined;
  const extensions = readExtensionList(element);
  assertNotCritical(extensions);
  const extension = extensions.get(ocspOids.nonce);
  if (extension === undefined) return undefined;
  const nonce = readOctetString(readDer(extension.value), "nonce");
  if (nonce.length === 0 || nonce.length > maximumNonceOctets)
    throw new DerError(`nonce has ${nonce.length} octets, allowed are 1 to ${maximumNonceOctets}`);
  return nonce;
}

function assertNotCritical(extensions: ReadonlyMap<string, ParsedExtension>): void {
  for (const [oid, { critical }] of extensions) {
    if (critical && oid !== ocspOids.nonce) throw new DerError(`critical extension ${oid} is not known`);
  }
}

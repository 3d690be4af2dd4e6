import {
  assertDer,
  type DerElement,
  readBitStringOctets,
  readChildren,
  readDer,
  readOid,
  readSequence,
  readSet,
  readSmallInteger,
} from "../asn1/der-reader.ts";
import { csrAttributeOids, extensionOids } from "../asn1/oids.ts";
import { decodePem } from "../asn1/pem.ts";
import { contextConstructed, tags } from "../asn1/tags.ts";
import { readGeneralName } from "../certificate/general-name.ts";
import { attributeValues, type DistinguishedName, readName } from "../certificate/name.ts";
import {
  type ParsedExtension,
  readBasicConstraints,
  readExtensionList,
  readExtKeyUsage,
  readKeyUsage,
} from "../certificate/parse.ts";
import { CaError, CsrError, DerError } from "../errors.ts";
import { type Identifier, parseIdentifier, sameIdentifier } from "../identifier/identifier.ts";
import { type AcceptedPublicKey, importAccepted } from "../key/public-key.ts";
import { keyFitsSignature, readSignatureAlgorithm } from "../key/signature-algorithm.ts";
import { readSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";

/**
 * Marks what {@link parseCertificationRequest} has made, with the object itself: a copy carries the mark of the original
 * and so is none. Not exported, so nobody else can write it.
 */
const verified: unique symbol = Symbol("verified");

/**
 * A certification request whose form is right, whose key is strong and whose signature was verified: only
 * {@link parseCertificationRequest} makes one.
 */
export interface CertificationRequest {
  readonly [verified]: CertificationRequest;
  /** DER, exactly as received. */
  readonly der: Uint8Array;
  readonly subject: DistinguishedName;
  /** The one commonName of the subject, if it has one. */
  readonly commonName: string | undefined;
  readonly publicKey: AcceptedPublicKey;
  /**
   * The names asked for, canonical and without repetition: the subjectAltName in its order, then a commonName that is a DNS
   * name and not among them (RFC 8555 section 7.4).
   */
  readonly identifiers: readonly Identifier[];
}

/** Largest request read; a post-quantum key and signature with a hundred names fit four times. */
const maximumLength = 64 * 1024;

/** Most names in one request; TLS libraries search them linearly at every handshake. */
const maximumIdentifiers = 100;

/**
 * Reads a PKCS#10 certification request and verifies that its sender holds the private key.
 *
 * KeyUsage, extKeyUsage and unknown extensions that are not critical are read for their form and otherwise ignored: the
 * profile decides what a certificate says. What would make a certificate authority is refused.
 *
 * @param input - DER, or PEM text with exactly one `CERTIFICATE REQUEST`.
 * @throws {CsrError} `ERR_CSR_MALFORMED`, `ERR_CSR_SIGNATURE_INVALID`, `ERR_CSR_ALGORITHM_REFUSED` (SHA-1, MD5, unknown),
 * `ERR_CSR_EXTENSION_REFUSED`, `ERR_KEY_WEAK`, `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`.
 * @see RFC 2986 section 4, RFC 2985 section 5.4.2
 */
export async function parseCertificationRequest(input: Uint8Array | string): Promise<CertificationRequest> {
  try {
    return await readRequest(typeof input === "string" ? decodeRequestPem(input) : input);
  } catch (cause) {
    if (cause instanceof CsrError || !(cause instanceof CaError)) throw cause;
    const keepsCode = cause.code.startsWith("ERR_KEY_");
    throw new CsrError(
      keepsCode ? cause.code : "ERR_CSR_MALFORMED",
      `the certification request is refused: ${cause.message}`,
      { cause },
    );
  }
}

/** Whether a value came out of {@link parseCertificationRequest}, and not out of somebody's object literal. */
export function isVerifiedRequest(value: unknown): value is CertificationRequest {
  return typeof value === "object" && value !== null && verified in value && value[verified] === value;
}

function decodeRequestPem(text: string): Uint8Array {
  if (text.length > maximumLength * 2)
    throw new DerError(`the PEM text has ${text.length} characters, allowed are ${maximumLength * 2}`);
  const blocks = decodePem(
    text.replaceAll("NEW CERTIFICATE REQUEST", "CERTIFICATE REQUEST"),
    "CERTIFICATE REQUEST",
  );
  const [der] = blocks;
  if (der === undefined || blocks.length > 1)
    throw new DerError(`${blocks.length} PEM blocks, expected one CERTIFICATE REQUEST`);
  return der;
}

async function readRequest(input: Uint8Array): Promise<CertificationRequest> {
  if (input.length > maximumLength)
    throw new DerError(`${input.length} octets, allowed are ${maximumLength}`);
  const der = new Uint8Array(input); // a copy: what was verified must not change with the caller's buffer
  assertDer(der);
  const [info, algorithm, signature, ...rest] = readSequence(readDer(der), "CertificationRequest");
  const [version, subjectName, spki, ...attributes] = readSequence(info, "certificationRequestInfo");
  if (info === undefined || rest.length > 0)
    throw new DerError("CertificationRequest does not have three fields");
  if (readSmallInteger(version, "version") !== 0) throw new DerError("version is not 0");

  const subject = readName(subjectName, "subject");
  const extensions = readRequestedExtensions(attributes);
  const extKeyUsage = extensions.get(extensionOids.extKeyUsage);
  if (extKeyUsage !== undefined) readExtKeyUsage(extKeyUsage.value);
  refuseAuthorityExtensions(extensions);
  const commonName = onlyCommonName(subject);
  const identifiers = readIdentifiers(extensions, commonName);

  const publicKey = await importAccepted(readSubjectPublicKeyInfo(spki));
  await verifySignature(info.encoded, algorithm, readBitStringOctets(signature, "signature"), publicKey);

  const request = { der, subject, commonName, publicKey, identifiers };
  return Object.freeze(Object.assign(request, { [verified]: request as CertificationRequest }));
}

async function verifySignature(
  signed: Uint8Array,
  algorithm: DerElement | undefined,
  signature: Uint8Array,
  { key, algorithm: keyAlgorithm }: AcceptedPublicKey,
): Promise<void> {
  const { algorithm: name, oid } = readSignatureAlgorithm(algorithm, "signatureAlgorithm");
  if (name === undefined)
    throw new CsrError("ERR_CSR_ALGORITHM_REFUSED", `signature algorithm ${oid} is not accepted`);
  if (!keyFitsSignature(keyAlgorithm, name)) {
    throw new CsrError(
      "ERR_CSR_ALGORITHM_REFUSED",
      `signature algorithm ${name} does not fit a key of type ${keyAlgorithm.type}`,
    );
  }
  if (!(await key.verify(name, signed, signature))) {
    throw new CsrError(
      "ERR_CSR_SIGNATURE_INVALID",
      "the signature of the certification request does not verify under its own key",
    );
  }
}

/** Reads the one extensionRequest attribute; every other attribute, challengePassword too, is left alone and never shown. */
function readRequestedExtensions(fields: readonly DerElement[]): ReadonlyMap<string, ParsedExtension> {
  const [attributes, ...rest] = fields;
  if (attributes === undefined) return new Map(); // forgiven: some clients leave out the empty attributes
  if (attributes.tag !== contextConstructed(0) || rest.length > 0)
    throw new DerError("certificationRequestInfo has a field other than attributes");
  const requests = readChildren(attributes).flatMap((attribute) => {
    const [type, values, ...others] = readSequence(attribute, "attribute");
    if (values?.tag !== tags.set || values.content.length === 0 || others.length > 0)
      throw new DerError("an attribute is not a type and a SET of values");
    return extensionRequests.has(readOid(type, "attribute type"))
      ? [readSet(values, "extensionRequest")]
      : [];
  });
  const [request] = requests;
  if (request === undefined) return new Map();
  if (requests.length > 1 || request.length !== 1)
    throw new DerError("extensionRequest appears more than once");
  return readExtensionList(request[0]);
}

const extensionRequests: ReadonlySet<string> = new Set([
  csrAttributeOids.extensionRequest,
  csrAttributeOids.microsoftExtensionRequest,
]);

/** Extensions whose form is known; any other that is critical cannot be ignored and is refused. */
const understood: ReadonlySet<string> = new Set([
  extensionOids.basicConstraints,
  extensionOids.extKeyUsage,
  extensionOids.keyUsage,
  extensionOids.subjectAltName,
  extensionOids.subjectKeyIdentifier,
]);

function refuseAuthorityExtensions(extensions: ReadonlyMap<string, ParsedExtension>): void {
  const basicConstraints = extensions.get(extensionOids.basicConstraints);
  if (basicConstraints !== undefined && readBasicConstraints(basicConstraints.value).ca)
    throw refused("basicConstraints with cA");
  const keyUsage = extensions.get(extensionOids.keyUsage);
  const usages = keyUsage === undefined ? new Set() : readKeyUsage(keyUsage.value);
  if (usages.has("keyCertSign") || usages.has("cRLSign"))
    throw refused("keyUsage of a certificate authority");
  for (const oid of [extensionOids.nameConstraints, extensionOids.authorityKeyIdentifier]) {
    if (extensions.has(oid)) throw refused(`extension ${oid}`);
  }
  for (const [oid, { critical }] of extensions)
    if (critical && !understood.has(oid)) throw refused(`critical extension ${oid}`);
}

function refused(what: string): CsrError {
  return new CsrError(
    "ERR_CSR_EXTENSION_REFUSED",
    `the certification request asks for ${what}, which only the issuer may decide`,
  );
}

function onlyCommonName(subject: DistinguishedName): string | undefined {
  const [commonName, ...others] = attributeValues(subject, "commonName");
  if (others.length > 0) throw new DerError("the subject has more than one commonName");
  return commonName;
}

function readIdentifiers(
  extensions: ReadonlyMap<string, ParsedExtension>,
  commonName: string | undefined,
): readonly Identifier[] {
  const extension = extensions.get(extensionOids.subjectAltName);
  const names = extension === undefined ? [] : readSubjectAltName(extension.value);
  const fromCommonName = commonName === undefined ? undefined : dnsNameOf(commonName);
  if (fromCommonName !== undefined) names.push(fromCommonName);
  const distinct = names.filter(
    (name, index) => names.findIndex((other) => sameIdentifier(name, other)) === index,
  );
  if (distinct.length > maximumIdentifiers)
    throw new DerError(`${distinct.length} names, allowed are ${maximumIdentifiers}`);
  return distinct;
}

function readSubjectAltName(value: Uint8Array): Identifier[] {
  const names = readSequence(readDer(value), "subjectAltName");
  // Counted before they are read: what follows takes time that grows with the square of their number.
  if (names.length === 0 || names.length > maximumIdentifiers)
    throw new DerError(`subjectAltName has ${names.length} names, allowed are 1 to ${maximumIdentifiers}`);
  return names.map(readGeneralName);
}

function dnsNameOf(commonName: string): Identifier | undefined {
  try {
    return parseIdentifier("dns", commonName);
  } catch {
    return undefined; // a person's name or a device's: whether that is acceptable is for whoever issues
  }
}

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
import { csrAttributeOids } from "../asn1/oids.ts";
import { decodePem } from "../asn1/pem.ts";
import { contextConstructed, tags } from "../asn1/tags.ts";
import { type DistinguishedName, readName } from "../certificate/name.ts";
import { type ParsedExtension, readExtensionList } from "../certificate/parse.ts";
import { CaError, CsrError, DerError } from "../errors.ts";
import { type AcceptedPublicKey, importAccepted } from "../key/public-key.ts";
import { keyFitsSignature, readSignatureAlgorithm } from "../key/signature-algorithm.ts";
import { readSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";

/** What a request says about its sender, before anything of it is believed. */
export interface RequestContents {
  readonly subject: DistinguishedName;
  /** Of the one extensionRequest attribute; empty when there is none. */
  readonly extensions: ReadonlyMap<string, ParsedExtension>;
}

/** A request whose form is right, whose key is strong and whose signature was verified. */
export interface SignedRequest {
  /** DER, exactly as received. */
  readonly der: Uint8Array;
  readonly subject: DistinguishedName;
  readonly publicKey: AcceptedPublicKey;
}

/** Largest request read; a post-quantum key and signature with a hundred names fit four times. */
const maximumLength = 64 * 1024;

/**
 * Reads a PKCS#10 certification request and verifies that its sender holds the private key.
 *
 * @param input - DER, or PEM text with exactly one `CERTIFICATE REQUEST`.
 * @param interpret - Reads or refuses what the request asks for; called before the signature is verified, which costs more.
 * @throws {CsrError} `ERR_CSR_MALFORMED`, `ERR_CSR_SIGNATURE_INVALID`, `ERR_CSR_ALGORITHM_REFUSED`, `ERR_KEY_WEAK`,
 * `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`, and what `interpret` throws.
 * @see RFC 2986 section 4, RFC 2985 section 5.4.2
 */
export async function readSignedRequest<Asked>(
  input: Uint8Array | string,
  interpret: (contents: RequestContents) => Asked,
): Promise<SignedRequest & Asked> {
  try {
    return await readRequest(typeof input === "string" ? decodeRequestPem(input) : input, interpret);
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

async function readRequest<Asked>(
  input: Uint8Array,
  interpret: (contents: RequestContents) => Asked,
): Promise<SignedRequest & Asked> {
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
  const asked = interpret({ subject, extensions: readRequestedExtensions(attributes) });

  const publicKey = await importAccepted(readSubjectPublicKeyInfo(spki));
  await verifySignature(info.encoded, algorithm, readBitStringOctets(signature, "signature"), publicKey);
  return { ...asked, der, subject, publicKey };
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
  const requests: DerElement[] = [];
  for (const attribute of readChildren(attributes)) {
    const [type, values, ...others] = readSequence(attribute, "attribute");
    if (values?.tag !== tags.set || values.content.length === 0 || others.length > 0)
      throw new DerError("an attribute is not a type and a SET of values");
    if (extensionRequests.has(readOid(type, "attribute type")))
      requests.push(...readSet(values, "extensionRequest"));
  }
  if (requests.length === 0) return new Map();
  if (requests.length > 1) throw new DerError("extensionRequest appears more than once");
  return readExtensionList(requests[0]);
}

const extensionRequests: ReadonlySet<string> = new Set([
  csrAttributeOids.extensionRequest,
  csrAttributeOids.microsoftExtensionRequest,
]);

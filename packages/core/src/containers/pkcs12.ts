import { cryptoProvider } from "#crypto";
import {
  encodeDer,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeSmallInteger,
} from "../asn1/der-writer.ts";
import { contentTypeOids, pkcs12Oids } from "../asn1/oids.ts";
import { contextConstructed, contextPrimitive, tags } from "../asn1/tags.ts";
import { keyIdentifier } from "../certificate/key-identifier.ts";
import { parseCertificate } from "../certificate/parse.ts";
import type { PrivateKey } from "../crypto/provider.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { ConfigurationError } from "../errors.ts";
import { isPlainText } from "../requester.ts";
import { legacyProtection, modernProtection, type Protection } from "./pkcs12-protection.ts";
import { utf16 } from "./utf16.ts";

/** Input of {@link encodePkcs12}; an issued certificate has the fields `certificate` and `chain` already. */
export interface Pkcs12Options {
  /** The key, or its unencrypted PKCS#8 DER. */
  readonly privateKey: PrivateKey | Uint8Array;
  /** Certificate of that key, DER. */
  readonly certificate: Uint8Array;
  /** DER of further certificates, issuers first; `certificate` among them is not written twice. Default: none. */
  readonly chain?: readonly Uint8Array[];
  /** Not empty, no U+0000. Java refuses what is not ASCII, others take it. */
  readonly password: string;
  /** What key stores show, and what keytool takes for the alias: 1 to 255 characters. Default: none. */
  readonly friendlyName?: string;
  /**
   * `modern`, the default: PBES2 with AES-256-CBC, MAC with SHA-256, 600 000 rounds each. .NET's X509CertificateLoader
   * accepts so many only when its limits are raised.
   *
   * `legacy`: triple DES and SHA-1 with 2048 rounds, for systems that refuse the other, such as Windows Server 2016 and older
   * releases of macOS. Such a file protects little: give it a long random password.
   */
  readonly compatibility?: "legacy" | "modern";
}

/**
 * Writes a private key with its certificates as a PKCS#12 file (`.p12`, `.pfx`, media type `application/x-pkcs12`).
 *
 * Takes about a second of one processor, most of it spent on the rounds of the MAC, in slices of a few milliseconds between
 * which the event loop turns; without node:crypto it is minutes.
 *
 * @returns PFX, DER.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a password or friendlyName that cannot be written, or a certificate of another key;
 * `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`: octets that are no private key.
 * @throws {CaError} `ERR_CERTIFICATE_MALFORMED`: about `certificate` or one of the chain.
 * @see RFC 7292 section 4, RFC 8018 section 6.2
 */
export async function encodePkcs12(options: Pkcs12Options): Promise<Uint8Array> {
  const { certificate, chain = [], password, friendlyName, compatibility = "modern" } = options;
  assertText(password, friendlyName);
  if (!Object.hasOwn(protections, compatibility))
    throw invalid(`compatibility "${compatibility}" is not one of legacy, modern`);
  const privateKey = await readPrivateKey(options.privateKey);
  const { publicKey } = parseCertificate(certificate);
  if (!equalBytes(publicKey.der, privateKey.publicKey))
    throw invalid("the private key does not belong to the certificate");

  const protection = protections[compatibility](password);
  const attributes = encodeAttributes(await keyIdentifier(publicKey.subjectPublicKey), friendlyName);
  const others = chain.map((der) => parseCertificate(der).der).filter((der) => !equalBytes(der, certificate));
  const [key, certificates] = await Promise.all([
    encodeKeyContent(protection, await privateKey.exportPkcs8(), attributes),
    encodeCertificateContent(protection, [
      encodeCertificateBag(certificate, attributes),
      ...others.map((der) => encodeCertificateBag(der)),
    ]),
  ]);
  return encodePfx(protection, encodeSequence(certificates, key));
}

const protections = { legacy: legacyProtection, modern: modernProtection } as const;

function assertText(password: string, friendlyName: string | undefined): void {
  if (password === "" || password.includes("\0") || !password.isWellFormed())
    throw invalid("the password is empty, or has U+0000 or half of a surrogate pair in it");
  if (friendlyName !== undefined && !isPlainText(friendlyName))
    throw invalid("friendlyName is not 1 to 255 characters without control characters");
}

async function readPrivateKey(key: PrivateKey | Uint8Array): Promise<PrivateKey> {
  return key instanceof Uint8Array ? cryptoProvider.importPkcs8(key) : key;
}

/** Attributes that tell key and certificate apart from others and belong together (RFC 2985 sections 5.5.1 and 5.5.2). */
function encodeAttributes(localKeyId: Uint8Array, friendlyName: string | undefined): Uint8Array {
  const name = friendlyName === undefined ? [] : [encodeDer(tags.bmpString, utf16(friendlyName))];
  return encodeSet(
    encodeAttribute(pkcs12Oids.localKeyId, encodeOctetString(localKeyId)),
    ...name.map((value) => encodeAttribute(pkcs12Oids.friendlyName, value)),
  );
}

function encodeAttribute(oid: string, value: Uint8Array): Uint8Array {
  return encodeSequence(encodeOid(oid), encodeSet(value));
}

async function encodeKeyContent(
  { encrypt }: Protection,
  pkcs8: Uint8Array,
  attributes: Uint8Array,
): Promise<Uint8Array> {
  const { algorithm, ciphertext } = await encrypt(pkcs8);
  const shrouded = encodeSequence(algorithm, encodeOctetString(ciphertext));
  return encodeData(encodeSequence(encodeBag(pkcs12Oids.pkcs8ShroudedKeyBag, shrouded, attributes)));
}

/** Certificates are encrypted as well, as all writers do: they name their owner, and some readers expect it. */
async function encodeCertificateContent(
  { encrypt }: Protection,
  bags: readonly Uint8Array[],
): Promise<Uint8Array> {
  const { algorithm, ciphertext } = await encrypt(encodeSequence(...bags));
  const content = encodeSequence(
    encodeOid(contentTypeOids.data),
    algorithm,
    encodeDer(contextPrimitive(0), ciphertext),
  );
  return encodeContent(contentTypeOids.encryptedData, encodeSequence(encodeSmallInteger(0), content));
}

function encodeCertificateBag(certificate: Uint8Array, attributes?: Uint8Array): Uint8Array {
  const value = encodeSequence(
    encodeOid(pkcs12Oids.x509Certificate),
    encodeDer(contextConstructed(0), encodeOctetString(certificate)),
  );
  return encodeBag(pkcs12Oids.certBag, value, attributes);
}

function encodeBag(oid: string, value: Uint8Array, attributes: Uint8Array = new Uint8Array()): Uint8Array {
  return encodeSequence(encodeOid(oid), encodeDer(contextConstructed(0), value), attributes);
}

async function encodePfx({ mac }: Protection, authenticatedSafe: Uint8Array): Promise<Uint8Array> {
  return encodeSequence(encodeSmallInteger(3), encodeData(authenticatedSafe), await mac(authenticatedSafe));
}

function encodeData(octets: Uint8Array): Uint8Array {
  return encodeContent(contentTypeOids.data, encodeOctetString(octets));
}

function encodeContent(oid: string, content: Uint8Array): Uint8Array {
  return encodeSequence(encodeOid(oid), encodeDer(contextConstructed(0), content));
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message);
}

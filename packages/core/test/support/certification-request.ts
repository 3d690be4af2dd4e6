import { generateKeyPairSync, sign } from "node:crypto";
import {
  contextConstructed,
  encodeBitString,
  encodeBoolean,
  encodeDer,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeSmallInteger,
  tags,
} from "@chancery/core/asn1";

/** Parts of a CertificationRequest, DER; what is left out is right, what is `null` is missing. */
export interface RequestParts {
  readonly version?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly publicKey?: Uint8Array;
  /** Contents of the `[0]` field. */
  readonly attributes?: readonly Uint8Array[] | null;
  /** Fields after the attributes. */
  readonly more?: readonly Uint8Array[];
  readonly algorithm?: Uint8Array;
  readonly signature?: (signed: Uint8Array) => Uint8Array;
  /** Fields after the signature. */
  readonly rest?: readonly Uint8Array[];
}

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** SubjectPublicKeyInfo of the key that signs unless a part says otherwise. */
export const requestKey: Uint8Array = new Uint8Array(publicKey.export({ format: "der", type: "spki" }));

const ecdsaWithSha256 = encodeSequence(encodeOid("1.2.840.10045.4.3.2"));

/** Puts a certification request together and signs it with node:crypto. */
export function buildRequest(parts: RequestParts = {}): Uint8Array {
  const {
    version = encodeSmallInteger(0),
    subject = encodeSequence(),
    attributes = [],
    more = [],
    rest = [],
  } = parts;
  const info = encodeSequence(
    version,
    subject,
    parts.publicKey ?? requestKey,
    ...(attributes === null ? [] : [encodeDer(contextConstructed(0), ...attributes)]),
    ...more,
  );
  const signature = parts.signature?.(info) ?? encodeBitString(signWithRequestKey(info));
  return encodeSequence(info, parts.algorithm ?? ecdsaWithSha256, signature, ...rest);
}

/** An ECDSA signature of the key that is in the request, DER. */
export function signWithRequestKey(data: Uint8Array): Uint8Array {
  return sign("sha256", data, privateKey);
}

/** An attribute with any values (RFC 2986 section 4.1). */
export function attribute(type: string, ...values: readonly Uint8Array[]): Uint8Array {
  return encodeSequence(encodeOid(type), encodeSet(...values));
}

/** The attribute that asks for extensions (RFC 2985 section 5.4.2). */
export function extensionRequest(...extensions: readonly Uint8Array[]): Uint8Array {
  return attribute("1.2.840.113549.1.9.14", encodeSequence(...extensions));
}

/** An extension (RFC 5280 section 4.1). */
export function extension(oid: string, value: Uint8Array, critical = false): Uint8Array {
  return encodeSequence(encodeOid(oid), ...(critical ? [encodeBoolean(true)] : []), encodeOctetString(value));
}

/** A subjectAltName with GeneralNames that are encoded already. */
export function subjectAltName(...names: readonly Uint8Array[]): Uint8Array {
  return extension("2.5.29.17", encodeSequence(...names));
}

/** A GeneralName with ASCII contents: 1 email, 2 dns, 6 uri. */
export function textName(number: number, text: string): Uint8Array {
  return encodeDer(0x80 | number, Buffer.from(text, "latin1"));
}

/** A Name of one commonName in the string type given. */
export function commonName(text: string | Uint8Array, tag: number = tags.utf8String): Uint8Array {
  const value = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  return encodeSequence(encodeSet(encodeSequence(encodeOid("2.5.4.3"), encodeDer(tag, value))));
}

/** OIDs of attributes and extensions that requests carry. */
export const requestOids = {
  challengePassword: "1.2.840.113549.1.9.7",
  extensionRequest: "1.2.840.113549.1.9.14",
  microsoftExtensionRequest: "1.3.6.1.4.1.311.2.1.14",
  basicConstraints: "2.5.29.19",
  extKeyUsage: "2.5.29.37",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  subjectKeyIdentifier: "2.5.29.14",
} as const;

/** A dNSName. */
export function dnsName(name: string): Uint8Array {
  return textName(2, name);
}

/** A subjectAltName of www.example.test. */
export const wwwAltName: Uint8Array = subjectAltName(dnsName("www.example.test"));

/** Parts of a request for the extensions given. */
export function ask(...extensions: readonly Uint8Array[]): RequestParts {
  return { attributes: [extensionRequest(...extensions)] };
}

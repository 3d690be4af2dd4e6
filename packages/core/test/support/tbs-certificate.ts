import { generateKeyPairSync } from "node:crypto";
import {
  contextConstructed,
  encodeBoolean,
  encodeDer,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeSmallInteger,
  tags,
} from "@chancery/core/asn1";

/** Parts of a TBSCertificate, DER; what is left out is right for the role, what is `null` is missing. */
export interface TbsParts {
  readonly version?: Uint8Array | null;
  readonly serialNumber?: Uint8Array;
  readonly signature?: Uint8Array;
  readonly issuer?: Uint8Array;
  readonly notBefore?: Uint8Array;
  readonly notAfter?: Uint8Array;
  readonly validity?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly publicKey?: Uint8Array;
  /** Fields between the public key and the extensions. */
  readonly more?: readonly Uint8Array[];
  /** Instead of the whole `[3]` field. */
  readonly extensionsField?: Uint8Array | null;
  /** Extensions by name, instead of those of the role or besides them. */
  readonly extensions?: Readonly<Record<string, Uint8Array | null>>;
}

/** The role of the certificate. */
export type TbsRole = "endEntity" | "intermediate" | "root";

/** Names of the certificates that {@link buildTbs} makes: an issuer, and what is below it. */
export const tbsNames: Readonly<Record<TbsRole, Uint8Array>> = {
  root: name([["2.5.4.3", tags.printableString, "Root"]]),
  intermediate: name([["2.5.4.3", tags.printableString, "Intermediate"]]),
  endEntity: encodeSequence(),
};

/** Key identifiers of subject and issuer. */
export const subjectKeyIdentifier: Uint8Array = new Uint8Array(20).fill(1);
export const issuerKeyIdentifier: Uint8Array = new Uint8Array(20).fill(2);

/** SubjectPublicKeyInfo of P-256, and others by their kind. */
export const publicKeys: Readonly<Record<"ec" | "ed25519" | "ml-dsa" | "rsa", Uint8Array>> = {
  ec: new Uint8Array(
    generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "der", type: "spki" }),
  ),
  ed25519: new Uint8Array(generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" })),
  "ml-dsa": encodeSequence(
    encodeSequence(encodeOid("2.16.840.1.101.3.4.3.17")),
    encodeDer(tags.bitString, new Uint8Array(1 + 1312)), // ML-DSA-44: FIPS 204 table 2
  ),
  rsa: new Uint8Array(
    generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "der", type: "spki" }),
  ),
};

/** AlgorithmIdentifier of ECDSA with SHA-256. */
export const ecdsaWithSha256: Uint8Array = encodeSequence(encodeOid("1.2.840.10045.4.3.2"));

/** Puts a TBSCertificate together: a right one, but for the parts that are given. */
export function buildTbs(role: TbsRole, parts: TbsParts = {}): Uint8Array {
  const { version, extensionsField } = parts;
  const extensions = Object.values({ ...extensionsOf[role], ...parts.extensions }).filter(
    (one) => one !== null,
  );
  return encodeSequence(
    ...(version === null ? [] : [version ?? encodeDer(contextConstructed(0), encodeSmallInteger(2))]),
    parts.serialNumber ?? encodeSmallInteger(0x1234),
    parts.signature ?? ecdsaWithSha256,
    parts.issuer ?? tbsNames.root,
    parts.validity ??
      encodeSequence(parts.notBefore ?? utcTime("300101000000Z"), parts.notAfter ?? utcTime("300331235959Z")),
    parts.subject ?? tbsNames[role],
    parts.publicKey ?? publicKeys.ec,
    ...(parts.more ?? []),
    ...(extensionsField === null
      ? []
      : [extensionsField ?? encodeDer(contextConstructed(3), encodeSequence(...extensions))]),
  );
}

/** An extension, its value given as DER. */
export function extension(oid: string, value: Uint8Array, critical = false): Uint8Array {
  return encodeSequence(encodeOid(oid), ...(critical ? [encodeBoolean(true)] : []), encodeOctetString(value));
}

/** A Name with one attribute in each RDN: OID, tag of the string and text. */
export function name(attributes: readonly (readonly [string, number, string])[]): Uint8Array {
  return encodeSequence(
    ...attributes.map(([oid, tag, text]) =>
      encodeSet(encodeSequence(encodeOid(oid), encodeDer(tag, Buffer.from(text, "utf8")))),
    ),
  );
}

/** A UTCTime, and a GeneralizedTime, of any text. */
export function utcTime(text: string): Uint8Array {
  return encodeDer(tags.utcTime, Buffer.from(text, "latin1"));
}

export function generalizedTime(text: string): Uint8Array {
  return encodeDer(tags.generalizedTime, Buffer.from(text, "latin1"));
}

/** Contents of an extension's value, written as hexadecimal. */
export function der(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

const keyUsageOfAuthority = extension("2.5.29.15", der("03020106"), true); // keyCertSign, cRLSign
const ownKeyIdentifier = extension("2.5.29.14", encodeOctetString(subjectKeyIdentifier));
const keyIdentifierOfIssuer = extension("2.5.29.35", encodeSequence(encodeDer(0x80, issuerKeyIdentifier)));

const extensionsOf: Readonly<Record<TbsRole, Readonly<Record<string, Uint8Array>>>> = {
  endEntity: {
    keyUsage: extension("2.5.29.15", der("03020780"), true), // digitalSignature
    extKeyUsage: extension("2.5.29.37", encodeSequence(encodeOid("1.3.6.1.5.5.7.3.1"))),
    basicConstraints: extension("2.5.29.19", encodeSequence(), true),
    subjectKeyIdentifier: ownKeyIdentifier,
    authorityKeyIdentifier: keyIdentifierOfIssuer,
    subjectAltName: extension("2.5.29.17", encodeSequence(encodeDer(0x82, Buffer.from("a.example"))), true),
  },
  intermediate: {
    basicConstraints: extension("2.5.29.19", der("3006 0101ff 020100"), true), // cA, path length 0
    keyUsage: keyUsageOfAuthority,
    subjectKeyIdentifier: ownKeyIdentifier,
    authorityKeyIdentifier: keyIdentifierOfIssuer,
  },
  root: {
    basicConstraints: extension("2.5.29.19", der("3003 0101ff"), true),
    keyUsage: keyUsageOfAuthority,
    subjectKeyIdentifier: extension("2.5.29.14", encodeOctetString(issuerKeyIdentifier)),
  },
};

import { type DerElement, readOid, readSequence, readSet } from "../asn1/der-reader.ts";
import {
  encodeIa5String,
  encodeOid,
  encodePrintableString,
  encodeSequence,
  encodeSet,
  encodeUtf8String,
} from "../asn1/der-writer.ts";
import { attributeTypeOids } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";
import { textOf } from "../encoding/character-codes.ts";
import { DerError } from "../errors.ts";

/** Attribute types that names can be written with. */
export type AttributeType = keyof typeof attributeTypeOids;

/** One attribute of a relative distinguished name. */
export interface NameAttribute {
  /** OID of the attribute type, dotted decimal. */
  readonly type: string;
  readonly value: string;
}

/** An attribute of the subject of a certificate that is planned, and who wanted it. */
export interface SubjectAttribute extends NameAttribute {
  /**
   * `profile`: the operator configured it; `identifier`: a commonName that repeats an identifier; `request`: the requester
   * asked for it, so a policy has to allow it as it has to allow identifiers.
   */
  readonly source: "identifier" | "profile" | "request";
}

/** A distinguished name that has been read; comparisons use `der`, which is never encoded again. */
export interface DistinguishedName {
  /** Name DER, exactly as found. */
  readonly der: Uint8Array;
  /** All attributes, in order, the structure of RDNs flattened. */
  readonly attributes: readonly NameAttribute[];
}

/**
 * Encodes a Name with one attribute in each RDN, in the order given.
 *
 * Values are PrintableString where their alphabet allows and UTF8String otherwise; emailAddress and domainComponent are
 * IA5String.
 *
 * @throws {DerError} An empty value, one above its upper bound, or one with control or bidirectional formatting characters.
 * @see RFC 5280 section 4.1.2.4 and appendix A.1
 */
export function encodeName(attributes: readonly (readonly [AttributeType, string])[]): Uint8Array {
  return encodeSequence(
    ...attributes.map(([type, value]) =>
      encodeSet(encodeSequence(encodeOid(attributeTypeOids[type]), encodeValue(type, value))),
    ),
  );
}

/**
 * As {@link encodeName}, for attributes whose type is given by its OID.
 *
 * @throws {DerError} As `encodeName`, and for an OID that is none of the {@link AttributeType}s.
 */
export function encodeNameAttributes(attributes: readonly NameAttribute[]): Uint8Array {
  return encodeName(
    attributes.map(({ type, value }) => {
      const name = attributeTypeOf(type);
      if (name === undefined)
        throw new DerError(`attribute type ${type} is none that names are written with`);
      return [name, value];
    }),
  );
}

/** Finds the name of an attribute type by its OID; undefined for one that names are not written with. */
export function attributeTypeOf(oid: string): AttributeType | undefined {
  return attributeTypesByOid.get(oid);
}

const attributeTypesByOid: ReadonlyMap<string, AttributeType> = new Map(
  (Object.entries(attributeTypeOids) as [AttributeType, string][]).map(([type, oid]) => [oid, type]),
);

/**
 * Reads a Name.
 *
 * @throws {DerError} A value that is not text in its string type, or text that could deceive a reader: control characters,
 * U+0000, bidirectional formatting.
 */
export function readName(element: DerElement | undefined, what: string): DistinguishedName {
  const rdns = readSequence(element, what);
  const attributes = rdns.flatMap((rdn) => {
    const values = readSet(rdn, `${what} RDN`);
    if (values.length === 0) throw new DerError(`${what} has an empty RDN`);
    return values.map((value) => readAttribute(value, what));
  });
  return { der: element?.encoded ?? new Uint8Array(), attributes };
}

/** Finds the values of one attribute type. */
export function attributeValues(name: DistinguishedName, type: AttributeType): readonly string[] {
  return name.attributes
    .filter((attribute) => attribute.type === attributeTypeOids[type])
    .map(({ value }) => value);
}

/** Writes a name for people, most specific attribute last, as it stands in the certificate: `O=Lab, CN=Lab Root`. */
export function formatName(name: DistinguishedName): string {
  return name.attributes.map(({ type, value }) => `${shortNames[type] ?? type}=${value}`).join(", ");
}

const shortNames: Readonly<Record<string, string>> = {
  [attributeTypeOids.commonName]: "CN",
  [attributeTypeOids.country]: "C",
  [attributeTypeOids.domainComponent]: "DC",
  [attributeTypeOids.locality]: "L",
  [attributeTypeOids.organization]: "O",
  [attributeTypeOids.organizationalUnit]: "OU",
  [attributeTypeOids.stateOrProvince]: "ST",
};

/** Upper bounds in characters: RFC 5280 appendix A.1 (`ub-common-name` and its neighbours). */
export const attributeUpperBounds: Readonly<Record<AttributeType, number>> = {
  commonName: 64,
  country: 2,
  domainComponent: 63,
  emailAddress: 255,
  locality: 128,
  organization: 64,
  organizationalUnit: 64,
  serialNumber: 64,
  stateOrProvince: 128,
  street: 128,
  surname: 40,
};

function encodeValue(type: AttributeType, value: string): Uint8Array {
  const length = Array.from(value).length; // characters, as the upper bounds count them
  if (length === 0 || length > attributeUpperBounds[type])
    throw new DerError(`${type} has ${length} characters, allowed are 1 to ${attributeUpperBounds[type]}`);
  assertHonestText(value, type);
  const printable = isPrintableString(value);
  if (type === "country" && !/^[A-Z]{2}$/.test(value))
    throw new DerError(`country "${value}" is not two capital letters`);
  if (type === "serialNumber" && !printable)
    throw new DerError("serialNumber has characters outside PrintableString");
  if (type === "emailAddress" || type === "domainComponent") {
    if (!/^[\x21-\x7e]*$/.test(value)) throw new DerError(`${type} is not ASCII`);
    return encodeIa5String(value);
  }
  return encodePrintableOrUtf8(value);
}

/** Encodes text of any length as PrintableString where its alphabet allows, and as UTF8String otherwise. */
export function encodePrintableOrUtf8(text: string): Uint8Array {
  return isPrintableString(text) ? encodePrintableString(text) : encodeUtf8String(text);
}

/** The alphabet of PrintableString (X.680 section 41.4). */
function isPrintableString(text: string): boolean {
  return /^[A-Za-z0-9 '()+,./:=?-]*$/.test(text);
}

function readAttribute(element: DerElement, what: string): NameAttribute {
  const [type, value, ...rest] = readSequence(element, `${what} attribute`);
  if (value === undefined || rest.length > 0)
    throw new DerError(`${what} attribute is not a type and a value`);
  const text = readText(value, what);
  assertHonestText(text, what);
  return { type: readOid(type, `${what} attribute type`), value: text };
}

/** Reads a DirectoryString, PrintableString or IA5String (RFC 5280 section 4.1.2.4). @throws {DerError} */
export function readText({ tag, content }: DerElement, what: string): string {
  switch (tag) {
    case tags.utf8String:
      return decodeUtf8(content, what);
    case tags.printableString:
      return checked(latin1(content), /^[A-Za-z0-9 '()+,./:=?*&@_-]*$/, `${what} PrintableString`);
    case tags.ia5String:
      return checked(latin1(content), /^\p{ASCII}*$/u, `${what} IA5String`);
    case tags.teletexString:
      return latin1(content);
    case tags.bmpString:
      return decodeUtf16(content, what);
    default:
      throw new DerError(`${what} has a value with tag 0x${tag.toString(16)}, which is no string`);
  }
}

function decodeUtf8(content: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch (cause) {
    throw new DerError(`${what} has a UTF8String that is not UTF-8`, { cause });
  }
}

function decodeUtf16(content: Uint8Array, what: string): string {
  if (content.length % 2 !== 0) throw new DerError(`${what} has a BMPString of ${content.length} octets`);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return textOf(Array.from({ length: content.length / 2 }, (_, index) => view.getUint16(index * 2)));
}

function latin1(content: Uint8Array): string {
  return textOf(Array.from(content));
}

function checked(text: string, alphabet: RegExp, what: string): string {
  if (!alphabet.test(text)) throw new DerError(`${what} has a character outside its alphabet`);
  return text;
}

/** Names are shown to people who decide by them: refuse what makes a name look like another one. */
export function assertHonestText(text: string, what: string): void {
  if (/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u.test(text)) {
    throw new DerError(
      `${what} has control or bidirectional formatting characters, or half of a surrogate pair`,
    );
  }
}

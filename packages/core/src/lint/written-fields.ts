import {
  type DerElement,
  readBoolean,
  readChildren,
  readOctetString,
  readOid,
  readSequence,
  readSet,
  readSmallInteger,
} from "../asn1/der-reader.ts";
import { contextConstructed, contextPrimitive } from "../asn1/tags.ts";
import { readTime } from "../asn1/time.ts";
import { assertHonestText, readText } from "../certificate/name.ts";
import { DerError } from "../errors.ts";

/** The validity as it is written. */
export interface WrittenValidity {
  readonly notBefore: WrittenTime;
  readonly notAfter: WrittenTime;
}

/** A Time as it is written. */
export interface WrittenTime {
  readonly tag: number;
  /** Since 1970 UTC. */
  readonly milliseconds: number;
}

/** An attribute of a name as it is written. */
export interface WrittenAttribute {
  /** OID. */
  readonly type: string;
  readonly tag: number;
  readonly text: string;
}

/** An extension as it is written. */
export interface WrittenExtension {
  readonly oid: string;
  readonly critical: boolean;
  /** Whether `critical FALSE` is spelled out. */
  readonly spellsDefault: boolean;
  readonly value: Uint8Array;
}

/** Reads the version as it is written: 2 means version 3. Undefined where it is left out. @throws {DerError} */
export function readVersion(element: DerElement | undefined): number | undefined {
  if (element === undefined) return undefined;
  const [version, ...rest] = readChildren(element);
  if (rest.length > 0) throw new DerError("version is more than one value");
  return readSmallInteger(version, "version");
}

/** Reads the validity. @throws {DerError} */
export function readValidity(element: DerElement | undefined): WrittenValidity {
  const [notBefore, notAfter, ...rest] = readSequence(element, "validity");
  if (notBefore === undefined || notAfter === undefined || rest.length > 0)
    throw new DerError("validity is not two times");
  return {
    notBefore: { tag: notBefore.tag, milliseconds: readTime(notBefore, "notBefore") },
    notAfter: { tag: notAfter.tag, milliseconds: readTime(notAfter, "notAfter") },
  };
}

/** Reads the attributes of the subject. @throws {DerError} Also for text that could deceive a reader. */
export function readSubject(element: DerElement): readonly WrittenAttribute[] {
  return readSequence(element, "subject").flatMap((rdn) => {
    const attributes = readSet(rdn, "subject RDN");
    if (attributes.length === 0) throw new DerError("subject has an empty RDN");
    return attributes.map(readAttribute);
  });
}

function readAttribute(element: DerElement): WrittenAttribute {
  const [type, value, ...rest] = readSequence(element, "subject attribute");
  if (value === undefined || rest.length > 0)
    throw new DerError("subject attribute is not a type and a value");
  const text = readText(value, "subject attribute");
  assertHonestText(text, "subject attribute");
  return { type: readOid(type, "subject attribute type"), tag: value.tag, text };
}

/** Whether one of the fields after the public key is a unique identifier. */
export function hasUniqueIdentifier(optional: readonly DerElement[]): boolean {
  return optional.some(({ tag }) => uniqueIdentifierTags.has(tag));
}

/** Reads the extensions from the fields after the public key; empty where there are none. @throws {DerError} */
export function readExtensions(optional: readonly DerElement[]): readonly WrittenExtension[] {
  const [field, ...rest] = optional.filter(({ tag }) => !uniqueIdentifierTags.has(tag));
  if (field === undefined) return [];
  if (field.tag !== contextConstructed(3) || rest.length > 0 || field !== optional[optional.length - 1])
    throw new DerError("tbsCertificate has a field other than extensions after the public key");
  const [list, ...others] = readChildren(field);
  if (others.length > 0) throw new DerError("extensions is more than one value");
  const extensions = readSequence(list, "extensions");
  if (extensions.length === 0) throw new DerError("extensions is empty");
  return extensions.map(readExtension);
}

function readExtension(element: DerElement): WrittenExtension {
  const [identifier, second, third, ...rest] = readSequence(element, "extension");
  const oid = readOid(identifier, "extension id");
  if (second === undefined || rest.length > 0)
    throw new DerError(`extension ${oid} is not an id, critical and a value`);
  const critical = third !== undefined && readBoolean(second, `extension ${oid} critical`);
  return {
    oid,
    critical,
    spellsDefault: third !== undefined && !critical,
    value: readOctetString(third ?? second, `extension ${oid} value`),
  };
}

/** `[1]` and `[2]`, IMPLICIT BIT STRING: RFC 5280 section 4.1.2.8. */
const uniqueIdentifierTags: ReadonlySet<number> = new Set([contextPrimitive(1), contextPrimitive(2)]);

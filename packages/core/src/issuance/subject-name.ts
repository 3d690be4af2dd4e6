import { readDer } from "../asn1/der-reader.ts";
import {
  type DistinguishedName,
  encodeName,
  encodeNameAttributes,
  type NameAttribute,
  readName,
} from "../certificate/name.ts";

/** Writes the subject that a profile has planned as a Name. */
export function subjectName(attributes: readonly NameAttribute[]): DistinguishedName {
  return attributes.length === 0 ? emptyName : readName(readDer(encodeNameAttributes(attributes)), "subject");
}

const emptyName: DistinguishedName = { der: encodeName([]), attributes: [] };

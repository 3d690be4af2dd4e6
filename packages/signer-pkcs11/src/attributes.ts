import type { SessionObject } from "graphene-pk11";
import { returnValueOf } from "./return-value.ts";

/** Attributes that are read as octets (PKCS#11 v2.40, header pkcs11t.h). */
export const attributeTypes = {
  value: 0x011,
  keyType: 0x100,
  id: 0x102,
  sensitive: 0x103,
  sign: 0x108,
  modulus: 0x120,
  publicExponent: 0x122,
  extractable: 0x162,
  local: 0x163,
  neverExtractable: 0x164,
  alwaysSensitive: 0x165,
  ecParams: 0x180,
  ecPoint: 0x181,
  alwaysAuthenticate: 0x202,
} as const;

/** An attribute of {@link attributeTypes}. */
export type AttributeName = keyof typeof attributeTypes;

/** Reads an attribute; undefined when the object has none of that name, or keeps it to itself. */
export function readAttribute(object: SessionObject, name: AttributeName): Uint8Array | undefined {
  try {
    return object.getAttribute(attributeTypes[name]);
  } catch (error) {
    if (unreadable.has(returnValueOf(error) ?? "")) return undefined;
    throw error;
  }
}

/** Reads a CK_BBOOL; undefined as for {@link readAttribute}. */
export function readFlag(object: SessionObject, name: AttributeName): boolean | undefined {
  const octets = readAttribute(object, name);
  return octets === undefined || octets.length === 0 ? undefined : octets[0] !== 0;
}

const unreadable: ReadonlySet<string> = new Set(["CKR_ATTRIBUTE_TYPE_INVALID", "CKR_ATTRIBUTE_SENSITIVE"]);

/**
 * Strict DER: the reader, the writer and PEM, for packages that meet other structures of the field.
 *
 * @module
 */
export {
  assertDer,
  type DerElement,
  expectTag,
  readBitStringOctets,
  readBoolean,
  readChildren,
  readDer,
  readInteger,
  readNamedBits,
  readNull,
  readOctetString,
  readOid,
  readSequence,
  readSet,
  readSmallInteger,
  readUnsignedInteger,
} from "./der-reader.ts";
export {
  encodeBitString,
  encodeBoolean,
  encodeDer,
  encodedNull,
  encodeNamedBits,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeSmallInteger,
  encodeUnsignedInteger,
} from "./der-writer.ts";
export { decodePem, encodePem, type PemBlock, readPemBlocks } from "./pem.ts";
export { contextConstructed, contextPrimitive, tags } from "./tags.ts";
export { encodeTime, noExpiry, readTime } from "./time.ts";

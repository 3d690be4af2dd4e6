/**
 * What Chancery's own packages need of cryptography and encodings, and what ports to other runtimes implement.
 *
 * @module
 */
export { cryptoProvider } from "#crypto";
export { coordinateLengths, ecdsaDerToRaw, ecdsaRawToDer } from "./crypto/ecdsa-signature.ts";
export type {
  CryptoProvider,
  DigestAlgorithm,
  EllipticCurve,
  KeyAlgorithm,
  KeySpecification,
  MaybePromise,
  PrivateKey,
  PublicKey,
  SignatureAlgorithm,
} from "./crypto/provider.ts";
export { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from "./encoding/base64.ts";
export { concatBytes, equalBytes, timeOrderedId } from "./encoding/bytes.ts";
export { decodeHex, encodeHex } from "./encoding/hex.ts";
export { type AcceptedPublicKey, acceptPublicKey } from "./key/public-key.ts";
export {
  encodeSubjectPublicKeyInfo,
  type PublicKeyNumbers,
  type SubjectPublicKeyInfo,
} from "./key/subject-public-key-info.ts";

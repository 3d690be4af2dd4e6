/**
 * Files that carry certificates, with a private key or without one.
 *
 * @module
 */
export { certsOnlyMediaType, decodeCertsOnly, encodeCertsOnly } from "./certs-only.ts";
export { encodePkcs12, type Pkcs12Options } from "./pkcs12.ts";

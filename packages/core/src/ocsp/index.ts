/**
 * An OCSP responder for the certificates of an authority: from octets to octets, or as a fetch handler.
 *
 * @module
 */
export type { OcspStatusLookup } from "./answers.ts";
export { createOcspDelegates, type OcspDelegateIssuer, type OcspDelegatesOptions } from "./delegates.ts";
export type { OcspIssuer } from "./known-issuers.ts";
export type { OcspAnswer } from "./ocsp-answer.ts";
export type { OcspErrorStatus } from "./ocsp-response.ts";
export {
  createOcspResponder,
  type OcspResponder,
  type OcspResponderOptions,
} from "./responder.ts";
export type { OcspDelegate } from "./response-signers.ts";

import { parseDuration } from "../claims/duration.ts";
import { ConfigurationError, DerError, isCaError } from "../errors.ts";
import { createAnswers, type OcspStatusLookup, type SignedAnswer } from "./answers.ts";
import { createOcspHandler } from "./handler.ts";
import { type IssuerLookup, type KnownIssuer, type OcspIssuer, readIssuers } from "./known-issuers.ts";
import type { OcspAnswer } from "./ocsp-answer.ts";
import { type OcspRequest, parseOcspRequest } from "./ocsp-request.ts";
import { encodeOcspError, type OcspErrorStatus } from "./ocsp-response.ts";
import { createResponseSigners, type OcspDelegate } from "./response-signers.ts";

/** Input of {@link createOcspResponder}. Durations are ISO 8601 (`P1D`) or of the form `24h`. */
export interface OcspResponderOptions {
  /** Whose certificates can be asked about, at least one; also issuers that no longer issue. */
  readonly issuers: readonly OcspIssuer[];
  /** Asked on every request: `(issuerId, serialNumber) => ca.find({ issuerId, serialNumber })`. */
  readonly status: OcspStatusLookup;
  /**
   * Answers the key that signs for an issuer, now: what `createOcspDelegates` makes. Default: each issuer signs for itself, with its
   * `signer`.
   */
  readonly delegate?: (issuerId: string) => Promise<OcspDelegate>;
  /** Where clients reach the responder, as certificates name it; only its path is used. Default: the whole host. */
  readonly baseUrl?: string | URL;
  /** From thisUpdate to nextUpdate, at least a minute; never beyond the end of the certificate that signs. Default `P1D`. */
  readonly validity?: string;
  /**
   * What to say of serial numbers that were never issued. `revoked` comes with the date 1970-01-01, reason certificateHold and the
   * extension extended-revoke (RFC 6960 section 2.2). Default `unknown`.
   */
  readonly neverIssued?: "revoked" | "unknown";
  /** Most certificates in one request; default 8. */
  readonly maximumRequests?: number;
  /** Most responses being signed at a time; who comes then is told to try later. Default 64. */
  readonly concurrency?: number;
  /** Most signed responses kept in memory, of a kilobyte or two each; default 10 000. */
  readonly cacheCapacity?: number;
  /** Default: the system's clock. */
  readonly clock?: () => Date;
  /** Gets every error that clients only see as internalError or tryLater; default: nobody does. */
  readonly onError?: (error: unknown) => void;
}

/** An OCSP responder. Frozen; its methods do not use `this` and may be called concurrently. */
export interface OcspResponder {
  /**
   * Answers an OCSPRequest; never rejects, whatever the octets.
   *
   * - `malformedRequest`: not an OCSPRequest in DER, above 8192 octets, too many certificates, a nonce of no or of more than 128 octets.
   * - `unauthorized`: about the certificates of somebody else, or of two issuers at once.
   * - `tryLater`: too many responses are being signed, or the store is out of reach.
   * - `internalError`: anything else that failed; `onError` has it.
   *
   * @param request - OCSPRequest DER.
   */
  respond(request: Uint8Array): Promise<OcspAnswer>;

  /**
   * The responder over HTTP: POST, and GET with the request in the path, as base64.
   *
   * @throws {ConfigurationError} `ERR_OPTION_INVALID`: something in front has read the body already.
   * @see RFC 6960 appendix A.1, RFC 9919 sections 5 and 6
   */
  fetch(request: Request): Promise<Response>;
}

/**
 * Creates an OCSP responder.
 *
 * The status is read from the authority on every request, so a revocation shows at once in every replica; only signatures are kept.
 * Responses without a nonce are signed once and given out until the half of their life is over.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no issuer, one whose certificate cannot be read, one without a signer
 * where there is no delegate, or an option out of bounds.
 * @see RFC 6960, RFC 9919
 */
export async function createOcspResponder(options: OcspResponderOptions): Promise<OcspResponder> {
  const { issuers, status, delegate, baseUrl, neverIssued = "unknown", onError = () => undefined } = options;
  const { clock = () => new Date() } = options;
  const maximumRequests = readCount("maximumRequests", options.maximumRequests ?? 8);
  assertSigners(options);
  const findIssuer = await readIssuers(issuers);
  const answer = createAnswers({
    status,
    signerOf: createResponseSigners(delegate),
    validity: readValidity(options.validity ?? "P1D"),
    neverIssued,
    concurrency: readCount("concurrency", options.concurrency ?? 64),
    capacity: readCount("cacheCapacity", options.cacheCapacity ?? 10_000),
    now: () => clock().getTime(),
  });

  /** What hears of an error must not make another of the answer. */
  function tell(error: unknown): void {
    try {
      onError(error);
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown;
      });
    }
  }

  async function respond(octets: Uint8Array): Promise<OcspAnswer> {
    const request = readRequest(octets, maximumRequests);
    if (request === undefined) return failed("malformedRequest");
    const issuer = findOneIssuer(findIssuer, request);
    if (issuer === undefined) return failed("unauthorized");
    try {
      const answered = await answer(issuer, request);
      return answered === undefined ? failed("tryLater") : succeeded(answered);
    } catch (error) {
      tell(error);
      return failed(isCaError(error) && error.code === "ERR_STORE_TRANSIENT" ? "tryLater" : "internalError");
    }
  }

  return Object.freeze<OcspResponder>({ respond, fetch: createOcspHandler({ respond, baseUrl, clock }) });
}

function readRequest(octets: Uint8Array, maximumRequests: number): OcspRequest | undefined {
  try {
    // A copy: the caller may fill its buffer again while the status is looked up.
    return parseOcspRequest(new Uint8Array(octets), maximumRequests);
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** A response has one signer, who speaks for one issuer (RFC 6960 section 4.2.2.2). */
function findOneIssuer(findIssuer: IssuerLookup, { certificateIds }: OcspRequest): KnownIssuer | undefined {
  const [issuer, ...others] = new Set(certificateIds.map(findIssuer));
  return others.length === 0 ? issuer : undefined;
}

function succeeded({ response, thisUpdate, nextUpdate, refreshAt, cacheable }: SignedAnswer): OcspAnswer {
  return Object.freeze({
    status: "successful",
    // A copy: the same octets may be given out again.
    response: new Uint8Array(response),
    cacheable,
    thisUpdate: new Date(thisUpdate),
    nextUpdate: new Date(nextUpdate),
    refreshAt: new Date(refreshAt),
  });
}

function failed(status: OcspErrorStatus): OcspAnswer {
  return Object.freeze({ status, response: encodeOcspError(status), cacheable: false });
}

function assertSigners({ issuers, delegate }: OcspResponderOptions): void {
  if (delegate === undefined && issuers.some(({ signer }) => signer === undefined))
    throw invalid("delegate is missing, and an issuer has no signer either");
}

function readValidity(text: string): number {
  const validity = parseDuration(text);
  if (validity < 60_000) throw invalid(`validity is ${text}, at least PT1M is needed`);
  return validity;
}

function readCount(name: string, count: number): number {
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw invalid(`${name} is ${count}, a whole number from 1 on is needed`);
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message);
}

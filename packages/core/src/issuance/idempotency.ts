import { cryptoProvider } from "#crypto";
import type { IssueRequest, RequestTerms } from "../certificate-authority.ts";
import { encodeHex } from "../encoding/hex.ts";
import { ConfigurationError, RequestError } from "../errors.ts";
import { formatIdentifier } from "../identifier/identifier.ts";
import { formatRequester, isPlainText } from "../requester.ts";
import type { EarlierOutcome } from "../store/certificate-store.ts";
import type { IssuanceContext } from "./context.ts";
import type { Subject } from "./subject.ts";

/** What tells a repetition of a request from another request. */
export interface RequestIdentity {
  readonly requestId?: string;
  /** SHA-256 of what was asked, lower-case hexadecimal; of the key alone where there is no `requestId`. */
  readonly requestHash: string;
}

/**
 * Finds what an earlier request with the same id has led to.
 *
 * @throws {RequestError} `ERR_REQUEST_ID_REUSED`: that was another request.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: an id that no record could carry.
 */
export async function findEarlier(
  { store }: IssuanceContext,
  { requestId, requestHash }: RequestIdentity,
): Promise<EarlierOutcome | undefined> {
  if (requestId === undefined) return undefined;
  if (!isPlainText(requestId)) {
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      "requestId is not 1 to 255 characters without control characters",
    );
  }
  const earlier = await store.findByRequestId(requestId);
  if (earlier !== undefined) assertSameRequest(earlier, requestHash);
  return earlier;
}

/** @throws {RequestError} `ERR_REQUEST_ID_REUSED` */
export function assertSameRequest(earlier: EarlierOutcome, requestHash: string): void {
  const { requestHash: first } = earlier.outcome === "issued" ? earlier.record : earlier.reservation;
  if (first === requestHash) return;
  throw new RequestError(
    "ERR_REQUEST_ID_REUSED",
    "the request id was used before, for another key, other names or other terms",
  );
}

type RepeatableTerms = RequestTerms &
  Partial<Pick<IssueRequest, "issuerId" | "provisionerExtension" | "requestId">>;

/**
 * Tells what a repetition would be recognised by. Nothing is compared where there is no request id: the hash of the key does.
 *
 * @param earlier - Fingerprint of the certificate that is renewed, if one is.
 */
export async function identifyRequest(
  terms: RepeatableTerms,
  subject: Subject,
  earlier?: string,
): Promise<RequestIdentity> {
  const { requestId } = terms;
  if (requestId === undefined) return { requestHash: subject.publicKey.hash };
  return { requestId, requestHash: await hashRequest(terms, subject, earlier) };
}

/**
 * Hashes what was asked and not what would be answered, so that a repetition is recognised later too.
 *
 * @param earlier - Fingerprint of the certificate that is renewed, if one is.
 */
async function hashRequest(
  terms: RepeatableTerms,
  { publicKey, identifiers, attributes }: Subject,
  earlier?: string,
): Promise<string> {
  // What is seldom asked for stands by its name, and only where it was.
  const { issuerId, provisionerExtension } = terms;
  const subject = attributes.length === 0 ? undefined : attributes.map(({ type, value }) => [type, value]);
  const seldom = JSON.stringify({ earlier, issuerId, provisionerExtension, subject });
  const asked = [
    publicKey.hash,
    identifiers.map(formatIdentifier).toSorted(),
    formatRequester(terms.requester),
    terms.profile ?? null,
    terms.notBefore?.getTime() ?? null,
    terms.notAfter?.getTime() ?? null,
    ...(seldom === "{}" ? [] : [seldom]),
  ];
  return encodeHex(await cryptoProvider.digest("sha-256", new TextEncoder().encode(JSON.stringify(asked))));
}

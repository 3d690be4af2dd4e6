import type { IssuedCertificate } from "../certificate-authority.ts";
import { encodeHex } from "../encoding/hex.ts";
import { createAnswerCache } from "./answer-cache.ts";
import type { KnownIssuer } from "./known-issuers.ts";
import type { CertificateId, OcspRequest } from "./ocsp-request.ts";
import { type CertificateStatus, signOcspResponse } from "./ocsp-response.ts";
import type { CurrentSigner } from "./response-signers.ts";

/**
 * Tells what the authority knows of a serial number: undefined for one that it never issued.
 *
 * @param issuerId - As `Issuer.id`.
 * @param serialNumber - Lower-case hexadecimal of whole octets.
 */
export type OcspStatusLookup = (
  issuerId: string,
  serialNumber: string,
) => Promise<Pick<IssuedCertificate, "revocation"> | undefined>;

/** A successful response. Times are milliseconds since 1970 UTC, whole seconds. */
export interface SignedAnswer {
  /** OCSPResponse DER. */
  readonly response: Uint8Array;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** When the half of its life is over and a new one takes its place. */
  readonly refreshAt: number;
  /** False for the answer to a nonce, which is of use to one reader once. */
  readonly cacheable: boolean;
}

/** What answers are made with. */
export interface AnswersOptions {
  readonly status: OcspStatusLookup;
  readonly signerOf: (issuer: KnownIssuer, now: number) => Promise<CurrentSigner>;
  /** Milliseconds. */
  readonly validity: number;
  readonly neverIssued: "revoked" | "unknown";
  /** Most signatures at a time. */
  readonly concurrency: number;
  /** Most answers kept. */
  readonly capacity: number;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

/**
 * Creates the function that answers a request about certificates of one issuer; it answers undefined when as many signatures as
 * may be are being made already.
 *
 * The status is read every time. What does not depend on the asker (one certificate, no nonce) is signed once, also when many ask at
 * once, and kept until the half of its life is over or the status is another one. What is said of serial numbers that were never
 * issued is not kept: else whoever makes them up could push out all others.
 */
export function createAnswers(
  options: AnswersOptions,
): (issuer: KnownIssuer, request: OcspRequest) => Promise<SignedAnswer | undefined> {
  const { status, neverIssued, concurrency, capacity, now } = options;
  const kept = createAnswerCache<KeptAnswer>(capacity);
  let signing = 0;

  async function statusOf(issuer: KnownIssuer, { der, serialNumber }: CertificateId): Promise<Finding> {
    const askedAt = now();
    const found = await status(issuer.id, serialNumber);
    if (found === undefined)
      return { certificateId: der, askedAt, isIssued: false, status: statusOfNone[neverIssued] };
    const { revocation } = found;
    const known = revocation === undefined ? good : ({ status: "revoked", ...revocation } as const);
    return { certificateId: der, askedAt, isIssued: true, status: known };
  }

  function signUnlessBusy(
    issuer: KnownIssuer,
    findings: readonly Finding[],
    nonce?: Uint8Array,
  ): Promise<SignedAnswer> | undefined {
    if (signing >= concurrency) return undefined;
    signing += 1;
    return signAnswer(options, issuer, findings, nonce).finally(() => {
      signing -= 1;
    });
  }

  async function answerOnce(issuer: KnownIssuer, finding: Finding): Promise<SignedAnswer | undefined> {
    const key = encodeHex(finding.certificateId);
    const state = describe(finding.status);
    const known = kept.get(key);
    if (known?.state === state) {
      const answer = await known.answer;
      const at = now();
      if (answer.thisUpdate <= at && at < answer.refreshAt) return answer;
      // Whoever comes here first signs; the others, who waited for the same answer, find that signature under way.
      kept.delete(key, known);
      return answerOnce(issuer, finding);
    }
    const answer = signUnlessBusy(issuer, [finding]);
    if (answer === undefined) return undefined;
    const keep = { state, answer };
    kept.set(key, keep);
    answer.catch(() => kept.delete(key, keep));
    return answer;
  }

  return async (issuer, { certificateIds, nonce }) => {
    const findings = await Promise.all(certificateIds.map((id) => statusOf(issuer, id)));
    const [finding] = findings;
    const echoed = nonce !== undefined && nonce.length <= longestEchoedNonce ? nonce : undefined;
    return findings.length === 1 && finding?.isIssued === true && echoed === undefined
      ? answerOnce(issuer, finding)
      : signUnlessBusy(issuer, findings, echoed);
  };
}

/**
 * RFC 9654 section 2.1 wants 16 to 32 octets echoed and leaves the rest to the responder: shorter ones are those of old
 * clients; longer ones would let a stranger choose much of what is signed.
 */
const longestEchoedNonce = 32;

/** What was found out about one certificate. */
interface Finding {
  readonly certificateId: Uint8Array;
  /** Before the look-up: an answer must not claim to be later than what it says. */
  readonly askedAt: number;
  readonly isIssued: boolean;
  readonly status: CertificateStatus;
}

interface KeptAnswer {
  readonly state: string;
  readonly answer: Promise<SignedAnswer>;
}

const good: CertificateStatus = { status: "good" };

const statusOfNone: Readonly<Record<"revoked" | "unknown", CertificateStatus>> = {
  unknown: { status: "unknown" },
  // The date and the reason are those of RFC 6960 section 2.2.
  revoked: { status: "revoked", revokedAt: 0, reason: "certificateHold" },
};

function describe(status: CertificateStatus): string {
  if (status.status !== "revoked") return status.status;
  return [status.revokedAt, status.reason ?? "unspecified", status.invalidityDate].join(" ");
}

async function signAnswer(
  { signerOf, validity }: AnswersOptions,
  issuer: KnownIssuer,
  findings: readonly Finding[],
  nonce: Uint8Array | undefined,
): Promise<SignedAnswer> {
  const at = Math.min(...findings.map(({ askedAt }) => askedAt));
  const signer = await signerOf(issuer, at);
  const thisUpdate = Math.floor(at / 1000) * 1000;
  const nextUpdate = Math.min(thisUpdate + validity, signer.notAfter);
  const response = await signOcspResponse(
    {
      responderKeyHash: signer.keyHash,
      producedAt: thisUpdate,
      responses: findings,
      thisUpdate,
      nextUpdate,
      nonce,
      extendedRevoke: findings.some(({ isIssued, status }) => !isIssued && status.status === "revoked"),
    },
    signer,
  );
  const refreshAt = thisUpdate + Math.floor((nextUpdate - thisUpdate) / 2000) * 1000;
  return {
    response,
    thisUpdate,
    nextUpdate,
    refreshAt,
    cacheable: nonce === undefined && findings.every(({ isIssued }) => isIssued),
  };
}

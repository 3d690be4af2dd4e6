import { cryptoProvider } from "#crypto";
import { readDer, readSequence } from "../asn1/der-reader.ts";
import { encodeCertificate } from "../certificate/tbs-certificate.ts";
import type { Explanation, IssueRequest, NamesRequest } from "../certificate-authority.ts";
import { equalBytes, timeOrderedId } from "../encoding/bytes.ts";
import { encodeHex } from "../encoding/hex.ts";
import {
  ConfigurationError,
  CsrError,
  isCaError,
  RequestError,
  SignerError,
  type StoreError,
} from "../errors.ts";
import { formatIdentifier } from "../identifier/identifier.ts";
import type { Issuer } from "../issuer/issuer.ts";
import { signatureAlgorithmIdentifiers } from "../key/signature-algorithm.ts";
import { formatRequester, isPlainText } from "../requester.ts";
import { signWith } from "../signer/sign.ts";
import type { CertificateRecord, Reservation, ReserveOutcome } from "../store/certificate-store.ts";
import type { IssuanceContext } from "./context.ts";
import { assertGranted, explainJudgement, judgePlan } from "./judge.ts";
import { encodePlan, type NamesPlan, planNames } from "./plan.ts";
import { readIdentifiers, readSubject, type Subject } from "./subject.ts";

/**
 * The issuance cycle. Its steps carry the numbers of docs/issuance-cycle.md, and this is the only place where an end
 * entity certificate is signed.
 */
export async function issueCertificate(
  context: IssuanceContext,
  request: IssueRequest,
): Promise<CertificateRecord> {
  // 1. Parse: form, proof of possession, key strength.
  const subject = await readSubject(request);
  assertForeignKey(context, subject);
  const requestHash = await hashRequest(request, subject);
  const earlier = await findEarlier(context, request.requestId, requestHash);
  if (earlier?.outcome === "issued") return earlier.record;
  if (earlier?.outcome === "existing") return signReservation(context, earlier.reservation);

  // 2. Plan: profile, claims and issuer decide what would be issued.
  const plan = planNames(context, subject.identifiers, request);

  // 3. Judge: the plan, not the request.
  assertGranted(await judgePlan(context, plan));

  // 4. Reserve: the serial number and the exact bytes to sign are durable before there is a signature.
  const reserved = await reserve(context, { plan, subject, requestHash, requestId: request.requestId });
  if (reserved.outcome === "issued") return reserved.record;

  // 5 and 6. Sign, complete.
  return signReservation(context, reserved.reservation);
}

/** Steps 1 to 3 alone. */
export async function explainIssuance(context: IssuanceContext, request: IssueRequest): Promise<Explanation> {
  const subject = await readSubject(request);
  assertForeignKey(context, subject);
  const plan = planNames(context, subject.identifiers, request);
  return explainJudgement(plan, await judgePlan(context, plan));
}

/** Steps 2 and 3 for names without a key. */
export async function explainNames(context: IssuanceContext, request: NamesRequest): Promise<Explanation> {
  const plan = planNames(context, readIdentifiers(request.identifiers), request);
  return explainJudgement(plan, await judgePlan(context, plan));
}

/**
 * Steps 5 and 6: signs exactly what was reserved, and completes it. Safe to repeat, also in two processes at once: the first
 * completion wins, and the other signature never leaves this function.
 */
export async function signReservation(
  context: IssuanceContext,
  reservation: Reservation,
): Promise<CertificateRecord> {
  const { signer, subject } = context.issuer;
  if (!canSign(context.issuer, reservation)) {
    throw new SignerError(
      `serial number ${reservation.serialNumber} was reserved for issuer ${reservation.issuerId}, which is not active or signs with another algorithm now`,
    );
  }
  const signature = await signWith(signer, subject, reservation.tbsCertificate);
  const certificate = encodeCertificate(reservation.tbsCertificate, signer.algorithm, signature);
  const fingerprint = encodeHex(await cryptoProvider.digest("sha-256", certificate));
  const issuedAt = context.now();
  return context.store.complete({
    issuerId: reservation.issuerId,
    serialNumber: reservation.serialNumber,
    certificate,
    fingerprint,
    issuedAt,
    audit: {
      at: issuedAt,
      type: "certificate.issued",
      actor: formatRequester(reservation.requester),
      subject: reservation.serialNumber,
      details: {
        profile: reservation.profile,
        identifiers: reservation.identifiers.map(formatIdentifier).join(" "),
        fingerprint,
      },
    },
  });
}

/** Whether an issuer can complete a reservation: same key, and the algorithm that the reserved bytes name (RFC 5280 section 4.1.1.2). */
export function canSign({ id, signer }: Issuer, { issuerId, tbsCertificate }: Reservation): boolean {
  if (issuerId !== id) return false;
  const [, , algorithm] = readSequence(readDer(tbsCertificate), "tbsCertificate");
  return (
    algorithm !== undefined && equalBytes(algorithm.encoded, signatureAlgorithmIdentifiers[signer.algorithm])
  );
}

/** A certificate for a CA's own key would let its holder pass for the CA. */
function assertForeignKey({ authorityKeys }: IssuanceContext, { publicKey }: Subject): void {
  if (!authorityKeys.some((own) => equalBytes(own, publicKey.der))) return;
  throw new CsrError(
    "ERR_KEY_WEAK",
    "the public key belongs to a certificate authority of the issuer's chain",
  );
}

interface ToReserve {
  readonly plan: NamesPlan;
  readonly subject: Subject;
  readonly requestHash: string;
  readonly requestId: string | undefined;
}

/** Chance repeats 80 random bits within a millisecond about never; a source of chance that is broken repeats them always. */
const serialNumberAttempts = 3;

async function reserve(
  context: IssuanceContext,
  { plan, subject, requestHash, requestId }: ToReserve,
): Promise<Exclude<ReserveOutcome, { outcome: "reserved" }>> {
  for (let attempt = 1; ; attempt += 1) {
    const serialNumber = timeOrderedId(context.now(), context.random);
    const reservation: Reservation = {
      issuerId: context.issuer.id,
      serialNumber: encodeHex(serialNumber),
      ...(requestId !== undefined && { requestId }),
      requestHash,
      requester: plan.requester,
      profile: plan.profile.name,
      identifiers: plan.identifiers,
      publicKeyHash: subject.publicKeyHash,
      ...plan.validity,
      tbsCertificate: await encodePlan(plan, subject.publicKey, context.issuer, serialNumber),
      reservedAt: context.now(),
    };
    try {
      const outcome = await context.store.reserve(reservation);
      if (outcome.outcome === "reserved") return { outcome: "existing", reservation };
      assertSameRequest(outcome, requestHash);
      return outcome;
    } catch (error) {
      if (!isConflict(error) || attempt === serialNumberAttempts) throw error;
    }
  }
}

function isConflict(error: unknown): error is StoreError {
  return isCaError(error) && error.code === "ERR_STORE_CONFLICT";
}

async function findEarlier(
  { store }: IssuanceContext,
  requestId: string | undefined,
  requestHash: string,
): Promise<Exclude<ReserveOutcome, { outcome: "reserved" }> | undefined> {
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

function assertSameRequest(
  earlier: Exclude<ReserveOutcome, { outcome: "reserved" }>,
  requestHash: string,
): void {
  const { requestHash: first } = earlier.outcome === "issued" ? earlier.record : earlier.reservation;
  if (first !== requestHash) {
    throw new RequestError(
      "ERR_REQUEST_ID_REUSED",
      "the request id was used before, for another key, other names or other terms",
    );
  }
}

/** Hashes what was asked and not what would be answered, so that a repetition is recognised later too. */
async function hashRequest(request: IssueRequest, { publicKeyHash, identifiers }: Subject): Promise<string> {
  const asked = [
    publicKeyHash,
    identifiers.map(formatIdentifier).toSorted(),
    formatRequester(request.requester),
    request.profile ?? null,
    request.notBefore?.getTime() ?? null,
    request.notAfter?.getTime() ?? null,
  ];
  return encodeHex(await cryptoProvider.digest("sha-256", new TextEncoder().encode(JSON.stringify(asked))));
}

import type { IssueRequest, NamesRequest } from "../certificate-authority.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { CsrError } from "../errors.ts";
import type { Explanation } from "../policy/explanation.ts";
import { readRequester } from "../requester.ts";
import type { CertificateRecord } from "../store/certificate-store.ts";
import { keyBlocked } from "./blocked-key.ts";
import type { IssuanceContext } from "./context.ts";
import { findEarlier, identifyRequest } from "./idempotency.ts";
import { assertGranted, judgePlan } from "./judge.ts";
import { planCertificate, type Wish } from "./plan.ts";
import type { ReadRequest } from "./read-request.ts";
import { reserveCertificate } from "./reserve.ts";
import { signReservation } from "./sign-reservation.ts";
import { completeStored } from "./stored-reservation.ts";
import { readIdentifiers, readSubject, type Subject } from "./subject.ts";

/**
 * The issuance cycle; its steps carry the numbers of docs/issuance-cycle.md. Every end entity certificate, renewed ones too,
 * comes out of {@link certify}.
 */
export async function issueCertificate(
  context: IssuanceContext,
  asked: IssueRequest,
): Promise<CertificateRecord> {
  const request = snapshot(asked);
  // 1. Parse: form, proof of possession, key strength.
  const subject = await readSubject(request);
  const { provisionerExtension } = request;
  return certify(context, {
    ...(await identifyRequest(request, subject)),
    subject,
    wish: wishOf(request, subject),
    ...(provisionerExtension !== undefined && { provisionerExtension }),
  });
}

/** Steps 2 to 6. */
export async function certify(context: IssuanceContext, request: ReadRequest): Promise<CertificateRecord> {
  const { subject, wish } = request;
  assertForeignKey(context, subject);
  const earlier = await findEarlier(context, request);
  if (earlier?.outcome === "issued") return earlier.record;
  await request.assertStanding?.();
  if (earlier?.outcome === "existing") {
    await assertNotBlocked(context, subject);
    return completeStored(context, earlier.reservation);
  }

  // 2. Plan: profile, claims and issuer decide what would be issued.
  const plan = planCertificate(context, wish);

  // 3. Judge: the plan, not the request.
  await assertGranted(context, plan, await judgePlan(context, plan));

  // What was asked about may have changed while policies thought.
  await request.assertStanding?.();

  // 4. Reserve: the serial number and the exact bytes to sign, linted, are durable before there is a signature.
  const reserved = await reserveCertificate(context, plan, request);
  if (reserved.outcome === "keyBlocked") throw keyBlocked(reserved.block);
  if (reserved.outcome === "issued") return reserved.record;
  if (reserved.outcome === "existing") return completeStored(context, reserved.reservation);

  // 5 and 6. Sign, complete.
  return signReservation(context, reserved.reservation, wish.operation);
}

/** Steps 1 to 3 alone. */
export async function explainIssuance(context: IssuanceContext, asked: IssueRequest): Promise<Explanation> {
  const request = snapshot(asked);
  const subject = await readSubject(request);
  assertForeignKey(context, subject);
  await assertNotBlocked(context, subject);
  return judgePlan(context, planCertificate(context, wishOf(request, subject)));
}

/** Steps 2 and 3 for names without a key. */
export async function explainNames(context: IssuanceContext, request: NamesRequest): Promise<Explanation> {
  const identifiers = readIdentifiers(request.identifiers);
  return judgePlan(
    context,
    planCertificate(context, { operation: "issue", identifiers, subject: [], terms: request }),
  );
}

/** What the caller does to its request from now on changes nothing. */
function snapshot(request: IssueRequest): IssueRequest {
  return { ...request, requester: readRequester(request.requester) };
}

function wishOf(request: IssueRequest, { identifiers, attributes, publicKey }: Subject): Wish {
  return {
    operation: "issue",
    identifiers,
    subject: attributes,
    key: publicKey.algorithm,
    terms: request,
    ...(request.issuerId !== undefined && { issuerId: request.issuerId }),
  };
}

/** A certificate for a CA's own key would let its holder pass for the CA. */
function assertForeignKey({ authorityKeys }: IssuanceContext, { publicKey }: Subject): void {
  if (!authorityKeys.some((own) => equalBytes(own, publicKey.der))) return;
  throw new CsrError(
    "ERR_KEY_WEAK",
    "the public key belongs to a certificate authority of the issuer's chain",
  );
}

async function assertNotBlocked({ store }: IssuanceContext, { publicKey }: Subject): Promise<void> {
  const block = await store.findBlockedKey(publicKey.hash);
  if (block !== undefined) throw keyBlocked(block);
}

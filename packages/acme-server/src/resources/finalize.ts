// Finalization: RFC 8555 section 7.4.
import { type CertificationRequest, isCaError, parseCertificationRequest } from "@chancery/core";
import { cryptoProvider, encodeHex } from "@chancery/core/crypto";
import type { Answer } from "../answer.ts";
import type { Context } from "../context.ts";
import { type IssuanceResult, issueForOrder, sameIdentifiers, wrongCertificate } from "../finalization.ts";
import { type Order, orderStatus } from "../model/order.ts";
import { findOwnOrder } from "../ownership.ts";
import { AcmeProblem } from "../problem.ts";
import { thumbprintOfKey } from "../request/jwk.ts";
import { requireBase64Url } from "../request/members.ts";
import type { AccountSigner, SignedRequest } from "../request/signer.ts";
import type { JsonObject } from "../request/strict-json.ts";
import { showOrder } from "./order.ts";

/**
 * Issues the certificate of an order that is ready, at once where the authority answers at once.
 *
 * The order is claimed in the store before the authority is asked, so of concurrent requests one issues. A refusal that
 * the client can mend leaves the order ready; an outage leaves it processing, and the worker goes on.
 */
export async function answerFinalize(
  context: Context,
  { account, resource, payload }: SignedRequest<"finalize", AccountSigner, JsonObject>,
): Promise<Answer> {
  const order = await findOwnOrder(context, account, resource.orderId);
  const der = requireBase64Url(payload, "csr");
  const csrHash = encodeHex(await cryptoProvider.digest("sha-256", der));
  if (orderStatus(order, context.now()) !== "ready") return answerClaimed(context, order, csrHash);
  const csr = await readCsr(context, order, der);
  const now = context.now();
  const claim = await context.store.beginFinalization({
    orderId: order.id,
    csr: der,
    csrHash,
    now,
    leaseUntil: now + finalizationLease,
  });
  if (claim.outcome === "refused") return answerClaimed(context, claim.order, csrHash);
  return finish(context, claim.order, claim.fence, await issueForOrder(context, claim.order, csr));
}

/** How long a request has the order to itself before the worker takes over, in milliseconds. */
const finalizationLease = 10_000;

/** The same certification request again is the same wish, and gets the order; any other comes too early or too late. */
function answerClaimed(context: Context, order: Order, csrHash: string): Answer {
  const claimed = order.state === "processing" || order.state === "valid";
  if (claimed && order.csrHash === csrHash) return showOrder(context, 200, order);
  const status = orderStatus(order, context.now());
  throw new AcmeProblem("orderNotReady", `the order is ${status}, it has to be ready to be finalized`);
}

async function finish(
  context: Context,
  order: Order,
  fence: number,
  result: IssuanceResult,
): Promise<Answer> {
  const complete = async (outcome: Parameters<Context["store"]["completeFinalization"]>[0]["result"]) =>
    (await context.store.completeFinalization({ orderId: order.id, fence, result: outcome })).order;
  switch (result.outcome) {
    case "issued":
      return showOrder(context, 200, await complete({ outcome: "valid", certificate: result.certificate }));
    case "refused":
      await complete({ outcome: "ready" });
      throw asCsrProblem(result.error);
    case "wrong":
      context.report(result.error);
      return showOrder(context, 200, await complete({ outcome: "invalid", error: wrongCertificate }));
    case "unknown":
      context.report(result.error);
      return showOrder(context, 200, order);
  }
}

/** Reads the certification request and holds it against the order and the accounts; storage is not written. */
async function readCsr(context: Context, order: Order, der: Uint8Array): Promise<CertificationRequest> {
  let csr: CertificationRequest;
  try {
    csr = await parseCertificationRequest(der);
  } catch (error) {
    throw asCsrProblem(error);
  }
  assertNames(csr, order);
  const thumbprint = await thumbprintOfKey(csr.publicKey.numbers);
  // RFC 8555 section 11.1: whoever gets a copy of the certificate's key must not get the account with it.
  if ((await context.store.findAccountByKey(context.directoryId, thumbprint)) !== undefined) {
    throw new AcmeProblem("badCSR", "the key of the certification request is the key of an account");
  }
  return csr;
}

/** RFC 8555 section 7.4; an address belongs into the subjectAltName and not into the commonName (RFC 8738 section 3). */
function assertNames({ identifiers, commonName }: CertificationRequest, order: Order): void {
  if (!sameIdentifiers(identifiers, order.identifiers)) {
    throw new AcmeProblem(
      "badCSR",
      "the names of the certification request are not exactly those of the order",
    );
  }
  const name = commonName?.toLowerCase();
  if (name !== undefined && !identifiers.some(({ type, value }) => type === "dns" && value === name)) {
    throw new AcmeProblem(
      "badCSR",
      "the commonName of the certification request is not one of its DNS names",
    );
  }
}

/** badPublicKey is about the key of a JWS: RFC 8555 section 6.7. */
function asCsrProblem(error: unknown): unknown {
  if (!isCaError(error) || !error.code.startsWith("ERR_KEY_")) return error;
  return new AcmeProblem("badCSR", error.message, { cause: error });
}

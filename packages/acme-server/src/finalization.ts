import {
  type CertificationRequest,
  type Identifier,
  type IssuedCertificate,
  isCaError,
  parseCertificate,
  readSubjectAltName,
  sameIdentifier,
} from "@chancery/core";
import { equalBytes } from "@chancery/core/crypto";
import type { Context } from "./context.ts";
import type { Order } from "./model/order.ts";
import type { StoredProblem } from "./problem.ts";
import { requesterOf } from "./requester.ts";

/** How an attempt to issue the certificate of a claimed order ended. */
export type IssuanceResult =
  | {
      readonly outcome: "issued";
      readonly certificate: { readonly issuerId: string; readonly serialNumber: string };
    }
  /** The authority refused before it signed anything. */
  | { readonly outcome: "refused"; readonly error: unknown }
  /** What came back is not what was ordered, and must not be served. */
  | { readonly outcome: "wrong"; readonly error: unknown }
  /** Nobody knows how far it went; asking again with the same request id finds out. */
  | { readonly outcome: "unknown"; readonly error: unknown };

/**
 * Issues the certificate of an order that is `processing`.
 *
 * Repeating it for one order is safe: the order's request id makes the authority answer its first certificate again.
 */
export async function issueForOrder(
  { ca }: Pick<Context, "ca">,
  order: Order,
  csr: CertificationRequest,
): Promise<IssuanceResult> {
  try {
    const certificate = await ca.issue({
      csr,
      requester: requesterOf(order),
      requestId: `acme:${order.id}`,
      requestedAt: new Date(order.createdAt),
      ...(order.profile !== undefined && { profile: order.profile }),
      ...(order.notBefore !== undefined && { notBefore: new Date(order.notBefore) }),
      ...(order.notAfter !== undefined && { notAfter: new Date(order.notAfter) }),
    });
    return checkOrdered(certificate, order, csr);
  } catch (error) {
    return { outcome: outcomeOf(error), error };
  }
}

/** What an order keeps when its certificate turned out to be another one. */
export const wrongCertificate: StoredProblem = {
  type: "serverInternal",
  detail: "the certificate authority answered a certificate that was not ordered",
  status: 500,
};

/** Whether two lists name the same, whatever the order. */
export function sameIdentifiers(left: readonly Identifier[], right: readonly Identifier[]): boolean {
  return left.length === right.length && includesAll(left, right) && includesAll(right, left);
}

function includesAll(names: readonly Identifier[], wanted: readonly Identifier[]): boolean {
  return wanted.every((name) => names.some((other) => sameIdentifier(name, other)));
}

/** Codes that the authority answers only before it reserves a serial number: nothing is signed. */
const refusals = /^ERR_(?:CSR|IDENTIFIER|ISSUER|KEY|POLICY|PROFILE|VALIDITY)_/;

function outcomeOf(error: unknown): "refused" | "unknown" | "wrong" {
  if (!isCaError(error)) return "unknown";
  if (error.code === "ERR_REQUEST_ID_REUSED") return "wrong";
  return refusals.test(error.code) ? "refused" : "unknown";
}

/** The authority may be a remote one; what it answers is served as what was ordered, so the certificate itself has to be that. */
function checkOrdered(issued: IssuedCertificate, order: Order, csr: CertificationRequest): IssuanceResult {
  const { issuerId, serialNumber } = issued;
  const fault = faultOf(issued, order, csr);
  if (fault === undefined) return { outcome: "issued", certificate: { issuerId, serialNumber } };
  return { outcome: "wrong", error: new Error(`certificate ${serialNumber} of order ${order.id} ${fault}`) };
}

function faultOf(issued: IssuedCertificate, order: Order, csr: CertificationRequest): string | undefined {
  try {
    const certificate = parseCertificate(issued.certificate);
    if (certificate.serialNumber !== issued.serialNumber) return "has another serial number";
    if (!equalBytes(certificate.publicKey.der, csr.publicKey.der)) return "has another key";
    if (!sameIdentifiers(readSubjectAltName(certificate), order.identifiers)) return "has other names";
    return undefined;
  } catch {
    return "cannot be read";
  }
}

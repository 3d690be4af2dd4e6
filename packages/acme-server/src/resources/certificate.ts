// Certificate download: RFC 8555 section 7.4.2.
import { type CertificateAuthority, encodePem, type IssuedCertificate } from "@chancery/core";
import type { Answer } from "../answer.ts";
import type { Context } from "../context.ts";
import { AcmeProblem } from "../problem.ts";
import type { AccountSigner, SignedRequest } from "../request/signer.ts";

/** Answers the certificate and its chain, also once it is revoked or has expired. */
export async function answerCertificate(
  { ca }: Context,
  { account, resource, headers }: SignedRequest<"certificate", AccountSigner, void>,
): Promise<Answer> {
  const { issuerId, serialNumber } = resource;
  const issued = await ca.find({ issuerId, serialNumber });
  if (issued === undefined)
    throw new AcmeProblem("malformed", "there is no such certificate", { status: 404 });
  const { kind, id } = issued.requester;
  if (kind !== "acme" || id !== account.id) {
    throw new AcmeProblem("unauthorized", "the certificate is another account's");
  }
  assertAcceptable(headers.get("accept"));
  return { status: 200, body: { text: chainOf(ca, issued), mediaType: pemChain } };
}

/**
 * The chain without the trust anchor, except where that would leave a single certificate: certbot takes no chain of one,
 * and RFC 8555 section 7.4.2 leaves it to the server whether the anchor is there.
 */
function chainOf(
  { issuers }: CertificateAuthority,
  { chain, chainPem, issuerId }: IssuedCertificate,
): string {
  const issuer = issuers.find(({ id }) => id === issuerId);
  if (chain.length > 1 || issuer === undefined) return chainPem;
  return chainPem + encodePem("CERTIFICATE", issuer.trustAnchor);
}

const pemChain = "application/pem-certificate-chain";

/**
 * Refuses a client that wants a certificate in another form and says so; every other `Accept` is a library's habit and
 * gets the one form there is (RFC 9110 section 12.5.1 allows both).
 */
function assertAcceptable(accept: string | null): void {
  const ranges = accept?.toLowerCase() ?? "";
  const otherForm = ranges.includes("application/pkix-cert") || ranges.includes("application/pkcs7-mime");
  if (!otherForm || [pemChain, "application/*", "*/*"].some((range) => ranges.includes(range))) return;
  throw new AcmeProblem("malformed", `certificates come as ${pemChain} only`, { status: 406 });
}

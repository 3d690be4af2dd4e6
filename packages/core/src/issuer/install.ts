import { extKeyUsageOids } from "../asn1/oids.ts";
import { formatName } from "../certificate/name.ts";
import { permitsSubtree } from "../certificate/name-constraints.ts";
import { type ParsedCertificate, permitsPurpose } from "../certificate/parse.ts";
import { type IntermediateRequest, parseIntermediateRequest } from "../csr/intermediate-request.ts";
import { equalBytes } from "../encoding/bytes.ts";
import type { Signer } from "../signer/signer.ts";
import { readAlternates } from "./alternate-chain.ts";
import { assertChain, assertPurposes } from "./chain.ts";
import { formatSubtree } from "./format-subtree.ts";
import { type Issuer, takeIntoService } from "./issuer.ts";
import { isSelfIssued, pathLengthLeft } from "./path-length.ts";
import { readChain } from "./read-chain.ts";
import type { PendingIntermediate } from "./request.ts";
import { unfit } from "./unfit.ts";

/** Input of {@link installIntermediate}. */
export type InstallIntermediateOptions = {
  /** PEM: the certificate that was requested first, then the ones above it, if there are any; the root may be the last. */
  readonly certificatePem: string;
  /** PEM of the root, from where you have it, not from where the answer came. */
  readonly trustAnchorPem: string;
  /** As for `importIssuer`. */
  readonly alternateChainsPem?: readonly string[];
  /** Default: the system's clock. */
  readonly clock?: () => Date;
} & (
  | {
      /** What `createIntermediateRequest` made. */
      readonly request: PendingIntermediate;
    }
  | {
      /** Holds the key that was to be certified. */
      readonly signer: Signer;
      /** The request, as PEM or DER: what was asked is then compared with what came. Default: only the key is. */
      readonly csr?: Uint8Array | string;
    }
);

/**
 * Takes a root's answer to a request into service, or says what is wrong with it.
 *
 * @throws {ConfigurationError} `ERR_ISSUER_UNFIT`: what cannot be read, another key or subject than was requested, certificates
 * in the wrong place, no CA, no keyCertSign or cRLSign, a path too short, names or purposes withheld, a signature that is
 * not the root's or is weak, no root; `ERR_ISSUER_EXPIRED`: a certificate is outside its validity.
 * @throws {CsrError} `ERR_CSR_*`, `ERR_KEY_*`: `csr` cannot be read.
 * @throws {SignerError} `ERR_SIGNER_FAILED`: the signer failed.
 * @see RFC 5280 sections 4.2.1 and 6.1
 */
export async function installIntermediate(options: InstallIntermediateOptions): Promise<Issuer> {
  const { certificatePem, trustAnchorPem, alternateChainsPem = [], clock = () => new Date() } = options;
  const { signer, asked } = await readAsked(options);
  const answer = readChain(certificatePem, "certificatePem");
  const anchor = readAnchor(trustAnchorPem);
  assertInPlace(answer, anchor, signer);
  assertSameAnchor(answer, anchor);
  const certificates = [...answer.filter(({ der }) => !equalBytes(der, anchor.der)), anchor];
  const [own] = certificates;
  if (own === undefined) throw unfit("certificatePem holds no certificate");
  if (asked !== undefined) assertSubject(own, asked);
  assertKeyUsage(own);
  const now = clock().getTime();
  await assertChain(certificates, now);
  assertGranted(certificates, asked);
  return takeIntoService(certificates, signer, await readAlternates(alternateChainsPem, certificates, now));
}

async function readAsked(
  options: InstallIntermediateOptions,
): Promise<{ signer: Signer; asked: IntermediateRequest | undefined }> {
  if ("request" in options) return { signer: options.request.signer, asked: options.request.request };
  const { signer, csr } = options;
  return { signer, asked: csr === undefined ? undefined : await parseIntermediateRequest(csr) };
}

function readAnchor(pem: string): ParsedCertificate {
  const [anchor, ...others] = readChain(pem, "trustAnchorPem");
  if (anchor === undefined || others.length > 0)
    throw unfit(`trustAnchorPem holds ${others.length + 1} certificates, expected the root alone`);
  return anchor;
}

/** Says which certificate stands where another belongs, before anything else is said about it. */
function assertInPlace(
  answer: readonly ParsedCertificate[],
  anchor: ParsedCertificate,
  { publicKey }: Signer,
): void {
  const isRequested = (certificate: ParsedCertificate): boolean =>
    equalBytes(certificate.publicKey.der, publicKey);
  const place = answer.findIndex(isRequested);
  if (place === 0) return;
  if (isRequested(anchor))
    throw unfit(
      "certificatePem and trustAnchorPem are swapped: the requested key is certified in trustAnchorPem",
    );
  if (place > 0)
    throw unfit(
      `the certificate for the requested key is number ${place + 1} in certificatePem: it has to be the first, the ones above it follow`,
    );
  const [first = anchor] = answer;
  const name = formatName(first.subject);
  throw unfit(
    equalBytes(first.der, anchor.der)
      ? `certificatePem holds the trust anchor "${name}" where the requested certificate belongs`
      : `the certificate of "${name}" is for another key than the requested one`,
  );
}

/** A root that comes with the answer proves nothing about the answer. */
function assertSameAnchor(answer: readonly ParsedCertificate[], anchor: ParsedCertificate): void {
  const other = answer.find(
    (certificate, index) =>
      index > 0 && isSelfIssued(certificate) && !equalBytes(certificate.der, anchor.der),
  );
  if (other === undefined) return;
  throw unfit(
    `certificatePem comes with the root "${formatName(other.subject)}", which is not the one in trustAnchorPem, "${formatName(anchor.subject)}"`,
  );
}

/** The words must be the requested ones; a root may well write them in another string type. */
function assertSubject({ subject }: ParsedCertificate, asked: IntermediateRequest): void {
  const [given, wanted] = [subject, asked.subject].map(({ attributes }) => JSON.stringify(attributes));
  if (given === wanted) return;
  throw unfit(
    `the certificate is for "${formatName(subject)}", requested was "${formatName(asked.subject)}"`,
  );
}

/** RFC 5280 section 4.2.1.3 demands keyUsage of every CA; older issuers are forgiven, a fresh one is not. */
function assertKeyUsage({ subject, keyUsage, basicConstraints }: ParsedCertificate): void {
  const name = formatName(subject);
  if (basicConstraints?.ca !== true) return; // assertChain says so
  if (keyUsage === undefined) throw unfit(`"${name}" has no keyUsage`);
  if (keyUsage.has("keyCertSign") && !keyUsage.has("cRLSign"))
    throw unfit(`"${name}" may not sign CRLs (keyUsage without cRLSign)`);
}

function assertGranted(chain: readonly ParsedCertificate[], asked: IntermediateRequest | undefined): void {
  if (asked?.extKeyUsage !== undefined) assertPurposes(chain, asked.extKeyUsage, "which was requested");
  else assertTls(chain);
  const { left, by } = pathLengthLeft(chain);
  const { pathLength: wanted = 0 } = asked ?? {};
  if (left < wanted)
    throw unfit(
      `"${nameOf(by)}" leaves room for ${left} certificate authorities below the intermediate, requested were ${wanted}`,
    );
  for (const subtree of asked?.nameConstraints?.permitted ?? []) {
    const forbidder = chain.find(
      ({ nameConstraints }) => nameConstraints !== undefined && !permitsSubtree(nameConstraints, subtree),
    );
    if (forbidder === undefined) continue;
    throw unfit(
      `the name constraints of "${nameOf(forbidder)}" do not permit ${formatSubtree(subtree)}, which was requested`,
    );
  }
}

function assertTls(chain: readonly ParsedCertificate[]): void {
  const { serverAuth, clientAuth } = extKeyUsageOids;
  if ([serverAuth, clientAuth].some((oid) => chain.every((certificate) => permitsPurpose(certificate, oid))))
    return;
  const forbidder = chain.find((certificate) => !permitsPurpose(certificate, serverAuth));
  throw unfit(
    `"${nameOf(forbidder)}" may not issue for TLS: its extKeyUsage has neither serverAuth nor clientAuth`,
  );
}

function nameOf(certificate: ParsedCertificate | undefined): string {
  return certificate === undefined ? "" : formatName(certificate.subject);
}

import { encodePem } from "../asn1/pem.ts";
import type { NameConstraints } from "../certificate/name-constraints.ts";
import type { Validity } from "../claims/claims.ts";
import type { CertificationRequest } from "../csr/certification-request.ts";
import { type IntermediateRequest, parseIntermediateRequest } from "../csr/intermediate-request.ts";
import { acceptPublicKey } from "../key/public-key.ts";
import type { SubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { assertBeneath } from "./beneath.ts";
import { assertCanIssue } from "./can-issue.ts";
import {
  type AuthorityName,
  encodeSubject,
  intersect,
  keyUsageOf,
  optionalExtensions,
  readPathLength,
  readValidity,
} from "./certificate-options.ts";
import { type IntermediateOptions, intermediateExtensions, readPurposes } from "./intermediate-options.ts";
import { invalid } from "./invalid.ts";
import { readNameConstraintOptions } from "./name-constraint-options.ts";
import { certificatesOf, type SplitChain, splitChain } from "./read-chain.ts";
import { type SignedChain, signAuthority } from "./sign-authority.ts";

/** Whom to make an intermediate: a certification request, or a key and its name. */
export type IntermediateSubject =
  | (Partial<AuthorityName> & {
      /**
       * PKCS#10 as DER, as PEM text, or parsed; its signature is always verified. Its subject is taken unless `commonName` gives
       * another, and its name constraints unless the options give others. Everything else that it asks for is not.
       */
      readonly request: Uint8Array | string | CertificationRequest | IntermediateRequest;
    })
  | (AuthorityName & {
      /** SubjectPublicKeyInfo, DER. The caller vouches for possession of the private key. */
      readonly publicKey: Uint8Array;
    });

/** Input of {@link certifyIntermediate}. */
export type CertifyIntermediateOptions = IntermediateOptions & IntermediateSubject;

/** The certificate of an intermediate whose key is elsewhere. */
export interface CertifiedIntermediate extends SplitChain {
  /** Certificate DER. */
  readonly certificate: Uint8Array;
  /** `chain` as PEM: what the holder of the key needs besides the trust anchor. */
  readonly chainPem: string;
  readonly validity: Validity;
}

/**
 * Certifies an intermediate beneath an issuer, for a key that somebody else holds.
 *
 * Whoever holds the key takes the answer into service by `installIntermediate` or `importIssuer`.
 *
 * @throws {CsrError} `ERR_CSR_*`, `ERR_KEY_*`: the request is unacceptable, or for an end entity.
 * @throws {RequestError} `ERR_KEY_*`: the public key is unacceptable.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: an option that cannot be written, or a name or key that is one of the chain
 * above; `ERR_ISSUER_UNFIT`: path length, name constraints or purposes of the chain above do not allow it;
 * `ERR_ISSUER_EXPIRED`: the issuer is not valid now.
 * @throws {SignerError} `ERR_SIGNER_FAILED`: the issuer's signer failed, or its signature does not verify.
 * @see RFC 5280 sections 4.1 and 4.2
 */
export async function certifyIntermediate(
  options: CertifyIntermediateOptions,
): Promise<CertifiedIntermediate> {
  const certificates = await signIntermediate(options, await readSubject(options));
  const { chain, trustAnchor, validity } = splitChain(certificates);
  return Object.freeze({
    certificate: certificates[0].der,
    chain,
    chainPem: chain.map((der) => encodePem("CERTIFICATE", der)).join(""),
    trustAnchor,
    validity,
  });
}

/** Who an intermediate is, and what it asked to be limited to. */
export interface NamedKey {
  /** Name DER. */
  readonly subject: Uint8Array;
  readonly publicKey: SubjectPublicKeyInfo;
  readonly nameConstraints?: NameConstraints;
}

/** Signs the certificate of an intermediate; returns it with the chain above, the trust anchor last. */
export async function signIntermediate(
  options: IntermediateOptions,
  { subject, publicKey, ...asked }: NamedKey,
): Promise<SignedChain> {
  const { issuer, validity = "P1825D", pathLength = 0, clock = () => new Date(), random } = options;
  const now = clock().getTime();
  assertCanIssue(issuer, now);
  const purposes = readPurposes(options.extKeyUsage);
  const nameConstraints = readNameConstraintOptions(options) ?? asked.nameConstraints;
  readPathLength(pathLength);
  assertBeneath(certificatesOf(issuer), {
    subject,
    publicKey,
    pathLength,
    purposes,
    ...(nameConstraints !== undefined && { nameConstraints }),
  });
  return signAuthority({
    subject,
    publicKey,
    validity: intersect(readValidity(validity, now), issuer.validity),
    pathLength,
    keyUsage: keyUsageOf(options),
    extensions: [
      ...intermediateExtensions(purposes, options),
      ...optionalExtensions(options, nameConstraints),
    ],
    by: { issuer },
    now,
    ...(random !== undefined && { random }),
  });
}

async function readSubject(options: CertifyIntermediateOptions): Promise<NamedKey> {
  if (!("request" in options))
    return { subject: encodeSubject(options), publicKey: await acceptPublicKey(options.publicKey) };
  const { request, commonName, organization } = options;
  const { subject, ...read } = await parseIntermediateRequest(
    typeof request === "string" || request instanceof Uint8Array ? request : request.der,
  );
  if (commonName === undefined && organization !== undefined)
    throw invalid(
      "organization is given without commonName: the subject of the request is taken as a whole or not at all",
    );
  const given =
    commonName === undefined
      ? subject.der
      : encodeSubject({ commonName, ...(organization !== undefined && { organization }) });
  if (commonName === undefined && subject.attributes.length === 0)
    throw invalid("commonName is missing: the certification request has an empty subject");
  return { subject: given, ...read };
}

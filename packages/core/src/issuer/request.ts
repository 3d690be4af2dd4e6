import { encodePem } from "../asn1/pem.ts";
import { encodeCaBasicConstraints, encodeExtKeyUsage, encodeKeyUsage } from "../certificate/extensions.ts";
import { formatName } from "../certificate/name.ts";
import type { ExtKeyUsage } from "../certificate/usages.ts";
import type { KeySpecification, PrivateKey } from "../crypto/provider.ts";
import {
  encodeCertificationRequest,
  encodeCertificationRequestInfo,
} from "../csr/certification-request-info.ts";
import { type IntermediateRequest, parseIntermediateRequest } from "../csr/intermediate-request.ts";
import { generatePrivateKey } from "../key/private-key.ts";
import { createLocalSigner } from "../signer/local-signer.ts";
import { signVerified } from "../signer/sign-verified.ts";
import type { Signer } from "../signer/signer.ts";
import {
  type AuthorityName,
  type AuthorityOptions,
  encodeSubject,
  keyUsageOf,
  optionalExtensions,
  readPathLength,
} from "./certificate-options.ts";
import { readPurposes } from "./intermediate-options.ts";
import { readNameConstraintOptions } from "./name-constraint-options.ts";

/** What an intermediate asks a root for; the root decides. */
export interface IntermediateRequestOptions
  extends AuthorityName,
    Pick<AuthorityOptions, "nameConstraints" | "pathLength" | "permittedDns" | "signsOcsp" | "uri"> {
  /** Purposes that certificates below are to have, at least one; default serverAuth and clientAuth. */
  readonly extKeyUsage?: readonly ExtKeyUsage[];
}

/** A request on its way to a root that is offline, and the signer for its key. */
export interface PendingIntermediate {
  /** PKCS#10, DER. */
  readonly csr: Uint8Array;
  /** `csr` as PEM. */
  readonly csrPem: string;
  /** For people, for example `O=Lab, CN=Lab Intermediate`. */
  readonly subject: string;
  readonly signer: Signer;
  /** The request, read. */
  readonly request: IntermediateRequest;
}

/**
 * Asks for an intermediate beneath a root that is elsewhere: makes a certification request for a key that stays here.
 *
 * Keep the key and the request until `installIntermediate` takes the root's answer. The same `options` and key give
 * the same request but for the signature, so nothing is lost when it has to be made again.
 *
 * @param options.signer - Holds the key. Without one a key is generated, of the kind `key` (default: EC on P-256), and
 * returned as `privateKey`.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 * @throws {SignerError} `ERR_SIGNER_FAILED`: the signer failed, or its signature does not verify.
 * @throws {RequestError} `ERR_KEY_*`: the signer's public key is not accepted.
 * @see RFC 2986 section 4
 */
export async function createIntermediateRequest(
  options: IntermediateRequestOptions & { readonly signer: Signer },
): Promise<PendingIntermediate>;
export async function createIntermediateRequest(
  options: IntermediateRequestOptions & { readonly key?: KeySpecification },
): Promise<PendingIntermediate & { readonly privateKey: PrivateKey }>;
export async function createIntermediateRequest(
  options: IntermediateRequestOptions & { readonly signer?: Signer; readonly key?: KeySpecification },
): Promise<PendingIntermediate & { readonly privateKey?: PrivateKey }> {
  if (options.signer !== undefined) return Object.freeze(await writeRequest(options, options.signer));
  const privateKey = await generatePrivateKey(options.key);
  return Object.freeze({ ...(await writeRequest(options, createLocalSigner(privateKey))), privateKey });
}

async function writeRequest(
  options: IntermediateRequestOptions,
  signer: Signer,
): Promise<PendingIntermediate> {
  const { pathLength = 0, extKeyUsage } = options;
  const info = encodeCertificationRequestInfo({
    subject: encodeSubject(options),
    subjectPublicKeyInfo: signer.publicKey,
    extensions: [
      encodeCaBasicConstraints(readPathLength(pathLength)),
      encodeKeyUsage(keyUsageOf(options)),
      encodeExtKeyUsage(readPurposes(extKeyUsage)),
      ...optionalExtensions(options, readNameConstraintOptions(options)),
    ],
  });
  const signature = await signVerified(signer, options.commonName, info);
  const csr = encodeCertificationRequest(info, signer.algorithm, signature);
  const request = await parseIntermediateRequest(csr);
  return {
    csr,
    csrPem: encodePem("CERTIFICATE REQUEST", csr),
    subject: formatName(request.subject),
    signer,
    request,
  };
}
